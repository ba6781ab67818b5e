import { addSpending, sumRejections } from '../mallm/workflow.js';
import type { Ref } from '../mallm/workflow.js';
import type { CurateRowsResult, OfShard } from './activity-contract.js';
import { computeActivities } from './activity-proxies.js';
import type { Progress, ShardInput, ShardResult } from './contract.js';
import { sampleStep } from './contract.js';
import type { GeneratedBatch } from './generate-batch.js';
import { generateBatch } from './generate-batch.js';
import type { RunControl } from './run-control.js';
import { StopRequested } from './run-control.js';
import { callsFor } from './work-plan.js';

/** Rounds of model calls for one shard, and rounds in a row without a new row, after which it gives up. */
const MAX_ROUNDS = 20;
const MAX_FRUITLESS_ROUNDS = 2;
/** Model calls to one round at most, so that a round stays within the history budget. */
const MAX_CALLS_A_ROUND = 400;

/** What is known between two rounds. */
interface Rounds {
  result: ShardResult;
  /** Rows kept so far. */
  kept: Ref | null;
  fruitless: number;
  /** Rows that a call yielded in the last round. */
  yieldOfCall: number;
  /** Calls made so far: the next one shows the training rows after those that they showed. */
  calls: number;
}

/**
 * One shard asked of the model: topped up until it is full, the budget is spent, or further asking yields nothing. Its
 * calls walk the training rows as examples from where the shard before it ends, over all rounds.
 * Paper: Listing 1, L17-18.
 */
export async function askForShard(input: ShardInput, control: RunControl): Promise<ShardResult> {
  const known = await control.unpaid(() => computeActivities().openShard(placeOf(input)));
  if (countIn(known) >= input.rows) {
    control.spending = addSpending(control.spending, known.spending);
    showRound(control.progress, control.progress.rows!.released, known);
    return known;
  }
  const result = await inRounds(input, known, control);
  await control.unpaid(() => computeActivities().closeShard({ ...placeOf(input), result }));
  return result;
}

async function inRounds(input: ShardInput, nothing: ShardResult, control: RunControl): Promise<ShardResult> {
  const before = control.progress.rows!.released;
  let rounds: Rounds = { result: nothing, kept: null, fruitless: 0, yieldOfCall: input.rowsPerRequest, calls: 0 };
  try {
    for (let round = 1; countIn(rounds.result) < input.rows; round++) {
      const shortfall = whyStop(round, rounds, control);
      if (shortfall !== null) return { ...rounds.result, shortfall };
      await control.ready();
      rounds = await oneRound(input, round, rounds, control);
      showRound(control.progress, before, rounds.result);
      control.show();
    }
  } catch (error) {
    await control.finished();
    if (!(error instanceof StopRequested)) throw error;
    return { ...rounds.result, shortfall: 'stopped on request' };
  }
  return rounds.result;
}

async function oneRound(input: ShardInput, round: number, before: Rounds, control: RunControl): Promise<Rounds> {
  const { store, runId, plan, sampleId, shard, rows, rowsPerRequest, conditions } = input;
  const missing = rows - countIn(before.result);
  const wanted = Math.ceil(missing / Math.max(before.yieldOfCall, 0.2 * rowsPerRequest));
  const calls = Math.min(wanted, MAX_CALLS_A_ROUND, control.callsLeft());
  const rowsOfCalls = Array<number>(calls).fill(rowsPerRequest);
  const generated = await generateBatch(control, {
    run: { store, runId, plan },
    step: sampleStep(sampleId, shard, round),
    at: { epoch: 0, batch: round },
    thetas: [{ theta: input.theta, calls: callsFor(rowsOfCalls), rowsOfStep: calls * rowsPerRequest }],
    conditions,
    finalPass: { seed: input.seed, callsBefore: Math.ceil(input.first / rowsPerRequest) + before.calls },
  });
  const curated = await control.unpaid(() => curate(input, round, before.kept, generated));
  const gained = countIn(curated) - countIn(before.result);
  const { rejections, spending } = before.result;
  return {
    kept: curated.kept,
    yieldOfCall: gained / Math.max(1, calls),
    calls: before.calls + generated.reduce((sum, part) => sum + part.spending.calls, 0),
    fruitless: gained > 0 ? 0 : before.fruitless + 1,
    result: {
      part: curated.part,
      rejections: sumRejections(rejections, curated.rejections, ...generated.map((part) => part.rejections)),
      shortfall: null,
      spending: addSpending(spending, ...generated.map((part) => part.spending)),
    },
  };
}

async function curate(
  input: ShardInput,
  round: number,
  kept: Ref | null,
  generated: GeneratedBatch,
): Promise<CurateRowsResult> {
  const { conditions, distance, seed } = input;
  const given = generated.flatMap((part) => part.rows.map(({ ref }) => ref));
  return computeActivities().curateRows({ ...placeOf(input), round, kept, given, conditions, distance, seed });
}

/** Rows of a part, or people where these are counted; the last person is not cut. */
function countIn({ part }: Pick<ShardResult, 'part'>): number {
  return part.people ?? part.rows;
}

function placeOf({ store, runId, sampleId, plan, shard, first, rows, people }: ShardInput): OfShard {
  return { store, runId, sampleId, plan, shard, first, rows, ...(people ? { people } : {}) };
}

function whyStop(round: number, { fruitless, result: { rejections } }: Rounds, control: RunControl): string | null {
  const worst = Object.entries(rejections).sort(([, a], [, b]) => b - a)[0];
  const because = worst ? ` (most often: ${worst[0]}, ${worst[1]} times)` : '';
  if (control.callsLeft() === 0) return 'the budget is spent';
  if (fruitless >= MAX_FRUITLESS_ROUNDS)
    return `${fruitless} rounds of calls in a row gave no row that may be released${because}`;
  if (round > MAX_ROUNDS) return `${MAX_ROUNDS} rounds of calls were not enough${because}`;
  return null;
}

function showRound(progress: Progress, before: number, result: ShardResult): void {
  const { rejections } = result;
  progress.rows!.released = before + countIn(result);
  progress.accepted = progress.rows!.released;
  progress.rejected = Object.values(rejections).reduce((sum, count) => sum + count, 0);
  progress.done = Math.min(1, progress.rows!.released / progress.rows!.asked);
}
