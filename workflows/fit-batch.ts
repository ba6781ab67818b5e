import { sumRejections } from '../mallm/workflow.js';
import type { OfRun, RowsOfProposals } from './activity-contract.js';
import { computeActivities, modelActivities } from './activity-proxies.js';
import type { BatchPosition, Candidate, FitCarry, FitShape, OptimizeThetaInput } from './contract.js';
import { stepOf } from './contract.js';
import type { GeneratedBatch } from './generate-batch.js';
import { generateBatch } from './generate-batch.js';
import type { RunControl } from './run-control.js';
import { evenCalls, workPlan } from './work-plan.js';

/** A fit under way. */
export interface Fit {
  readonly input: OptimizeThetaInput;
  readonly control: RunControl;
  /** Where it is: replaced after each batch. */
  carry: FitCarry;
}

/** What a batch is generated from, and the rows that were generated together with the proposals. */
export interface Proposal {
  candidates: Candidate[];
  generated: GeneratedBatch;
}

/** Calls that a proposal may take: one more mends it. */
const CALLS_OF_PROPOSAL = 2;

/**
 * L12-14: the optimizer receives the best pairs and proposes candidates. Where all calls of the batch fit into one
 * activity, and the budget has them for certain, that activity generates the rows too.
 * Departs: of a population, one is the best θ so far once more: more rows show whether it was good or only lucky.
 *
 * @returns no candidates when the budget has no call for them.
 */
export async function propose({ input, control, carry }: Fit, at: BatchPosition): Promise<Proposal> {
  const { population, callsPerTheta } = carry.shape;
  const again = population > 1 && carry.best ? [carry.best] : [];
  const left = control.callsLeft();
  // One call at least is left for rows: a θ that is not tried is paid for in vain.
  const count = Math.min(population - again.length, left - 1);
  if (count < 1) return { candidates: [], generated: [] };
  const ofRows = (count + again.length) * callsPerTheta;
  const work = workPlan(ofRows, control.limits.inFlight);
  const together = work.sizes.length === 1 && left >= count * CALLS_OF_PROPOSAL + ofRows;
  const rows: RowsOfProposals | null = together
    ? { step: stepOf(at), ...at, ofEach: callsOfTheta(carry.shape), others: again }
    : null;
  const proposed = await control.paid({
    calls: together ? count + ofRows : count,
    parallel: together ? Math.max(count, Math.min(work.parallel, ofRows)) : count,
    start: (parallel) =>
      modelActivities().proposeThetas({
        ...runOf(input),
        ...{ state: carry.state, first: carry.nextTheta, count, parallel, rows },
      }),
  });
  if (proposed === null) return { candidates: [], generated: [] };
  const { candidates, generated } = proposed;
  return { candidates: [...candidates, ...again], generated: generated ? [generated] : [] };
}

/**
 * L5-7: rows from each candidate in parallel, but for those generated with the proposals; fewer where the budget ends.
 *
 * @returns nothing when the budget has no call for them.
 */
export function generate(
  { input, control, carry }: Fit,
  at: BatchPosition,
  { candidates, generated }: Proposal,
): Promise<GeneratedBatch> {
  const thetas = candidates.map((theta) => ({ theta, ...callsOfTheta(carry.shape) }));
  const calls = { run: runOf(input), step: stepOf(at), at, thetas, conditions: {} };
  return generateBatch(control, calls, generated);
}

/**
 * L8-11: the discriminator is updated, the candidates are scored, all pairs are scored again; then a checkpoint.
 *
 * @returns the fit after this batch.
 */
export async function score(
  fit: Fit,
  at: BatchPosition,
  candidates: Candidate[],
  generated: GeneratedBatch,
): Promise<FitCarry> {
  const { input, control } = fit;
  const carry = carryAfter(fit, at, candidates, generated);
  const stored = generated.flatMap(({ rows }) => rows);
  const rows = candidates
    .map((theta) => ({ theta, rows: stored.filter(({ number }) => number === theta.number).map(({ ref }) => ref) }))
    .filter((candidate) => candidate.rows.length > 0);
  const scored = await control.unpaid(() => computeActivities().scoreBatch({ ...runOf(input), ...at, carry, rows }));
  return { ...carry, ...scored };
}

/** The carry of a run that goes on elsewhere: with the limits that are in force. */
export function carryOf({ carry, control: { limits } }: Fit): FitCarry {
  return { ...carry, shape: { ...carry.shape, ...limits } };
}

export function runOf({ runId, store, plan }: OptimizeThetaInput): OfRun {
  return { runId, store, plan };
}

/** The fit after a batch, but for what its score will say. */
function carryAfter(
  fit: Fit,
  { epoch, batch }: BatchPosition,
  candidates: Candidate[],
  generated: GeneratedBatch,
): FitCarry {
  const carry = carryOf(fit);
  const { batchesPerEpoch, optimizer } = carry.shape;
  const isLastOfEpoch = batch === batchesPerEpoch;
  return {
    ...carry,
    epoch: isLastOfEpoch ? epoch + 1 : epoch,
    batch: isLastOfEpoch ? 1 : batch + 1,
    step: carry.step + 1,
    next: optimizer ? 'propose' : 'generate',
    candidates,
    nextTheta: Math.max(carry.nextTheta, ...candidates.map(({ number }) => number + 1)),
    spending: fit.control.spending,
    accepted: carry.accepted + sum(generated.map(({ accepted }) => accepted)),
    rejected: carry.rejected + sum(generated.map(({ rejected }) => rejected)),
    rejections: sumRejections(carry.rejections, ...generated.map(({ rejections }) => rejections)),
  };
}

function callsOfTheta({ rowsPerTheta, callsPerTheta }: FitShape): RowsOfProposals['ofEach'] {
  return { calls: evenCalls(rowsPerTheta, callsPerTheta), rowsOfStep: rowsPerTheta };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
