import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { NumericError } from '../../errors.js';
import { minimize } from './minimize.js';
import { sparse, type Sparse, type SparseRow } from './sparse-features.js';

/** Probabilities are given to so many parts of 1: rows that tie in theory must not be ranked by rounding errors. */
const PRECISION = 1e9;

/** Newton steps before giving up on a smaller gradient; a few are the rule. */
const MAX_STEPS = 100;

/** Shares of the largest curvature that are added where the Hessian is singular to rounding, least first. */
const RIDGES = [1e-14, 1e-12, 1e-10, 1e-8, 1e-6];

/** Weights on the features as they are given: one list a class, or one in all for two classes. */
export interface LogisticRegression {
  weights: Float64Array[];
  intercepts: number[];
}

/**
 * Fits logistic regression with an L2 penalty (C = 1, intercept free) to its optimum: scikit-learn's objective. Two
 * classes by Newton's method, more by L-BFGS on the multinomial loss. `y` holds class numbers from 0. Deterministic;
 * the result does not depend on the scale of the features other than through the penalty.
 */
export function fitLogisticRegression(
  x: readonly Float64Array[],
  y: ArrayLike<number>,
  classes: number,
): LogisticRegression {
  const data = sparse(x);
  return unscaled(data, classes === 2 ? [newton(data, y)] : multinomial(data, y, classes));
}

/** Class probabilities of each row, one array a row. */
export function predictLogisticRegression(
  { weights, intercepts }: LogisticRegression,
  x: readonly Float64Array[],
): Float64Array[] {
  return x.map((row) => {
    const margins = weights.map((list, label) => intercepts[label]! + dot(list, row));
    if (margins.length === 1) {
      const probability = rounded(1 / (1 + Math.exp(-margins[0]!)));
      return Float64Array.of(1 - probability, probability);
    }
    return softmax(margins).map(rounded);
  });
}

function rounded(probability: number): number {
  return Math.round(probability * PRECISION) / PRECISION;
}

/** From weights on scaled features, the intercept last, to weights on the features as given. */
function unscaled({ shifts, deviations }: Sparse, solutions: readonly Float64Array[]): LogisticRegression {
  const weights = solutions.map((solution) => solution.subarray(0, shifts.length).map((w, j) => w / deviations[j]!));
  const intercepts = solutions.map((solution, label) => solution[shifts.length]! - dot(weights[label]!, shifts));
  return { weights, intercepts };
}

/** Penalty of a weight on a scaled feature; a constant feature has weight 0 whatever its penalty. */
function penaltiesOf({ deviations }: Sparse): Float64Array {
  return deviations.map((deviation) => (Number.isFinite(deviation) ? 1 / deviation ** 2 : 1));
}

function newton(data: Sparse, y: ArrayLike<number>): Float64Array {
  const size = data.shifts.length + 1;
  const penalties = penaltiesOf(data);
  let weights: Float64Array = new Float64Array(size);
  let loss = lossOf(data, penalties, y, weights);
  for (let step = 0; step < MAX_STEPS; step++) {
    const { gradient, hessian } = derivativesOf(data, penalties, y, weights);
    if (gradient.every((slope) => Math.abs(slope) < 1e-9 * data.rows.length)) break;
    const direction = newtonStep(hessian, gradient);
    let reach = 1;
    let next = weights.map((weight, j) => weight - direction[j]!);
    let nextLoss = lossOf(data, penalties, y, next);
    while (nextLoss > loss && reach > 1e-8) {
      reach /= 2;
      next = weights.map((weight, j) => weight - reach * direction[j]!);
      nextLoss = lossOf(data, penalties, y, next);
    }
    if (nextLoss > loss) break;
    weights = next;
    loss = nextLoss;
  }
  return weights;
}

/**
 * The step that a positive definite Hessian asks for. Columns that are nearly collinear, of values so large that the
 * penalty is lost beside them, leave it singular to rounding: a ridge then is added to its diagonal, which changes the
 * step and not the optimum.
 * @throws NumericError when there is no such ridge: a feature is no finite number.
 */
function newtonStep(hessian: Matrix, gradient: Float64Array): number[] {
  const largest = Math.max(...hessian.diagonal());
  for (const ridge of Number.isFinite(largest) ? [0, ...RIDGES] : []) {
    const ridged = ridge === 0 ? hessian : Matrix.add(hessian, Matrix.eye(hessian.rows).mul(ridge * largest));
    const cholesky = new CholeskyDecomposition(ridged);
    if (cholesky.isPositiveDefinite()) return cholesky.solve(Matrix.columnVector(gradient)).to1DArray();
  }
  throw new NumericError({
    problem: 'the logistic regression of the evaluation has no solution',
    expected: 'finite features',
    remedy: 'Check the columns for numbers beyond 1e150.',
  });
}

/** Margin of a row by the weights that begin at `start`. */
function marginOf({ features, values }: SparseRow, weights: Float64Array, start = 0): number {
  let margin = 0;
  for (let i = 0; i < features.length; i++) margin += weights[start + features[i]!]! * values[i]!;
  return margin;
}

function lossOf({ rows }: Sparse, penalties: Float64Array, y: ArrayLike<number>, weights: Float64Array): number {
  let loss = 0;
  for (let row = 0; row < rows.length; row++) {
    const margin = marginOf(rows[row]!, weights) * (y[row] === 1 ? 1 : -1);
    loss += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
  }
  for (let j = 0; j < penalties.length; j++) loss += (penalties[j]! * weights[j]! ** 2) / 2;
  return loss;
}

function derivativesOf(
  { rows }: Sparse,
  penalties: Float64Array,
  y: ArrayLike<number>,
  weights: Float64Array,
): { gradient: Float64Array; hessian: Matrix } {
  const size = weights.length;
  const gradient = new Float64Array(size);
  const upper = Array.from({ length: size }, () => new Float64Array(size));
  for (let row = 0; row < rows.length; row++) {
    const { features, values } = rows[row]!;
    const probability = 1 / (1 + Math.exp(-marginOf(rows[row]!, weights)));
    const error = probability - y[row]!;
    const curvature = probability * (1 - probability);
    for (let i = 0; i < features.length; i++) {
      gradient[features[i]!]! += error * values[i]!;
      const weighted = curvature * values[i]!;
      const line = upper[features[i]!]!;
      for (let k = i; k < features.length; k++) line[features[k]!]! += weighted * values[k]!;
    }
  }
  const hessian = new Matrix(size, size);
  for (let j = 0; j < size; j++) {
    if (j < penalties.length) gradient[j]! += penalties[j]! * weights[j]!;
    for (let k = j; k < size; k++) {
      const value = upper[j]![k]! + (j === k ? (penalties[j] ?? 1e-12) : 0);
      hessian.set(j, k, value);
      hessian.set(k, j, value);
    }
  }
  return { gradient, hessian };
}

function multinomial(data: Sparse, y: ArrayLike<number>, classes: number): Float64Array[] {
  const size = data.shifts.length + 1;
  const penalties = penaltiesOf(data);
  const solution = minimize(new Float64Array(classes * size), (weights, gradient) => {
    let loss = 0;
    gradient.fill(0);
    for (let row = 0; row < data.rows.length; row++) {
      const { features, values } = data.rows[row]!;
      const margins = Array.from({ length: classes }, (_, label) => marginOf(data.rows[row]!, weights, label * size));
      const probabilities = softmax(margins);
      loss -= Math.log(Math.max(probabilities[y[row]!]!, Number.MIN_VALUE));
      for (let label = 0; label < classes; label++) {
        const error = probabilities[label]! - Number(y[row] === label);
        for (let i = 0; i < features.length; i++) gradient[label * size + features[i]!]! += error * values[i]!;
      }
    }
    return loss + penalise(weights, gradient, penalties, classes);
  });
  return Array.from({ length: classes }, (_, label) => solution.slice(label * size, (label + 1) * size));
}

/** Adds the penalty's slope to the gradient and returns the penalty. */
function penalise(weights: Float64Array, gradient: Float64Array, penalties: Float64Array, classes: number): number {
  let sum = 0;
  for (let label = 0; label < classes; label++) {
    for (let j = 0; j < penalties.length; j++) {
      const place = label * (penalties.length + 1) + j;
      sum += (penalties[j]! * weights[place]! ** 2) / 2;
      gradient[place]! += penalties[j]! * weights[place]!;
    }
  }
  return sum;
}

function softmax(margins: readonly number[]): Float64Array {
  const largest = Math.max(...margins);
  const powers = Float64Array.from(margins, (margin) => Math.exp(margin - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}
