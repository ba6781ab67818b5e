import { addSpending, nothingSpent } from '../mallm/workflow.js';
import type { Ref } from '../mallm/workflow.js';
import { computeActivities } from './activity-proxies.js';
import type { Progress, ShardInput, ShardResult } from './contract.js';
import { sampleProgress, sumRejections } from './progress.js';
import { generateBatch } from './generate-batch.js';
import { RunControl, StopRequested } from './run-control.js';

/** Rounds of model calls for one shard, and rounds in a row without a new row, after which it gives up. */
const MAX_ROUNDS = 20;
const MAX_FRUITLESS_ROUNDS = 2;
/** Model calls to one round at most, so that a round stays within the history budget. */
const MAX_CALLS_A_ROUND = 400;

/** One shard of a generated table: drawn from the refined generator, or asked of the model in bounded rounds. */
export async function generateShard(
  input: ShardInput,
  progress: Progress = sampleProgress(input.rows),
): Promise<ShardResult> {
  if (input.generator === null) return askModel(input, progress);
  const { store, runId, sampleId, plan, generator, shard, first, rows, conditions, seed } = input;
  const drawn = await computeActivities().drawShard({
    store,
    runId,
    sampleId,
    plan,
    generator,
    shard,
    first,
    rows,
    conditions,
    seed,
  });
  return { ...drawn, spending: nothingSpent };
}

/** Tops up until the shard is full, the budget is spent, or further asking yields nothing. */
async function askModel(input: ShardInput, progress: Progress): Promise<ShardResult> {
  const { store, runId, sampleId, plan, theta, shard, first, rows, rowsPerRequest, conditions, distance, seed } = input;
  const control = new RunControl(progress, { inFlight: input.inFlight, budget: input.budget });
  const run = { store, runId, plan };
  let result: ShardResult = { part: await emptyPart(input), rejections: {}, shortfall: null, spending: nothingSpent };
  let kept: Ref | null = null;
  let released = 0;
  let fruitless = 0;
  let yieldOfCall = rowsPerRequest;
  try {
    for (let round = 1; released < rows; round++) {
      result.shortfall = whyStop(round, fruitless, control.callsLeft(result.spending), result);
      if (result.shortfall !== null) break;
      const wanted = Math.ceil((rows - released) / Math.max(yieldOfCall, 0.2 * rowsPerRequest));
      const calls = Math.min(wanted, MAX_CALLS_A_ROUND, control.callsLeft(result.spending));
      const generated = await generateBatch(control, {
        run,
        step: `sample-${sampleId}-s${shard}-r${round}`,
        epoch: 0,
        batch: round,
        theta,
        rowsOfCall: Array.from({ length: calls }, () => rowsPerRequest),
        callsPerActivity: input.callsPerActivity,
        conditions,
      });
      const curated = await computeActivities().curateRows({
        ...run,
        sampleId,
        shard,
        first,
        round,
        wanted: rows,
        kept,
        rows: generated.chunks.map((chunk) => chunk.rows),
        conditions,
        distance,
        seed,
      });
      yieldOfCall = (curated.part.rows - released) / calls;
      fruitless = curated.part.rows > released ? 0 : fruitless + 1;
      released = curated.part.rows;
      kept = curated.kept;
      result = {
        part: curated.part,
        rejections: sumRejections(result.rejections, curated.rejections, ...generated.chunks.map((c) => c.rejections)),
        shortfall: null,
        spending: addSpending(result.spending, generated.spending),
      };
      showRound(progress, result);
    }
  } catch (error) {
    if (!(error instanceof StopRequested)) throw error;
    result.shortfall = 'stopped on request';
  }
  return result;
}

async function emptyPart({ store, runId, sampleId, plan, shard }: ShardInput): Promise<ShardResult['part']> {
  return computeActivities().emptyPart({ store, runId, sampleId, plan, shard });
}

function whyStop(round: number, fruitless: number, callsLeft: number, { rejections }: ShardResult): string | null {
  const worst = Object.entries(rejections).sort(([, a], [, b]) => b - a)[0];
  const because = worst ? ` (most often: ${worst[0]}, ${worst[1]} times)` : '';
  if (callsLeft === 0) return 'the budget is spent';
  if (fruitless >= MAX_FRUITLESS_ROUNDS)
    return `${fruitless} rounds of calls in a row gave no row that may be released${because}`;
  if (round > MAX_ROUNDS) return `${MAX_ROUNDS} rounds of calls were not enough${because}`;
  return null;
}

function showRound(progress: Progress, { part, spending, rejections }: ShardResult): void {
  progress.rows!.released = part.rows;
  progress.spending = spending;
  progress.accepted = part.rows;
  progress.rejected = Object.values(rejections).reduce((sum, count) => sum + count, 0);
  progress.done = part.rows / progress.rows!.asked;
}
