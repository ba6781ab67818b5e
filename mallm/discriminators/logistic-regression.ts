import LogisticRegressionLibrary from 'ml-logistic-regression';
import type { TwoClassRegression } from 'ml-logistic-regression';
import { Matrix } from 'ml-matrix';
import { NumericError } from '../errors.js';

/** Steps of the power iteration that bounds the learning rate. */
const POWER_STEPS = 30;
/** The power iteration finds the greatest eigenvalue from below: it is taken to be a little greater. */
const EIGENVALUE_MARGIN = 1.1;

/** Weights of a logistic regression: the intercept, then one a feature. Plain JSON. */
export type LogisticWeights = number[];

export interface LogisticOptions {
  /** Weight of each row. */
  rowWeights: ArrayLike<number>;
  /** Strength of the pull of every weight but the intercept towards `start` (½ ridge ‖w − start‖²). */
  ridge: number;
  /** Steps of gradient descent. */
  steps: number;
  /** Weights to start from and to stay near; zeros when left out. */
  start?: LogisticWeights;
}

/**
 * Logistic regression by full-batch gradient descent, run by ml-logistic-regression's own loop.
 *
 * The library has no intercept, no ridge, no row weights, and starts from zero; it only ever multiplies by the features
 * and by their transpose, so a matrix that answers these two products otherwise adds all four. The learning rate is
 * below one over the greatest curvature: the loss falls at every step. Above two over it, the library does not fail but
 * saturates, gives every row one class, and reads as a perfect generator.
 *
 * @param x Features, one array a row, finite and on comparable scales.
 * @param y 1 or 0 a row.
 * @throws NumericError when a feature, a row weight or a resulting weight is not finite.
 */
export function fitLogisticRegression(
  x: readonly Float64Array[],
  y: ArrayLike<number>,
  { rowWeights, ridge, steps, start }: LogisticOptions,
): LogisticWeights {
  assertFinite('a feature', x);
  assertFinite('a row weight', [rowWeights]);
  const from = Float64Array.from(start ?? new Float64Array((x[0]?.length ?? 0) + 1));
  assertFinite('a starting weight', [from]);
  const features = new WeightedFeatures(x, rowWeights, ridge, from);
  const learner = twoClassRegression(steps, 1 / (features.curvature() + ridge));
  learner.train(features, Matrix.columnVector(Array.from(y)));
  const weights = Array.from(from, (weight, index) => weight + learner.weights!.get(0, index));
  assertFinite('a weight', [weights]);
  return weights;
}

/** Probability of class 1, one a row. */
export function predictLogisticRegression(weights: LogisticWeights, x: readonly Float64Array[]): Float64Array {
  return Float64Array.from(x, (row) => 1 / (1 + Math.exp(-product(row, weights))));
}

/**
 * A matrix of features with an intercept column in front. `mmul` adds the starting weights to those it is multiplied by;
 * the transpose weighs the rows' errors and subtracts the gradient of the ridge.
 */
class WeightedFeatures extends Matrix {
  /** What the library has added to the starting weights so far. */
  private added: ArrayLike<number> = [];

  constructor(
    private readonly x: readonly Float64Array[],
    private readonly rowWeights: ArrayLike<number>,
    private readonly ridge: number,
    private readonly start: Float64Array,
  ) {
    super(0, start.length);
  }

  override mmul(weights: Matrix): Matrix {
    this.added = weights.to1DArray();
    const current = this.start.map((weight, index) => weight + this.added[index]!);
    return Matrix.columnVector(this.x.map((row) => product(row, current)));
  }

  override transpose(): Matrix {
    const transposed = new Matrix(0, 0);
    transposed.mmul = (errors) => Matrix.columnVector(this.gradient((errors as Matrix).to1DArray()));
    return transposed;
  }

  /** Greatest eigenvalue of the loss's curvature, at most: XᵀCX / 4 by power iteration. */
  curvature(): number {
    let vector: Float64Array = new Float64Array(this.start.length).fill(1);
    let eigenvalue = 0;
    for (let step = 0; step < POWER_STEPS; step++) {
      const length = Math.hypot(...vector) || 1;
      const unit = vector.map((value) => value / length);
      vector = this.weightedSum(this.x.map((row) => product(row, unit)));
      eigenvalue = Math.hypot(...vector);
    }
    return (EIGENVALUE_MARGIN * eigenvalue) / 4;
  }

  private gradient(errors: ArrayLike<number>): Float64Array {
    const gradient = this.weightedSum(errors);
    for (let index = 1; index < gradient.length; index++) gradient[index]! -= this.ridge * this.added[index]!;
    return gradient;
  }

  /** XᵀCv: rows, each times its weight and its value, summed. */
  private weightedSum(values: ArrayLike<number>): Float64Array {
    const sum = new Float64Array(this.start.length);
    for (let i = 0; i < this.x.length; i++) {
      const row = this.x[i]!;
      const value = values[i]! * this.rowWeights[i]!;
      sum[0]! += value;
      for (let j = 0; j < row.length; j++) sum[j + 1]! += value * row[j]!;
    }
    return sum;
  }
}

/** The library exports the one-vs-all learner only; a loaded model hands out the two-class learner inside. */
function twoClassRegression(numSteps: number, learningRate: number): TwoClassRegression {
  const classifiers = [{ numSteps, learningRate }];
  return LogisticRegressionLibrary.load({ name: 'LogisticRegression', numberClasses: 1, classifiers }).classifiers[0]!;
}

function product(row: Float64Array, weights: ArrayLike<number>): number {
  let sum = weights[0]!;
  for (let j = 0; j < row.length; j++) sum += row[j]! * weights[j + 1]!;
  return sum;
}

function assertFinite(what: string, arrays: readonly ArrayLike<number>[]): void {
  for (const array of arrays) {
    for (let index = 0; index < array.length; index++) {
      if (!Number.isFinite(array[index])) {
        throw new NumericError({ problem: `${what} of the logistic regression is not a finite number` });
      }
    }
  }
}
