import type { Row } from '../table/dataset.js';
import type { DiscriminatorKind, Models } from '../learning/learners.js';
import { fitModels, predictModels } from '../learning/learners.js';
import type { Encoder } from './encoding.js';
import { encodeRows } from './encoding.js';
import { seedOf } from '../random.js';

export type { DiscriminatorKind };

/** Log loss of a coin. */
const COIN = Math.log(2);

/**
 * The incremental classifier of real and synthetic rows (f_i of the paper), which only score by accuracy has; plain JSON,
 * small enough for a checkpoint.
 */
export interface DiscriminatorState {
  kind: DiscriminatorKind;
  encoder: Encoder;
  seed: number;
  /** Batches it has learned from. */
  updates: number;
  models: Models;
  /**
   * Whether it failed on the very rows that it learned from last: one class for all of them, or a log loss no better than
   * a coin's. Its accuracy is then no evidence.
   */
  blind: boolean;
}

/** A discriminator before its first update: every row is as likely real as not. */
export function startDiscriminator(kind: DiscriminatorKind, encoder: Encoder, seed: number): DiscriminatorState {
  return { kind, encoder, seed, updates: 0, models: {}, blind: false };
}

/**
 * f_i from f_{i−1}: goes on learning from one more batch of real and synthetic rows, the two classes of equal weight
 * whatever their numbers. Without real or without synthetic rows the state is returned as it is. Deterministic.
 *
 * An update that leaves it failing on these rows is made again from zero weights; if it still fails, the state is marked
 * `blind`. No error is thrown: rows that are truly alike have the same effect, and must not end a fit.
 *
 * Paper: §3.2.2.
 * @throws NumericError when a feature or a weight is not finite.
 */
export function updateDiscriminator(
  state: DiscriminatorState,
  real: readonly Row[],
  synthetic: readonly Row[],
): DiscriminatorState {
  if (real.length === 0 || synthetic.length === 0) return state;
  const x = encodeRows(state.encoder, [...real, ...synthetic]);
  const y = Float64Array.from(x, (_, row) => (row < real.length ? 1 : 0));
  const seed = seedOf(state.seed, 'lesson', state.updates);
  const learned = { ...state, updates: state.updates + 1, blind: false };
  const models = fitModels(state.kind, x, y, { previous: state.models, seed });
  if (sees(models, x, real.length)) return { ...learned, models };
  const fresh = fitModels(state.kind, x, y, { seed });
  return { ...learned, models: fresh, blind: !sees(fresh, x, real.length) };
}

/** Probability that a row is real, one a row, in [0, 1]. */
export function probabilityReal(state: DiscriminatorState, rows: readonly Row[]): Float64Array {
  return predictModels(state.models, encodeRows(state.encoder, rows));
}

/** Whether both classes are given to some rows, and the log loss (both classes of equal weight) is below a coin's. */
function sees(models: Models, x: Float64Array[], realRows: number): boolean {
  const predicted = predictModels(models, x);
  const losses = predicted.map((value, row) => -Math.log(Math.max(1e-12, row < realRows ? value : 1 - value)));
  const loss = (mean(losses.subarray(0, realRows)) + mean(losses.subarray(realRows))) / 2;
  const bothGiven = predicted.some((value) => value > 0.5) && predicted.some((value) => value < 0.5);
  return bothGiven && loss < COIN - 1e-9;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
