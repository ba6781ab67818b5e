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
  const features = new WeightedFeatures(sparse(x), Float64Array.from(rowWeights), ridge, from);
  const learner = twoClassRegression(steps, 1 / (features.curvature() + ridge));
  learner.train(features, Matrix.columnVector(Array.from(y)));
  const weights = Array.from(from, (weight, index) => weight + learner.weights!.get(0, index));
  assertFinite('a weight', [weights]);
  return weights;
}

/** Probability of class 1, one a row. */
export function predictLogisticRegression(weights: LogisticWeights, x: readonly Float64Array[]): Float64Array {
  return Float64Array.from(x, (row) => {
    const margin = row.reduce((sum, value, index) => sum + value * weights[index + 1]!, weights[0]!);
    return 1 / (1 + Math.exp(-margin));
  });
}

/** The cells of a matrix that are not zero, row by row, behind an intercept column of ones: one-hot rows are mostly zeros. */
interface SparseRows {
  /** Where row i ends; it begins where row i − 1 ends. */
  ends: Int32Array;
  columns: Int32Array;
  values: Float64Array;
}

/**
 * A matrix of features. `mmul` adds the starting weights to those it is multiplied by; the transpose weighs the rows'
 * errors and subtracts the gradient of the ridge.
 */
class WeightedFeatures extends Matrix {
  /** What the library has added to the starting weights so far. */
  private added: Float64Array;

  constructor(
    private readonly cells: SparseRows,
    private readonly rowWeights: Float64Array,
    private readonly ridge: number,
    private readonly start: Float64Array,
  ) {
    super(0, start.length);
    this.added = new Float64Array(start.length);
  }

  override mmul(weights: Matrix): Matrix {
    this.added = Float64Array.from(weights.to1DArray());
    return Matrix.columnVector(this.times(this.start.map((weight, index) => weight + this.added[index]!)));
  }

  override transpose(): Matrix {
    const transposed = new Matrix(0, 0);
    transposed.mmul = (errors) => {
      const gradient = this.weightedSum(Float64Array.from((errors as Matrix).to1DArray()));
      for (let index = 1; index < gradient.length; index++) gradient[index]! -= this.ridge * this.added[index]!;
      return Matrix.columnVector(gradient);
    };
    return transposed;
  }

  /** Greatest eigenvalue of the loss's curvature, at most: XᵀCX / 4 by power iteration. */
  curvature(): number {
    let vector: Float64Array = new Float64Array(this.start.length).fill(1);
    let eigenvalue = 0;
    for (let step = 0; step < POWER_STEPS; step++) {
      const length = Math.hypot(...vector) || 1;
      vector = this.weightedSum(this.times(vector.map((value) => value / length)));
      eigenvalue = Math.hypot(...vector);
    }
    return (EIGENVALUE_MARGIN * eigenvalue) / 4;
  }

  /** Xv: one value a row. */
  private times(vector: Float64Array): Float64Array {
    const { ends, columns, values } = this.cells;
    const result = new Float64Array(ends.length);
    for (let row = 0, cell = 0; row < ends.length; row++) {
      let sum = 0;
      for (const end = ends[row]!; cell < end; cell++) sum += values[cell]! * vector[columns[cell]!]!;
      result[row] = sum;
    }
    return result;
  }

  /** XᵀCv: rows, each times its weight and its value, summed. */
  private weightedSum(rowValues: Float64Array): Float64Array {
    const { ends, columns, values } = this.cells;
    const result = new Float64Array(this.start.length);
    for (let row = 0, cell = 0; row < ends.length; row++) {
      const value = rowValues[row]! * this.rowWeights[row]!;
      for (const end = ends[row]!; cell < end; cell++) result[columns[cell]!]! += values[cell]! * value;
    }
    return result;
  }
}

function sparse(x: readonly Float64Array[]): SparseRows {
  const columns: number[] = [];
  const values: number[] = [];
  const ends = Int32Array.from(x, (row) => {
    columns.push(0);
    values.push(1);
    for (let index = 0; index < row.length; index++) {
      if (row[index] === 0) continue;
      columns.push(index + 1);
      values.push(row[index]!);
    }
    return columns.length;
  });
  return { ends, columns: Int32Array.from(columns), values: Float64Array.from(values) };
}

/** The library exports the one-vs-all learner only; a loaded model hands out the two-class learner inside. */
function twoClassRegression(numSteps: number, learningRate: number): TwoClassRegression {
  const classifiers = [{ numSteps, learningRate }];
  return LogisticRegressionLibrary.load({ name: 'LogisticRegression', numberClasses: 1, classifiers }).classifiers[0]!;
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
