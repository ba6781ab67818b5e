import { CancellationScope, continueAsNew, isCancellation, workflowInfo } from '@temporalio/workflow';
import { hasConverged, nothingSpent } from '../mallm/workflow.js';
import { computeActivities } from './activity-proxies.js';
import type { AskedStep } from './ask-for-step.js';
import { askForStep, positionOf } from './ask-for-step.js';
import type { FitCarry, OptimizeThetaInput, OptimizeThetaResult } from './contract.js';
import { fitProgress, showScores, showStep } from './progress.js';
import { sumRejections } from '../mallm/workflow.js';
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
      const asked = await askForStep(input, carry, control);
      if (asked === null) {
        ended = 'budget';
        break;
      }
      carry = await scoreCandidates(input, { ...carry, ...afterProposals(carry, asked) }, asked, control);
      showScores(control.progress, carry);
      control.show();
    }
  } catch (error) {
    if (isCancellation(error) && carry) await saveBeforeCancel(input, carry);
    await control.finished();
    if (!(error instanceof StopRequested) || !carry) throw error;
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

/** L8-11: the discriminator is updated, the candidates are scored, all pairs are scored again; then a checkpoint. */
async function scoreCandidates(
  { store, runId, plan }: OptimizeThetaInput,
  carry: FitCarry,
  { generated }: AskedStep,
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

function afterProposals(
  { nextTheta }: FitCarry,
  { candidates }: AskedStep,
): Pick<FitCarry, 'candidates' | 'nextTheta'> {
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

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
