import protos from '@temporalio/proto';
import type { Config, VersioningConfig } from '../../config/index.js';
import { payloadCodec } from '../../workers/payload-codec.js';
import { computeQueue, modelQueue } from '../../workflows/contract.js';
import type { Finding } from './finding.js';
import { finding } from './finding.js';
import { openSession } from './session.js';
import type { Session } from './session.js';

const { TaskQueueType } = protos.temporal.api.enums.v1;

/** What a fit needs of a Temporal cluster: the server, its namespace, workers, a version of them, and the same keys. */
export async function clusterFindings(config: Config): Promise<Finding[]> {
  const { address, namespace } = config.temporal!;
  let session: Session | undefined;
  try {
    const server = await finding(`Temporal server ${address}`, async () => {
      session = await openSession({ config, workers: false, inFlight: 1, notice: () => undefined });
      await session.client.workflowService.describeNamespace({ namespace });
      return `namespace ${namespace}`;
    });
    if (!server.ok || !session) return [server];
    const open = session;
    const queues = [config.taskQueue, modelQueue(config.taskQueue), computeQueue(config.taskQueue)];
    return [
      server,
      ...(await Promise.all(
        queues.map((queue, index) => finding(`worker on queue ${queue}`, () => pollersOf(open, queue, index === 0))),
      )),
      ...(config.versioning
        ? [await finding('worker versioning', () => currentVersion(open, config.versioning!))]
        : []),
      await finding('payload encryption', () => keysFit(open)),
    ];
  } finally {
    await session?.close();
  }
}

async function pollersOf({ client }: Session, queue: string, workflows: boolean): Promise<string> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: workflows ? TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW : TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
  });
  if (!pollers?.length) throw new Error('no worker polls it: start one with `mallm-gan worker`');
  return `${pollers.length} worker${pollers.length === 1 ? '' : 's'}`;
}

/** Runs go to the current version only: without one, workers with versions wait for ever. */
async function currentVersion({ client }: Session, { deployment, buildId }: VersioningConfig): Promise<string> {
  const { workerDeploymentInfo } = await client.workflowService
    .describeWorkerDeployment({ namespace: client.options.namespace, deploymentName: deployment })
    .catch(() => ({ workerDeploymentInfo: null }));
  const current = workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId;
  if (current) return `${deployment}: build ${current} is the current one`;
  throw new Error(
    `no version of ${deployment} is the current one, so no worker takes a run: ` +
      `temporal worker deployment set-current-version --deployment-name ${deployment} --build-id ${buildId}`,
  );
}

/** Reads the first payload of the newest run, whose key client and workers must have in common. */
async function keysFit({ client, config }: Session): Promise<string> {
  const keys = config.codec?.keys;
  const here = keys ? `on, with key ${keys[0].id}` : 'off';
  for await (const { workflowId, runId } of client.workflow.list({ pageSize: 1 })) {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    });
    const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    await payloadCodec(keys ?? []).decode(payloads);
    const encrypted = payloads.some(({ metadata }) => metadata?.['encryption-key-id']);
    return `${here}; the newest run on the server is ${encrypted ? 'encrypted, and can be read' : 'in the clear'}`;
  }
  return here;
}
