import { modelActivities } from './activity-proxies.js';
import type { Candidate, FitCarry, OptimizeThetaInput } from './contract.js';
import type { GeneratedBatch } from './generate-batch.js';
import { generateBatch, modelCalls } from './generate-batch.js';
import type { RunControl } from './run-control.js';
import { workPlan } from './work-plan.js';

/** What a step generates from, and the rows that came of it. */
export interface AskedStep {
  candidates: Candidate[];
  generated: GeneratedBatch;
}

const NOTHING: AskedStep = { candidates: [], generated: [] };

/** Calls that a proposal may take: one more mends it. */
const CALLS_OF_PROPOSAL = 2;

/**
 * The model calls of one step. L12-14: its candidates, which the optimizer proposes but for the first step; L5-7: rows
 * from each of them, in parallel, fewer where the budget ends.
 *
 * @returns null when the budget leaves no call for them.
 */
export async function askForStep(
  input: OptimizeThetaInput,
  carry: FitCarry,
  control: RunControl,
): Promise<AskedStep | null> {
  const { runId, store, plan } = input;
  const { shape } = carry;
  const { candidates, generated: made } =
    carry.candidates.length > 0
      ? { candidates: carry.candidates, generated: [] }
      : await proposeCandidates(input, carry, control);
  const generated = await generateBatch(
    control,
    {
      run: { runId, store, plan },
      ...placeOf(carry),
      parts: candidates.map((theta) => ({
        theta,
        rowsOfCall: spread(shape.rowsPerTheta, shape.callsPerTheta),
        rowsOfStep: shape.rowsPerTheta,
      })),
      callsPerActivity: shape.callsPerActivity,
      conditions: {},
    },
    made,
  );
  return generated.length === 0 ? null : { candidates, generated };
}

/** The epoch and the batch of a step, both from 1. */
export function positionOf({ shape }: FitCarry, step: number): { epoch: number; batch: number } {
  return { epoch: Math.floor(step / shape.batchesPerEpoch) + 1, batch: (step % shape.batchesPerEpoch) + 1 };
}

function placeOf(carry: FitCarry): { step: string; epoch: number; batch: number } {
  const { epoch, batch } = positionOf(carry, carry.step);
  return { step: `e${epoch}b${batch}`, epoch, batch };
}

/**
 * L12-14: what the optimizer, who sees the best pairs, proposes; with the rows, when all calls of the step fit into one
 * activity and the budget has them for certain. No candidates when the budget has no call for them.
 * Departs: of a population, one is the best θ so far, asked again: more rows tell whether it was good or only lucky.
 */
async function proposeCandidates(
  { store, runId, plan }: OptimizeThetaInput,
  carry: FitCarry,
  control: RunControl,
): Promise<AskedStep> {
  const { population, callsPerTheta, rowsPerTheta, callsPerActivity } = carry.shape;
  const again = population > 1 && carry.best ? [carry.best] : [];
  const left = control.callsLeft();
  // One call at least is left for rows: a θ that is not tried is paid for in vain.
  const count = Math.min(population - again.length, left - 1);
  if (count < 1) return NOTHING;
  const ofRows = (count + again.length) * callsPerTheta;
  const work = workPlan(ofRows, control.limits.inFlight, callsPerActivity);
  const inOne = work.sizes.length === 1 && left >= count * CALLS_OF_PROPOSAL + ofRows;
  const ofEach = { calls: modelCalls(spread(rowsPerTheta, callsPerTheta)), rowsOfStep: rowsPerTheta };
  const proposed = await control.paid({
    calls: inOne ? count + ofRows : count,
    parallel: inOne ? Math.max(count, Math.min(work.parallel, ofRows)) : count,
    start: (parallel) =>
      modelActivities().proposeThetas({
        store,
        runId,
        plan,
        state: carry.state,
        ...positionOf(carry, carry.step - 1),
        first: carry.nextTheta,
        count,
        parallel,
        rows: inOne ? { ...placeOf(carry), ofEach, others: again } : null,
      }),
  });
  if (proposed === null) return NOTHING;
  const { candidates, generated } = proposed;
  return { candidates: [...candidates, ...again], generated: generated ? [generated] : [] };
}

/** `rows` over `calls`, as evenly as whole numbers go. */
function spread(rows: number, calls: number): number[] {
  return Array.from(
    { length: calls },
    (_, call) => Math.floor(((call + 1) * rows) / calls) - Math.floor((call * rows) / calls),
  );
}
