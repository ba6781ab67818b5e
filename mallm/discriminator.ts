import type { Row } from './dataset.js';
import type { DiscriminatorKind, Models } from './discriminators/learners.js';
import { fitModels, predictModels } from './discriminators/learners.js';
import type { Encoder } from './encoding.js';
import { encodeRows } from './encoding.js';
import { seedOf } from './random.js';

export type { DiscriminatorKind };

/** A classifier that tells real rows from synthetic ones (f_i of the paper); plain JSON, small enough for a checkpoint. */
export interface DiscriminatorState {
  kind: DiscriminatorKind;
  encoder: Encoder;
  seed: number;
  /** How often it has learned. */
  updates: number;
  models: Models;
  /**
   * Whether it gave all rows of its last lesson one class. Its accuracy then says nothing: the rows could not be told
   * apart by it at all.
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
 * A lesson that ends with one class for all rows is given again from scratch; if that ends the same way, the state is
 * marked `blind` rather than an error thrown: rows that are truly alike look the same, and must not end a fit.
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
  if (seesBoth(models, x)) return { ...learned, models };
  const fresh = fitModels(state.kind, x, y, { seed });
  return { ...learned, models: fresh, blind: !seesBoth(fresh, x) };
}

/** Probability that a row is real, one a row, in [0, 1]. */
export function probabilityReal(state: DiscriminatorState, rows: readonly Row[]): Float64Array {
  return predictModels(state.models, encodeRows(state.encoder, rows));
}

/** Whether some rows are taken for real and some for synthetic. */
function seesBoth(models: Models, x: Float64Array[]): boolean {
  const predicted = predictModels(models, x);
  return predicted.some((value) => value > 0.5) && predicted.some((value) => value < 0.5);
}
