import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { minimize } from './minimize.js';

/** Newton steps before giving up on a smaller gradient; a few are the rule. */
const MAX_STEPS = 100;

/** Weights on the features as they are given: one list a class, or one in all for two classes. */
export interface LogisticRegression {
  weights: Float64Array[];
  intercepts: number[];
}

/** Features brought to mean 0 and deviation 1 for the computation; the penalty stays on the weights as given. */
interface Scaled {
  x: Float64Array[];
  means: Float64Array;
  deviations: Float64Array;
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
  const scaled = scale(x);
  if (classes === 2) return unscaled(scaled, [newton(scaled, y)]);
  return unscaled(scaled, multinomial(scaled, y, classes));
}

/** Class probabilities of each row, one array a row. */
export function predictLogisticRegression(
  { weights, intercepts }: LogisticRegression,
  x: readonly Float64Array[],
): Float64Array[] {
  return x.map((row) => {
    const margins = weights.map((list, label) => intercepts[label]! + dot(list, row));
    if (margins.length === 1) {
      const probability = 1 / (1 + Math.exp(-margins[0]!));
      return Float64Array.of(1 - probability, probability);
    }
    return softmax(margins);
  });
}

function scale(x: readonly Float64Array[]): Scaled {
  const features = x[0]!.length;
  const means = new Float64Array(features);
  const deviations = new Float64Array(features);
  for (const row of x) for (let j = 0; j < features; j++) means[j]! += row[j]! / x.length;
  for (const row of x) for (let j = 0; j < features; j++) deviations[j]! += (row[j]! - means[j]!) ** 2 / x.length;
  for (let j = 0; j < features; j++) {
    const deviation = Math.sqrt(deviations[j]!);
    deviations[j] = deviation > 1e-12 * Math.max(1, Math.abs(means[j]!)) ? deviation : Infinity;
  }
  return { x: x.map((row) => row.map((value, j) => (value - means[j]!) / deviations[j]!)), means, deviations };
}

/** From weights on scaled features, the intercept last, to weights on the features as given. */
function unscaled({ means, deviations }: Scaled, solutions: readonly Float64Array[]): LogisticRegression {
  const weights = solutions.map((solution) => solution.subarray(0, means.length).map((w, j) => w / deviations[j]!));
  const intercepts = solutions.map((solution, label) => solution[means.length]! - dot(weights[label]!, means));
  return { weights, intercepts };
}

/** Penalty of a weight on a scaled feature; a constant feature has weight 0 whatever its penalty. */
function penaltiesOf({ deviations }: Scaled): Float64Array {
  return deviations.map((deviation) => (Number.isFinite(deviation) ? 1 / deviation ** 2 : 1));
}

function newton(scaled: Scaled, y: ArrayLike<number>): Float64Array {
  const size = scaled.means.length + 1;
  const penalties = penaltiesOf(scaled);
  let weights: Float64Array = new Float64Array(size);
  let loss = lossOf(scaled, penalties, y, weights);
  for (let step = 0; step < MAX_STEPS; step++) {
    const { gradient, hessian } = derivativesOf(scaled, penalties, y, weights);
    if (Math.max(...gradient.map(Math.abs)) < 1e-9 * scaled.x.length) break;
    const direction = new CholeskyDecomposition(hessian).solve(Matrix.columnVector(gradient)).to1DArray();
    let reach = 1;
    let next = weights.map((weight, j) => weight - direction[j]!);
    let nextLoss = lossOf(scaled, penalties, y, next);
    while (nextLoss > loss && reach > 1e-8) {
      reach /= 2;
      next = weights.map((weight, j) => weight - reach * direction[j]!);
      nextLoss = lossOf(scaled, penalties, y, next);
    }
    if (nextLoss > loss) break;
    weights = next;
    loss = nextLoss;
  }
  return weights;
}

function marginOf(row: Float64Array, weights: Float64Array): number {
  let margin = weights[row.length]!;
  for (let j = 0; j < row.length; j++) margin += weights[j]! * row[j]!;
  return margin;
}

function lossOf({ x }: Scaled, penalties: Float64Array, y: ArrayLike<number>, weights: Float64Array): number {
  let loss = 0;
  for (let row = 0; row < x.length; row++) {
    const margin = marginOf(x[row]!, weights) * (y[row] === 1 ? 1 : -1);
    loss += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
  }
  for (let j = 0; j < penalties.length; j++) loss += (penalties[j]! * weights[j]! ** 2) / 2;
  return loss;
}

function derivativesOf(
  { x }: Scaled,
  penalties: Float64Array,
  y: ArrayLike<number>,
  weights: Float64Array,
): { gradient: number[]; hessian: Matrix } {
  const size = weights.length;
  const gradient = new Float64Array(size);
  const upper = Array.from({ length: size }, () => new Float64Array(size));
  for (let row = 0; row < x.length; row++) {
    const features = x[row]!;
    const probability = 1 / (1 + Math.exp(-marginOf(features, weights)));
    const error = probability - y[row]!;
    const curvature = probability * (1 - probability);
    for (let j = 0; j < size; j++) {
      const value = j < features.length ? features[j]! : 1;
      gradient[j]! += error * value;
      const weighted = curvature * value;
      const line = upper[j]!;
      for (let k = j; k < features.length; k++) line[k]! += weighted * features[k]!;
      line[features.length]! += weighted;
    }
  }
  const hessian = new Matrix(size, size);
  for (let j = 0; j < size; j++) {
    if (j < penalties.length) gradient[j]! += penalties[j]! * weights[j]!;
    for (let k = j; k < size; k++) {
      const ridge = j === k ? (penalties[j] ?? 1e-12) : 0;
      hessian.set(j, k, upper[j]![k]! + ridge);
      hessian.set(k, j, upper[j]![k]! + ridge);
    }
  }
  return { gradient: [...gradient], hessian };
}

function multinomial(scaled: Scaled, y: ArrayLike<number>, classes: number): Float64Array[] {
  const { x } = scaled;
  const features = scaled.means.length;
  const size = features + 1;
  const penalties = penaltiesOf(scaled);
  const solution = minimize(new Float64Array(classes * size), (weights, gradient) => {
    let loss = 0;
    gradient.fill(0);
    for (let row = 0; row < x.length; row++) {
      const margins = Array.from({ length: classes }, (_, label) =>
        marginOf(x[row]!, weights.subarray(label * size, (label + 1) * size)),
      );
      const probabilities = softmax(margins);
      loss -= Math.log(Math.max(probabilities[y[row]!]!, Number.MIN_VALUE));
      for (let label = 0; label < classes; label++) {
        const error = probabilities[label]! - Number(y[row] === label);
        for (let j = 0; j < features; j++) gradient[label * size + j]! += error * x[row]![j]!;
        gradient[label * size + features]! += error;
      }
    }
    for (let label = 0; label < classes; label++) {
      for (let j = 0; j < features; j++) {
        const weight = weights[label * size + j]!;
        loss += (penalties[j]! * weight * weight) / 2;
        gradient[label * size + j]! += penalties[j]! * weight;
      }
    }
    return loss;
  });
  return Array.from({ length: classes }, (_, label) => solution.slice(label * size, (label + 1) * size));
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
