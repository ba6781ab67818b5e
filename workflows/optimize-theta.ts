import {
  CancellationScope,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import { addSpending, hasConverged, nothingSpent } from '../mallm/workflow.js';
import { computeActivities, modelActivities } from './activity-proxies.js';
import type { Candidate, FitCarry, OptimizeThetaInput, OptimizeThetaResult } from './contract.js';
import type { GeneratedBatch } from './generate-batch.js';
import { generateBatch } from './generate-batch.js';
import { fitProgress, progressDetails, showBatch, showStep, sumRejections } from './progress.js';
import { RunControl, StopRequested } from './run-control.js';

/** Above so many events a run is continued as a new one: far below the server's warning at 10,240. */
const MAX_EVENTS = 3000;

/**
 * Fits θ so that a classifier cannot tell the rows it yields from the real ones.
 *
 * For each epoch and batch: rows are generated from each candidate θ, the discriminator is updated and scores them,
 * and the optimizer proposes the next candidates from the best pairs of θ and score.
 * Ends after the last epoch, on convergence, when stopped, or when the budget is spent; always with the best θ so far.
 *
 * Paper: Listing 1, L1-15.
 */
export async function optimizeTheta(input: OptimizeThetaInput): Promise<OptimizeThetaResult> {
  const carry: FitCarry = input.carry ?? (await firstCarry(input));
  const control = new RunControl(fitProgress(carry), carry.shape);
  const steps = carry.shape.epochs * carry.shape.batchesPerEpoch;
  let ended: OptimizeThetaResult['ended'] = 'epochs';
  try {
    while (carry.step < steps && !hasConverged(carry.bestScores, carry.shape.patience)) {
      if (workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > MAX_EVENTS) {
        await continueAsNew<typeof optimizeTheta>({ ...input, carry });
      }
      await control.ready();
      showStep(control.progress, carry);
      const generated = await generateCandidates(input, carry, control);
      if (generated.length === 0) {
        ended = 'budget';
        break;
      }
      await scoreCandidates(input, carry, generated);
      showBatch(control.progress, carry);
      if (carry.step + 1 < steps) carry.candidates = await proposeCandidates(input, carry, control);
      carry.step += 1;
      await computeActivities().saveCheckpoint({ store: input.store, runId: input.runId, plan: input.plan, carry });
      setCurrentDetails(progressDetails(control.progress));
    }
    if (ended === 'epochs' && carry.step < steps) ended = 'converged';
  } catch (error) {
    if (isCancellation(error)) await saveBeforeCancel(input, carry);
    if (!(error instanceof StopRequested)) throw error;
    ended = 'stopped';
  }
  control.progress.phase = 'done';
  const { state, spending, accepted, rejected, rejections } = carry;
  return { state, best: carry.best ?? carry.candidates[0]!, spending, accepted, rejected, rejections, ended };
}

async function firstCarry({ store, runId, plan, shape }: OptimizeThetaInput): Promise<FitCarry> {
  const { state, theta } = await computeActivities().firstTheta({ store, runId, plan });
  return {
    step: 0,
    state,
    candidates: [{ number: 0, theta }],
    bestScores: [],
    best: null,
    nextTheta: 1,
    spending: nothingSpent,
    accepted: 0,
    rejected: 0,
    rejections: {},
    shape,
  };
}

/** L5-7: rows from each candidate, in parallel; fewer calls where the budget ends. */
async function generateCandidates(
  { runId, store, plan }: OptimizeThetaInput,
  carry: FitCarry,
  control: RunControl,
): Promise<GeneratedBatch[]> {
  const { epoch, batch } = positionOf(carry);
  const { callsPerTheta, callsPerActivity, rowsPerTheta } = carry.shape;
  let left = control.callsLeft(carry.spending);
  const batches = carry.candidates.map((theta) => {
    const calls = Math.min(callsPerTheta, left);
    left -= calls;
    return { theta, rowsOfCall: spread(rowsPerTheta, callsPerTheta).slice(0, calls) };
  });
  return Promise.all(
    batches
      .filter(({ rowsOfCall }) => rowsOfCall.length > 0)
      .map(({ theta, rowsOfCall }) =>
        generateBatch(control, {
          run: { runId, store, plan },
          step: `e${epoch}b${batch}`,
          epoch,
          batch,
          theta,
          rowsOfCall,
          callsPerActivity,
          conditions: {},
        }),
      ),
  );
}

/** L8-11: the discriminator is updated, the candidates are scored, all pairs are scored again. */
async function scoreCandidates(input: OptimizeThetaInput, carry: FitCarry, generated: GeneratedBatch[]): Promise<void> {
  const { store, runId, plan } = input;
  const chunks = generated.flatMap((batch) => batch.chunks);
  const scored = await computeActivities().scoreBatch({
    store,
    runId,
    plan,
    state: carry.state,
    ...positionOf(carry),
    candidates: generated.map(({ theta, chunks: parts }) => ({ theta, rows: parts.map(({ rows }) => rows) })),
  });
  carry.state = scored.state;
  carry.best = scored.best;
  carry.bestScores.push(scored.bestScore);
  carry.lastScore = scored.score;
  carry.spending = addSpending(carry.spending, ...chunks.map(({ spending }) => spending));
  carry.accepted += chunks.reduce((sum, { accepted }) => sum + accepted, 0);
  carry.rejected += chunks.reduce((sum, { rejected }) => sum + rejected, 0);
  carry.rejections = sumRejections(carry.rejections, ...chunks.map(({ rejections }) => rejections));
}

/** L12-14: the optimizer sees the best pairs and proposes the next candidates. Without it the first θ stays. */
async function proposeCandidates(
  { store, runId, plan }: OptimizeThetaInput,
  carry: FitCarry,
  control: RunControl,
): Promise<Candidate[]> {
  const { optimizer, population } = carry.shape;
  const count = optimizer ? Math.min(population, control.callsLeft(carry.spending)) : 0;
  if (count === 0) return carry.candidates;
  const first = carry.nextTheta;
  carry.nextTheta += count;
  const proposals = await Promise.all(
    Array.from({ length: count }, (_, variant) =>
      control.paid(1, () =>
        modelActivities().proposeTheta({
          store,
          runId,
          plan,
          state: carry.state,
          ...positionOf(carry),
          number: first + variant,
          variant,
        }),
      ),
    ),
  );
  carry.spending = addSpending(carry.spending, ...proposals.map(({ spending }) => spending));
  return proposals.map(({ candidate }) => candidate);
}

async function saveBeforeCancel({ store, runId, plan }: OptimizeThetaInput, carry: FitCarry): Promise<void> {
  await CancellationScope.nonCancellable(() => computeActivities().saveCheckpoint({ store, runId, plan, carry }));
}

function positionOf({ step, shape }: FitCarry): { epoch: number; batch: number } {
  return { epoch: Math.floor(step / shape.batchesPerEpoch) + 1, batch: (step % shape.batchesPerEpoch) + 1 };
}

/** `rows` over `calls`, as evenly as whole numbers go. */
function spread(rows: number, calls: number): number[] {
  return Array.from(
    { length: calls },
    (_, call) => Math.floor(((call + 1) * rows) / calls) - Math.floor((call * rows) / calls),
  );
}
