/*
 * Listing 1 of the paper, in our words; beside it what does it here.
 *
 *   L1-2    θ ← its first causal structure and task; no pairs, no discriminator yet      firstTheta
 *   L3      for each epoch: shuffle the training rows                                    for epoch
 *   L4        for each batch of them:                                                    for batch
 *   L5-7        rows ← the generator's, from θ and examples of the batch                 generate
 *   L8          discriminator ← updated with the batch and the rows                      score
 *   L9          score ← its accuracy on held-out rows (or its AUC)                            score
 *   L10         pairs ← and this one: θ, its score, its held-out rows                    score
 *   L11         each pair ← its score by the newest discriminator                        score
 *   L12         best ← the k pairs with the lowest scores                                propose
 *   L13-14      θ ← what the optimizer proposes when it receives them, best last         propose
 *   L15-16  θ* ← the pair with the lowest score                                          the result
 *   L17-18  rows ← the generator's, from θ* and each training row as an example          generate-synthetic-data.ts
 *
 * L12-14 come first in a batch here, and not in the first one: their θ are for this batch, so that none is paid for
 * after the last. Departs: several candidates side by side in a batch; an end by convergence, budget or request.
 */
import { CancellationScope, continueAsNew, isCancellation, workflowInfo } from '@temporalio/workflow';
import { hasConverged, nothingSpent, nothingTried } from '../mallm/workflow.js';
import { computeActivities } from './activity-proxies.js';
import type { FitCarry, OptimizeThetaInput, OptimizeThetaResult } from './contract.js';
import type { Fit } from './fit-batch.js';
import { carryOf, generate, propose, runOf, score } from './fit-batch.js';
import { fitProgress, showBatch, showScores } from './progress.js';
import { RunControl, StopRequested } from './run-control.js';

/** Above so many events a run is continued as a new one: far below the server's warning at 10,240. */
const MAX_EVENTS = 3000;

type Ending = OptimizeThetaResult['ended'];

/**
 * Fits θ so that a classifier cannot tell the rows it yields from the real ones. Always ends with the best θ so far.
 *
 * @throws what stopped it before there was a first θ; what no retry mends; a cancellation, after a checkpoint.
 */
export async function optimizeTheta(input: OptimizeThetaInput): Promise<OptimizeThetaResult> {
  const { shape, spending } = input.carry ?? { shape: input.shape, spending: nothingSpent };
  const control = new RunControl(fitProgress(shape, input.carry), shape, spending, input.unattended);
  const carry = input.carry ?? (await firstTheta(input, control)); // L1-2
  const fit: Fit = { input, control, carry };
  const ended = await iterate(fit).catch((error: unknown) => endedBy(error, fit)); // L3-14
  control.progress.phase = 'done';
  control.show();
  return resultOf(fit, ended); // L15-16
}

async function firstTheta(input: OptimizeThetaInput, control: RunControl): Promise<FitCarry> {
  const { theta, state } = await control.unpaid(() => computeActivities().firstTheta(runOf(input)));
  return {
    ...{ epoch: 1, batch: 1, step: 0 },
    next: 'generate',
    candidates: [{ number: 0, ref: theta }],
    state,
    nextTheta: 1,
    ...nothingTried,
    spending: nothingSpent,
    ...{ accepted: 0, rejected: 0, rejections: {} },
    shape: input.shape,
  };
}

/** From the batch that the carry names; after the last of an epoch it names the first of the next. */
async function iterate(fit: Fit): Promise<Ending> {
  const { control } = fit;
  const { epochs, batchesPerEpoch, patience } = fit.carry.shape;
  for (let { epoch } = fit.carry; epoch <= epochs; epoch++) {
    for (let { batch } = fit.carry; batch <= batchesPerEpoch; batch++) {
      if (hasConverged(fit.carry.withoutGain, patience)) return 'converged';
      if (control.callsLeft() === 0) return 'budget';
      await control.ready();
      if (isLong()) await continueAsNew<typeof optimizeTheta>({ ...fit.input, carry: carryOf(fit) });
      showBatch(control.progress, fit.carry);
      const at = { epoch, batch };
      const { next, candidates } = fit.carry;
      const proposal = next === 'propose' ? await propose(fit, at) : { candidates, generated: [] };
      const generated = await generate(fit, at, proposal);
      if (generated.length === 0) return 'budget';
      fit.carry = await score(fit, at, proposal.candidates, generated);
      showScores(control.progress, fit.carry);
      control.show();
    }
  }
  return 'epochs';
}

function isLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > MAX_EVENTS;
}

/** How a fit ends that was interrupted. @throws the error itself, unless it was asked to stop. */
async function endedBy(error: unknown, fit: Fit): Promise<Ending> {
  if (isCancellation(error))
    await CancellationScope.nonCancellable(() =>
      computeActivities().saveCheckpoint({ ...runOf(fit.input), carry: carryOf(fit) }),
    );
  await fit.control.finished();
  if (error instanceof StopRequested) return 'stopped';
  throw error;
}

function resultOf({ carry, control: { spending, limits } }: Fit, ended: Ending): OptimizeThetaResult {
  const { state, best, candidates, accepted, rejected, rejections } = carry;
  const { inFlight, budget } = limits;
  return {
    ...{ state, best: best ?? candidates[0]!, spending },
    ...{ accepted, rejected, rejections },
    ...{ ended, limits: { inFlight, budget } },
  };
}
