import { continueAsNew, executeChild, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import type { Ref } from '../mallm/workflow.js';
import { computeActivities } from './activity-proxies.js';
import { askForShard } from './ask-for-shard.js';
import type { RefinedShardInput, SampleCarry, SampleInput, SampleResult, ShardInput, ShardResult } from './contract.js';
import { generateShard } from './generate-shard.js';
import { Pace, sampleProgress } from './progress.js';
import { RunControl, StopRequested } from './run-control.js';

/** Shards under way at once: memory and load do not grow with the number of rows. */
const WINDOW = 8;
/** Above so many events the workflow is continued as a new run, between two shards: seven or so for each shard. */
const MAX_EVENTS = 400;

/** How far a table is. */
interface Shards {
  /** The next to do: all before it were begun. */
  next: number;
  /** A shard came out without a single row: the ones after it would, too. */
  barren: boolean;
}

/**
 * Makes any number of rows from a fitted θ, in shards, with parts in the store. A shard that cannot be filled says why;
 * nothing is padded. Neither history nor payloads grow with the number of rows: what came of a shard is in the store.
 *
 * Paper: Listing 1, L17-18. Departs: rows are drawn from the refined generator unless the model is asked for.
 */
export async function generateSyntheticData(input: SampleInput): Promise<SampleResult> {
  const { rows, carry, inFlight, budget } = input;
  const limits = carry?.limits ?? { inFlight, budget };
  const control = new RunControl(sampleProgress(rows), limits, carry?.spending, input.unattended);
  control.progress.rows!.released = carry?.released ?? 0;
  const shards: Shards = { next: carry?.next ?? 0, barren: false };
  const generator = input.draw === 'model' ? null : await prepareGenerator(input, control);
  await (generator ? drawTable(input, generator, shards, control) : askForTable(input, shards, control));
  if (!isOver(input, shards, control)) {
    await continueAsNew<typeof generateSyntheticData>({ ...input, carry: carryOf(shards, control) });
  }
  const assembled = await assemble(input, shards, control);
  control.progress.phase = 'done';
  control.show();
  return { ...assembled, generator };
}

/** Shards one after the other: their calls share one limit and one budget. */
async function askForTable(input: SampleInput, shards: Shards, control: RunControl): Promise<void> {
  const note = noteTaker(control);
  while (!isOver(input, shards, control) && !isLong()) {
    const { part } = await askForShard(shardOf(input, shards.next++), control);
    if (part.rows === 0) shards.barren = true;
    note();
  }
}

/** Shards as child workflows, a window of them at once; one alone needs none. */
async function drawTable(input: SampleInput, generator: Ref, shards: Shards, control: RunControl): Promise<void> {
  const note = noteTaker(control);
  const count = countOf(input);
  const lane = async (): Promise<void> => {
    for (;;) {
      await control.ready();
      if (isOver(input, shards, control) || isLong()) return;
      const shard = { ...shardOf(input, shards.next++), generator };
      const { part } = await control.unpaid(() => (count === 1 ? generateShard(shard) : asChild(shard)));
      if (part.rows === 0) shards.barren = true;
      control.progress.rows!.released += part.people ?? part.rows;
      note();
    }
  };
  const lanes = Array.from({ length: Math.min(WINDOW, count) }, () =>
    lane().catch((error: unknown) => {
      if (!(error instanceof StopRequested)) throw error;
    }),
  );
  await Promise.all(lanes);
}

async function prepareGenerator(
  { store, runId, plan, state, distance, sharpen }: SampleInput,
  control: RunControl,
): Promise<Ref> {
  const input = { store, runId, plan, state, distance, ...(sharpen ? { sharpen } : {}) };
  return control.unpaid(() => computeActivities().prepareGenerator(input));
}

function assemble(input: SampleInput, { next }: Shards, control: RunControl): Promise<Omit<SampleResult, 'generator'>> {
  const { store, runId, sampleId, plan, rows, rowsPerShard, people } = input;
  const table = { store, runId, sampleId, plan, rows, rowsPerShard, ...(people ? { people } : {}) };
  return control.unpaid(() =>
    computeActivities().assembleTable({ ...table, shards: next, stopped: control.isStopping }),
  );
}

function isOver(input: SampleInput, { next, barren }: Shards, { isStopping }: RunControl): boolean {
  return next >= countOf(input) || barren || isStopping;
}

function isLong(): boolean {
  return workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > MAX_EVENTS;
}

function carryOf({ next }: Shards, { progress, spending, limits }: RunControl): SampleCarry {
  return { next, released: progress.rows!.released, spending, limits };
}

function countOf({ rows, rowsPerShard }: SampleInput): number {
  return Math.ceil(rows / rowsPerShard);
}

function shardOf(input: SampleInput, shard: number): ShardInput {
  const { runId, sampleId, store, plan, theta, draw, distance, conditions, seed } = input;
  const { inFlight, rowsPerRequest, budget, rows, rowsPerShard, people } = input;
  const first = shard * rowsPerShard;
  return {
    ...{ runId, sampleId, store, plan, theta, draw, distance, conditions, seed },
    ...{ inFlight, rowsPerRequest, budget, ...(people ? { people } : {}) },
    ...{ shard, first, rows: Math.min(rowsPerShard, rows - first) },
  };
}

function asChild(shard: RefinedShardInput): Promise<ShardResult> {
  return executeChild(generateShard, {
    workflowId: `${workflowInfo().workflowId}-shard-${shard.shard}`,
    args: [shard],
    parentClosePolicy: ParentClosePolicy.TERMINATE,
  });
}

/** Shows, after each shard, how far the table is and how fast it grows. */
function noteTaker(control: RunControl): () => void {
  const rows = control.progress.rows!;
  const pace = new Pace(Date.now(), rows.released);
  return () => {
    rows.perSecond = pace.note(Date.now(), rows.released);
    control.progress.done = Math.min(1, rows.released / rows.asked);
    control.show();
  };
}
