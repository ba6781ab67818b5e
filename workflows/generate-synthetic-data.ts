import { executeChild, ParentClosePolicy, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { addSpending, nothingSpent } from '../mallm/workflow.js';
import { computeActivities } from './activity-proxies.js';
import type { Progress, SampleInput, SampleResult, ShardInput, ShardResult } from './contract.js';
import { sampleProgress, sumRejections } from './progress.js';
import { generateShard } from './generate-shard.js';
import { progressQuery } from './run-control.js';

/** Shards under way at once: memory and load do not grow with the number of rows. */
const WINDOW = 8;

/**
 * Makes any number of rows from a fitted θ: shards as child workflows, a window of them at once, parts in the store.
 * A shard that cannot be filled says why; nothing is padded.
 *
 * Paper: Listing 1, L17-18. Departs: rows are drawn from the refined generator unless the model is asked for.
 */
export async function generateSyntheticData(input: SampleInput): Promise<SampleResult> {
  const { state, rows, rowsPerShard, ...common } = input;
  const progress = sampleProgress(rows);
  setHandler(progressQuery, () => progress);
  const { store, runId, plan, distance, draw } = common;
  const generator =
    draw === 'model' ? null : await computeActivities().prepareGenerator({ store, runId, plan, state, distance });
  const shards: ShardInput[] = Array.from({ length: Math.ceil(rows / rowsPerShard) }, (_, shard) => {
    const first = shard * rowsPerShard;
    return { ...common, generator, shard, first, rows: Math.min(rowsPerShard, rows - first) };
  });
  let released = 0;
  let spent = nothingSpent;
  const results = await inWindow(shards, async (shard) => {
    const result = await runShard(shard, shards.length, progress);
    released += result.part.rows;
    progress.rows!.released = released;
    spent = addSpending(spent, result.spending);
    progress.spending = spent;
    progress.done = progress.rows!.released / rows;
    setCurrentDetails(`${progress.rows!.released} of ${rows} rows`);
    return result;
  });
  progress.phase = 'done';
  return {
    parts: results.map(({ part }) => part),
    asked: rows,
    released,
    rejections: sumRejections(...results.map(({ rejections }) => rejections)),
    shortfall: results.find(({ shortfall }) => shortfall !== null)?.shortfall ?? null,
    generator,
    spending: spent,
  };
}

/** One shard alone runs in this workflow; several run as children, so that no history grows with the table. */
function runShard(shard: ShardInput, count: number, progress: Progress): Promise<ShardResult> {
  if (count === 1) return generateShard(shard, progress);
  return executeChild(generateShard, {
    workflowId: `${workflowInfo().workflowId}-shard-${shard.shard}`,
    args: [shard],
    parentClosePolicy: ParentClosePolicy.TERMINATE,
  });
}

async function inWindow<Item, Result>(items: Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(WINDOW, items.length) }, lane));
  return results;
}
