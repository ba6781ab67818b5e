import type { Ref } from '../reference.js';
import type { FitState } from './fit-state.js';
import { bestPair } from './fit-state.js';

/** How a fit is doing after an iteration, by its newest discriminator. */
export interface Standing {
  /** The θ that the fit would end with: the best pair, or the last one tried while none counts; null before the first. */
  best: { number: number; ref: Ref } | null;
  /** Score of the best pair; null while none counts. */
  bestScore: number | null;
  /** Lowest score of the last iteration; null when none of its θ counted. */
  lastScore: number | null;
  /** Iterations since a new θ became the best. */
  withoutGain: number;
}

/** Before the first iteration. */
export const nothingTried: Standing = { best: null, bestScore: null, lastScore: null, withoutGain: 0 };

/**
 * Compares the states before and after an iteration: a gain is a best θ that was not among the pairs before. An older θ
 * that becomes the best by being scored again is none.
 *
 * @param withoutGain iterations without a gain before this one.
 */
export function standingAfter(before: FitState, after: FitState, withoutGain: number): Standing {
  const best = bestPair(after.pairs);
  const isGain = best !== null && !before.pairs.some(({ number }) => number === best.number);
  const point = after.trajectory.at(-1)!;
  const counted = after.pairs.some(({ number, counted }) => number === point.theta && counted);
  const { number, theta: ref } = best ?? after.pairs.at(-1)!;
  return {
    best: { number, ref },
    bestScore: best?.adjustedScore ?? null,
    lastScore: counted ? point.score : null,
    withoutGain: isGain ? 0 : withoutGain + 1,
  };
}
