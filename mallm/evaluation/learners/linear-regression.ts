import { Matrix, SingularValueDecomposition } from 'ml-matrix';

/** Singular values below this share of the largest count as zero: collinear one-hot columns are of rank one less. */
const RANK_TOLERANCE = 1e-10;

/** Predicts `intercept + weights · row`. */
export interface LinearRegression {
  weights: Float64Array;
  intercept: number;
}

/** Ordinary least squares with an intercept; of all solutions the one of least norm, as scikit-learn gives. */
export function fitLinearRegression(x: readonly Float64Array[], y: ArrayLike<number>): LinearRegression {
  const features = x[0]!.length;
  const means = new Float64Array(features);
  for (const row of x) for (let j = 0; j < features; j++) means[j]! += row[j]! / x.length;
  let target = 0;
  for (let row = 0; row < y.length; row++) target += y[row]! / y.length;
  if (features === 0) return { weights: means, intercept: target };
  const centred = new Matrix(x.map((row) => Array.from(row, (value, j) => value - means[j]!)));
  const svd = new SingularValueDecomposition(centred, { autoTranspose: true });
  const left = svd.leftSingularVectors;
  const right = svd.rightSingularVectors;
  const values = svd.diagonal;
  const smallest = RANK_TOLERANCE * Math.max(...values);
  const weights = new Float64Array(features);
  values.forEach((value, k) => {
    if (value <= smallest) return;
    let projection = 0;
    for (let row = 0; row < x.length; row++) projection += left.get(row, k) * (y[row]! - target);
    for (let j = 0; j < features; j++) weights[j]! += (right.get(j, k) * projection) / value;
  });
  return { weights, intercept: target - weights.reduce((sum, weight, j) => sum + weight * means[j]!, 0) };
}

/** The value of each row. */
export function predictLinearRegression(model: LinearRegression, x: readonly Float64Array[]): Float64Array {
  return Float64Array.from(x, (row) => row.reduce((sum, value, j) => sum + value * model.weights[j]!, model.intercept));
}
