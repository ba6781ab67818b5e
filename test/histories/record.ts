/** Runs every workflow against real parts and keeps its history here: `npm run histories`. */
import { appendFileSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { it } from 'vitest';
import {
  cancel,
  createSchedule,
  fit,
  pause,
  resume,
  sample,
  setLimits,
  showSchedule,
  triggerSchedule,
  unpause,
} from '../../client/index.js';
import {
  EVALUATE_SYNTHETIC_DATA,
  fitWorkflowId,
  GENERATE_SHARD,
  GENERATE_SYNTHETIC_DATA,
} from '../../workflows/contract.js';
import type { SampleInput } from '../../workflows/contract.js';
import type { Site } from '../support/site.js';
import { SMALL_FIT, startSite } from '../support/site.js';
import { repositoryFile } from '../support/repository.js';
import { startTemporal } from '../support/temporal.js';
import { historyFile } from './histories.js';

/** Who made a history is of no matter to a replay, and says on which machine. */
const CHECKOUT = repositoryFile('/');
const RECORDER = 'recorder';

it('records a history of every workflow', async () => {
  const temporal = await startTemporal();
  const site = await startSite(temporal.address, { simulator: { latencyMs: 150 } });
  try {
    await site.startWorker();
    await recordSteeredFit(site);
    await recordCancelledFit(site);
    await recordBlockedFit(site);
    await recordSchedule(site);
  } finally {
    await site.close();
    await temporal.stop();
  }
});

/** A fit that is paused, let go on and given other limits; then its table, tables of both ways, and their evaluation. */
async function recordSteeredFit(site: Site): Promise<void> {
  const { config } = site;
  const folder = join(site.folder, 'steered');
  let steered: Promise<unknown> | undefined;
  const steer = async (): Promise<void> => {
    await pause({ folder, config });
    await setLimits({ folder, config, maxCalls: 200, inFlight: 4 });
    await unpause({ folder, config });
  };
  const { manifest } = await site.fit({
    out: folder,
    epochs: 2,
    heldOut: '0.2',
    onProgress: ({ phase }) => {
      if (phase === 'fit') steered ??= steer();
    },
  });
  await steered;
  await sample({ folder, rows: 12, draw: 'model', config });
  await startShards(site, manifest.runId);
  const { workflow } = site.client;
  await keep(workflow.getHandle(fitWorkflowId(manifest.runId)), 'optimize-theta');
  for await (const { workflowId, type, runId } of workflow.list()) {
    const handle = workflow.getHandle(workflowId, runId);
    if (type === EVALUATE_SYNTHETIC_DATA) await keep(handle, 'evaluate-synthetic-data');
    if (type === GENERATE_SHARD) await keep(handle, 'generate-shard');
    if (type !== GENERATE_SYNTHETIC_DATA) continue;
    const { draw, rows, rowsPerShard } = await inputOf<SampleInput>(handle);
    const shape = draw === 'model' ? 'model' : rows > rowsPerShard ? 'shards' : 'one-shard';
    await keep(handle, `generate-synthetic-data-${shape}`);
  }
}

/** The fit's own table once more, in shards so small that they become child workflows. */
async function startShards({ client, config }: Site, runId: string): Promise<void> {
  const input = await inputOf<SampleInput>(client.workflow.getHandle(`sample-${runId}-first`));
  await client.workflow.execute(GENERATE_SYNTHETIC_DATA, {
    workflowId: `sample-${runId}-shards`,
    taskQueue: config.taskQueue,
    args: [{ ...input, sampleId: 'shards', rows: 25, rowsPerShard: 10 }],
  });
}

/** A fit that is cancelled, and its second run that starts from the checkpoint. */
async function recordCancelledFit(site: Site): Promise<void> {
  const { config } = site;
  const folder = join(site.folder, 'cancelled');
  let cancelled: Promise<void> | undefined;
  const onProgress = ({ epoch }: { epoch: number }): void => {
    if (epoch === 2) cancelled ??= cancel({ folder, config });
  };
  await fit({ ...SMALL_FIT, out: folder, config, onProgress }).catch(() => undefined);
  await cancelled;
  const { manifest } = await resume({ folder, config });
  for await (const { workflowId, runId, status } of site.client.workflow.list({
    query: `WorkflowId = "${fitWorkflowId(manifest.runId)}"`,
  })) {
    const name = status.name === 'CANCELLED' ? 'optimize-theta-cancelled' : 'optimize-theta-from-checkpoint';
    await keep(site.client.workflow.getHandle(workflowId, runId), name);
  }
}

/** A fit whose quota is used up in the middle, and that goes on when there is some again. */
async function recordBlockedFit(site: Site): Promise<void> {
  const { config } = site;
  const folder = join(site.folder, 'blocked');
  await site.mend({ quotaAfterCalls: 6, latencyMs: 20 });
  await fit({ ...SMALL_FIT, epochs: 2, out: folder, config }).catch(() => undefined);
  await site.mend({});
  const { manifest } = await resume({ folder, config });
  await keep(site.client.workflow.getHandle(fitWorkflowId(manifest.runId)), 'optimize-theta-blocked');
}

/** Slots of a schedule: rows of the fit, a refit of a changed table that lacks quota, and the same when it has some. */
async function recordSchedule(site: Site): Promise<void> {
  const { config } = site;
  const table = join(site.folder, 'scheduled.csv');
  copyFileSync(SMALL_FIT.table, table);
  const { folder } = await site.fit({ table, out: join(site.folder, 'scheduled'), epochs: 1, heldOut: '0.2' });
  const out = join(site.folder, 'outputs');
  await createSchedule({ folder, out, name: 'kept', every: '365d', refitIfChanged: true, config });
  await endOfSlot(site, 1);
  appendFileSync(table, '50,Private,HS-grad,9,Divorced,Sales,Unmarried,White,Male,0,0,40,United-States,<=50K\n');
  await site.mend({ quotaAfterCalls: 2 });
  await endOfSlot(site, 2);
  await site.mend({});
  await endOfSlot(site, 3);
  const names = ['regenerate', 'regenerate-blocked', 'regenerate-refitted'];
  for (const { slot } of (await showSchedule({ name: 'kept', config })).slots)
    await keep(site.client.workflow.getHandle(`regenerate-kept-${slot}`), names.shift()!);
}

async function endOfSlot({ config }: Site, number: number): Promise<void> {
  // Two slots of one second would be the same slot.
  await sleep(1000 - (Date.now() % 1000));
  await triggerSchedule({ name: 'kept', config });
  for (;;) {
    const { slots } = await showSchedule({ name: 'kept', config });
    if (slots.filter(({ finishedAt }) => finishedAt !== null).length === number) return;
    await sleep(200);
  }
}

async function inputOf<Input>(handle: WorkflowHandle): Promise<Input> {
  const { events } = await handle.fetchHistory();
  const payload = events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads![0]!;
  return JSON.parse(Buffer.from(payload.data!).toString('utf8')) as Input;
}

/** One event a line: a change of the history shows as lines. */
async function keep(handle: WorkflowHandle, name: string): Promise<void> {
  const { events } = JSON.parse(historyToJSON(await handle.fetchHistory())) as { events: object[] };
  // Stacks name the folder of this checkout.
  const lines = events.map((event) =>
    JSON.stringify(event, (key, value: unknown) => (key === 'identity' ? RECORDER : value)).replaceAll(CHECKOUT, ''),
  );
  const id = JSON.stringify(handle.workflowId);
  writeFileSync(historyFile(name), `{"workflowId":${id},"history":{"events":[\n${lines.join(',\n')}\n]}}\n`);
}
