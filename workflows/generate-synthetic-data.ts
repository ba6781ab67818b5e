import { continueAsNew, executeChild, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import { addSpending } from '../mallm/workflow.js';
import { computeActivities } from './activity-proxies.js';
import { askForShard } from './ask-for-shard.js';
import type {
  RefinedShardInput,
  SampleCommon,
  SampleInput,
  SampleResult,
  ShardInput,
  ShardResult,
} from './contract.js';
import { generateShard } from './generate-shard.js';
import { sampleProgress, sumRejections } from './progress.js';
import { RunControl, StopRequested } from './run-control.js';

/** Shards under way at once: memory and load do not grow with the number of rows. */
const WINDOW = 8;
/** Above so many events a draw by the model is continued as a new run, between two shards. */
const MAX_EVENTS = 3000;

/**
 * Makes any number of rows from a fitted θ, in shards, with parts in the store. A shard that cannot be filled says why;
 * nothing is padded.
 *
 * Paper: Listing 1, L17-18. Departs: rows are drawn from the refined generator unless the model is asked for.
 */
export async function generateSyntheticData(input: SampleInput): Promise<SampleResult> {
  const { rows, carry, inFlight, budget } = input;
  const limits = carry?.limits ?? { inFlight, budget };
  const control = new RunControl(sampleProgress(rows), limits, carry?.spending);
  const result = input.draw === 'model' ? await askForTable(input, control) : await drawTable(input, control);
  control.progress.phase = 'done';
  control.show();
  return result;
}

/** Shards one after the other: their calls share one limit and one budget. */
async function askForTable(input: SampleInput, control: RunControl): Promise<SampleResult> {
  const results = input.carry?.results ?? [];
  control.progress.rows!.released = sum(results.map(({ part }) => part.rows));
  for (const shard of shardsOf(input).slice(results.length)) {
    if (workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > MAX_EVENTS) {
      const carry = { results, spending: control.spending, limits: control.limits };
      await continueAsNew<typeof generateSyntheticData>({ ...input, carry });
    }
    results.push(await askForShard(shard, control));
  }
  return tableOf(input, results, null);
}

/** Shards as child workflows, a window of them at once, so that no history grows with the table; one alone needs none. */
async function drawTable(input: SampleInput, control: RunControl): Promise<SampleResult> {
  const { store, runId, plan, state, distance, rows } = input;
  const generator = await control.unpaid(() =>
    computeActivities().prepareGenerator({ store, runId, plan, state, distance }),
  );
  const shards = shardsOf(input).map((shard): RefinedShardInput => ({ ...shard, generator }));
  const { progress } = control;
  const results = await inWindow(shards, async (shard) => {
    await control.ready();
    const result = await control.unpaid(() => (shards.length === 1 ? generateShard(shard) : asChild(shard)));
    progress.rows!.released += result.part.rows;
    progress.done = progress.rows!.released / rows;
    control.show();
    return result;
  });
  return tableOf(input, results, generator);
}

function shardsOf(input: SampleInput): ShardInput[] {
  const { rows, rowsPerShard } = input;
  return Array.from({ length: Math.ceil(rows / rowsPerShard) }, (_, shard) => {
    const first = shard * rowsPerShard;
    return { ...commonOf(input), shard, first, rows: Math.min(rowsPerShard, rows - first) };
  });
}

function commonOf(input: SampleInput): SampleCommon {
  const { runId, sampleId, store, plan, theta, draw, distance, conditions, seed } = input;
  const { callsPerActivity, inFlight, rowsPerRequest, budget } = input;
  return {
    ...{ runId, sampleId, store, plan, theta, draw, distance, conditions, seed },
    ...{ callsPerActivity, inFlight, rowsPerRequest, budget },
  };
}

function asChild(shard: RefinedShardInput): Promise<ShardResult> {
  return executeChild(generateShard, {
    workflowId: `${workflowInfo().workflowId}-shard-${shard.shard}`,
    args: [shard],
    parentClosePolicy: ParentClosePolicy.TERMINATE,
  });
}

/** Results in the order of the items; those that a stop left undone are left out. */
async function inWindow<Item, Result>(items: Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  const lanes = Array.from({ length: Math.min(WINDOW, items.length) }, () =>
    lane().catch((error: unknown) => {
      if (!(error instanceof StopRequested)) throw error;
    }),
  );
  await Promise.all(lanes);
  return results.filter((result) => result !== undefined);
}

function tableOf({ rows }: SampleInput, results: ShardResult[], generator: SampleResult['generator']): SampleResult {
  const released = sum(results.map(({ part }) => part.rows));
  const shortfall = results.find((result) => result.shortfall !== null)?.shortfall ?? null;
  return {
    parts: results.map(({ part }) => part),
    asked: rows,
    released,
    rejections: sumRejections(...results.map(({ rejections }) => rejections)),
    shortfall: shortfall ?? (released < rows ? 'stopped on request' : null),
    generator,
    spending: addSpending(...results.map(({ spending }) => spending)),
  };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
