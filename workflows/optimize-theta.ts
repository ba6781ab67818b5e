import { CancellationScope, continueAsNew, isCancellation, workflowInfo } from '@temporalio/workflow';
import { hasConverged, nothingSpent } from '../mallm/workflow.js';
import { computeActivities, modelActivities } from './activity-proxies.js';
import type { Candidate, FitCarry, OptimizeThetaInput, OptimizeThetaResult } from './contract.js';
import type { GeneratedBatch } from './generate-batch.js';
import { generateBatch } from './generate-batch.js';
import { fitProgress, showScores, showStep, sumRejections } from './progress.js';
import { RunControl, StopRequested } from './run-control.js';

/** Above so many events a run is continued as a new one: far below the server's warning at 10,240. */
const MAX_EVENTS = 3000;

type Ending = OptimizeThetaResult['ended'];

/**
 * Fits θ so that a classifier cannot tell the rows it yields from the real ones.
 *
 * For each epoch and batch: the optimizer proposes candidates from the best pairs of θ and score, rows are generated
 * from each, the discriminator is updated and scores them. The first step has the first θ instead of proposals.
 * Ends after the last epoch, on convergence, when stopped, or when the budget is spent; always with the best θ so far.
 *
 * Paper: Listing 1, L1-15.
 */
export async function optimizeTheta(input: OptimizeThetaInput): Promise<OptimizeThetaResult> {
  const shape = input.carry?.shape ?? input.shape;
  const control = new RunControl(fitProgress(shape, input.carry), shape, input.carry?.spending, input.unattended);
  let carry = input.carry;
  let ended: Ending | null = null;
  try {
    carry ??= await firstCarry(input, control);
    while ((ended = endOf(carry, control)) === null) {
      await control.ready();
      if (workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > MAX_EVENTS) {
        await continueAsNew<typeof optimizeTheta>({ ...input, carry: { ...carry, spending: control.spending } });
      }
      showStep(control.progress, carry);
      const candidates = await candidatesOf(input, carry, control);
      const generated = candidates && (await generateCandidates(input, carry, candidates, control));
      if (!generated || generated.length === 0) {
        ended = 'budget';
        break;
      }
      carry = await scoreCandidates(input, { ...carry, ...afterProposals(carry, candidates) }, generated, control);
      showScores(control.progress, carry);
      control.show();
    }
  } catch (error) {
    if (isCancellation(error) && carry) await saveBeforeCancel(input, carry);
    if (!(error instanceof StopRequested) || !carry) throw error;
    await control.finished();
    ended = 'stopped';
  }
  control.progress.phase = 'done';
  control.show();
  return resultOf(carry, control, ended);
}

async function firstCarry({ store, runId, plan, shape }: OptimizeThetaInput, control: RunControl): Promise<FitCarry> {
  const { state, theta } = await control.unpaid(() => computeActivities().firstTheta({ store, runId, plan }));
  return {
    step: 0,
    state,
    candidates: [{ number: 0, theta }],
    bestScore: null,
    withoutGain: 0,
    best: null,
    nextTheta: 1,
    spending: nothingSpent,
    accepted: 0,
    rejected: 0,
    rejections: {},
    shape,
  };
}

/** Why no further step is made; null when one is. */
function endOf({ step, shape, withoutGain }: FitCarry, control: RunControl): Ending | null {
  if (step >= shape.epochs * shape.batchesPerEpoch) return 'epochs';
  if (hasConverged(withoutGain, shape.patience)) return 'converged';
  return control.callsLeft() === 0 ? 'budget' : null;
}

/**
 * L12-14: what this step generates from. The optimizer sees the best pairs; null when the budget has no call for it.
 * Departs: of a population, one is the best θ so far, asked again: more rows tell whether it was good or only lucky.
 */
async function candidatesOf(
  { store, runId, plan }: OptimizeThetaInput,
  carry: FitCarry,
  control: RunControl,
): Promise<Candidate[] | null> {
  if (carry.candidates.length > 0) return carry.candidates;
  // One call at least is left for rows: a θ that is not tried is paid for in vain.
  const { population } = carry.shape;
  const again = population > 1 && carry.best ? [carry.best] : [];
  const count = Math.min(population - again.length, control.callsLeft() - 1);
  if (count < 1) return null;
  const proposed = await control.paid({
    calls: count,
    parallel: count,
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
      }),
  });
  return proposed && [...proposed.candidates, ...again];
}

/** L5-7: rows from each candidate, in parallel; fewer calls where the budget ends. */
async function generateCandidates(
  { runId, store, plan }: OptimizeThetaInput,
  carry: FitCarry,
  candidates: Candidate[],
  control: RunControl,
): Promise<GeneratedBatch> {
  const { epoch, batch } = positionOf(carry, carry.step);
  const { callsPerTheta, callsPerActivity, rowsPerTheta } = carry.shape;
  let left = control.callsLeft();
  const parts = candidates.map((theta) => {
    const calls = Math.min(callsPerTheta, left);
    left -= calls;
    return { theta, rowsOfCall: spread(rowsPerTheta, callsPerTheta).slice(0, calls), rowsOfStep: rowsPerTheta };
  });
  return generateBatch(control, {
    run: { runId, store, plan },
    step: `e${epoch}b${batch}`,
    epoch,
    batch,
    parts,
    callsPerActivity,
    conditions: {},
  });
}

/** L8-11: the discriminator is updated, the candidates are scored, all pairs are scored again; then a checkpoint. */
async function scoreCandidates(
  { store, runId, plan }: OptimizeThetaInput,
  carry: FitCarry,
  generated: GeneratedBatch,
  control: RunControl,
): Promise<FitCarry> {
  const counted: FitCarry = {
    ...carry,
    spending: control.spending,
    accepted: carry.accepted + sum(generated.map(({ accepted }) => accepted)),
    rejected: carry.rejected + sum(generated.map(({ rejected }) => rejected)),
    rejections: sumRejections(carry.rejections, ...generated.map(({ rejections }) => rejections)),
  };
  const rows = generated.flatMap((result) => result.rows);
  const scored = await control.unpaid(() =>
    computeActivities().scoreBatch({
      store,
      runId,
      plan,
      carry: counted,
      ...positionOf(carry, carry.step),
      rows: carry.candidates
        .map((theta) => ({ theta, rows: rows.filter(({ number }) => number === theta.number).map(({ ref }) => ref) }))
        .filter((candidate) => candidate.rows.length > 0),
    }),
  );
  // Limits may have been changed meanwhile: those of this workflow hold.
  return { ...scored, shape: carry.shape };
}

function afterProposals({ nextTheta }: FitCarry, candidates: Candidate[]): Pick<FitCarry, 'candidates' | 'nextTheta'> {
  return { candidates, nextTheta: Math.max(nextTheta, ...candidates.map(({ number }) => number + 1)) };
}

async function saveBeforeCancel({ store, runId, plan }: OptimizeThetaInput, carry: FitCarry): Promise<void> {
  await CancellationScope.nonCancellable(() => computeActivities().saveCheckpoint({ store, runId, plan, carry }));
}

function resultOf(carry: FitCarry, { spending, limits }: RunControl, ended: Ending): OptimizeThetaResult {
  const { state, best, candidates, accepted, rejected, rejections } = carry;
  const { inFlight, budget } = limits;
  return {
    state,
    best: best ?? candidates[0]!,
    spending,
    accepted,
    rejected,
    rejections,
    ended,
    limits: { inFlight, budget },
  };
}

function positionOf({ shape }: FitCarry, step: number): { epoch: number; batch: number } {
  return { epoch: Math.floor(step / shape.batchesPerEpoch) + 1, batch: (step % shape.batchesPerEpoch) + 1 };
}

/** `rows` over `calls`, as evenly as whole numbers go. */
function spread(rows: number, calls: number): number[] {
  return Array.from(
    { length: calls },
    (_, call) => Math.floor(((call + 1) * rows) / calls) - Math.floor((call * rows) / calls),
  );
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
