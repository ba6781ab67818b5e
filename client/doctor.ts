import { randomBytes } from 'node:crypto';
import protos from '@temporalio/proto';
import type { Config } from '../config/index.js';
import { readConfig } from '../config/index.js';
import { obtainTemporalCli } from '../workers/temporal-cli.js';
import { openModels } from '../workers/models.js';
import { defaultStoreUrl, storeOpener } from '../workers/store.js';
import { computeQueue, modelQueue } from '../workflows/contract.js';
import { openSession } from './session.js';

const { TaskQueueType } = protos.temporal.api.enums.v1;

/** One thing a fit needs, and whether it is there. */
export interface Finding {
  what: string;
  ok: boolean;
  /** What was found, or what is wrong. */
  found: string;
}

/** Looks at everything a fit needs: server, workers, store, model. Changes nothing but a test object in the store. */
export async function doctor({ config = readConfig() }: { config?: Config } = {}): Promise<Finding[]> {
  return [
    await finding('Node.js', async () => process.version),
    ...(config.temporal
      ? await clusterFindings(config)
      : [await finding('Temporal CLI (embedded server)', () => cliFound(config))]),
    await finding('object store', () => storeWorks(config)),
    ...(await modelFindings(config)),
  ];
}

async function finding(what: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, found: await look() };
  } catch (error) {
    return { what, ok: false, found: error instanceof Error ? error.message : String(error) };
  }
}

async function cliFound(config: Config): Promise<string> {
  return obtainTemporalCli({ home: config.home, ...config.temporalCli, log: () => undefined });
}

async function clusterFindings(config: Config): Promise<Finding[]> {
  const { address, namespace } = config.temporal!;
  const server = await finding(`Temporal server ${address}`, async () => {
    const session = await openSession({ config, workers: false, inFlight: 1, notice: () => undefined });
    try {
      await session.client.workflowService.describeNamespace({ namespace });
      return `namespace ${namespace}`;
    } finally {
      await session.close();
    }
  });
  if (!server.ok) return [server];
  const queues = [config.taskQueue, modelQueue(config.taskQueue), computeQueue(config.taskQueue)];
  const polled = await Promise.all(
    queues.map((queue, index) => finding(`worker on queue ${queue}`, () => pollersOf(config, queue, index === 0))),
  );
  return [server, ...polled];
}

async function pollersOf(config: Config, queue: string, workflows: boolean): Promise<string> {
  const session = await openSession({ config, workers: false, inFlight: 1, notice: () => undefined });
  try {
    const { pollers } = await session.client.workflowService.describeTaskQueue({
      namespace: config.temporal!.namespace,
      taskQueue: { name: queue },
      taskQueueType: workflows ? TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW : TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    });
    if (!pollers?.length) throw new Error('no worker polls it: start one with `mallm-gan worker`');
    return `${pollers.length} worker${pollers.length === 1 ? '' : 's'}`;
  } finally {
    await session.close();
  }
}

async function storeWorks(config: Config): Promise<string> {
  const url = defaultStoreUrl(config);
  const store = storeOpener(config)(url);
  const key = `doctor/${randomBytes(6).toString('hex')}`;
  await store.put(key, Buffer.from('written by mallm-gan doctor'), { ifAbsent: true });
  await store.delete(key);
  return `${url} can be written`;
}

async function modelFindings(config: Config): Promise<Finding[]> {
  const { generator, optimizer } = config.models;
  if (!generator && !optimizer) return [{ what: 'model', ok: true, found: 'none set: the SIMULATED model stands in' }];
  const models = await openModels(config, { inFlight: 1 });
  try {
    return [
      await finding(`generator at ${models.generator.host}`, () => models.generator.defaultModel()),
      await finding(`optimizer at ${models.optimizer.host}`, () => models.optimizer.defaultModel()),
    ];
  } finally {
    await models.close();
  }
}
