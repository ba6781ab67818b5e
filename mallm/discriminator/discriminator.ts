import type { Row } from '../table/dataset.js';
import type { DiscriminatorKind, Models } from '../learning/learners.js';
import { fitModels, predictModels } from '../learning/learners.js';
import type { Encoder } from './encoding.js';
import { encodeRows } from './encoding.js';
import { seedOf } from '../random.js';

export type { DiscriminatorKind };

/** Log loss of a coin. */
const COIN = Math.log(2);

/** A classifier that tells real rows from synthetic ones (f_i of the paper); plain JSON, small enough for a checkpoint. */
export interface DiscriminatorState {
  kind: DiscriminatorKind;
  encoder: Encoder;
  seed: number;
  /** How often it has learned. */
  updates: number;
  models: Models;
  /**
   * Whether its last lesson taught it nothing: it gave all rows one class, or did no better than a coin on the very rows
   * it learned from. Its accuracy then says nothing.
   */
  blind: boolean;
}

/** A discriminator that has not learned yet: every row is as likely real as not. */
export function startDiscriminator(kind: DiscriminatorKind, encoder: Encoder, seed: number): DiscriminatorState {
  return { kind, encoder, seed, updates: 0, models: {}, blind: false };
}

/**
 * f_i from f_{i−1}: learns from one more batch of real and synthetic rows and returns the new state. The two classes
 * weigh the same whatever their numbers. With no real or no synthetic rows there is nothing to learn and the state is
 * returned as it is. Deterministic.
 *
 * A lesson that taught nothing (one class for all rows, or a loss no better than a coin's) is given again from scratch;
 * if that ends the same way, the state is marked `blind`. No error is thrown: rows that are truly alike look the same,
 * and must not end a fit.
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
