import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Penalties tried, in units of standardised features. */
const PENALTIES = [0.3, 1, 3, 10, 30, 100, 300];
/** Greatest leverage a row is taken to have. */
const MOST_LEVERAGE = 0.999;
/** Eigenvalues below this share of the greatest are rounding. */
const LEAST_EIGENVALUE = 1e-12;

/** A weighted ridge regression of one response. */
export interface Ridge {
  /** Prediction: `intercept` + Σ `coefficients`[f] × feature f. */
  intercept: number;
  coefficients: Float64Array;
  /** Of each row: fitted value, and prediction by the rows but itself. */
  fitted: Float64Array;
  leaveOneOut: Float64Array;
}

/**
 * Ridge on standardised features with the penalty that has the least squared leave-one-out error over the first `judged`
 * rows, in closed form; null where none beats the mean.
 *
 * @param features one array a feature, `weights` positive. Cost: about rows × features × the smaller of both.
 */
export function fitRidge(
  features: readonly Float64Array[],
  response: Float64Array,
  weights: Float64Array,
  judged: number,
): Ridge | null {
  const n = response.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const meanOf = (values: Float64Array): number => values.reduce((sum, v, i) => sum + weights[i]! * v, 0) / total;
  const mean = meanOf(response);
  const root = weights.map(Math.sqrt);
  const scaled = features.map((values) => standardised(values, meanOf(values), weights, total, root));
  const used = [...scaled.keys()].filter((f) => scaled[f] !== null);
  const target = response.map((y, i) => (y - mean) * root[i]!);
  const own = weights.map((weight) => weight / total);

  let nullError = 0;
  for (let i = 0; i < judged; i++) nullError += (target[i]! / (1 - own[i]!)) ** 2;
  if (used.length === 0 || nullError < 1e-12) return null;
  const { axes, eigenvalues } = leftAxes(used.map((f) => scaled[f]!.values));
  const along = axes.map((axis) => axis.reduce((sum, value, i) => sum + value * target[i]!, 0));
  const fits = PENALTIES.map((penalty) => fitWith(penalty, axes, eigenvalues, along, target, own));
  const errors = fits.map(({ left }) => left.subarray(0, judged).reduce((sum, e) => sum + e * e, 0));
  const best = errors.indexOf(Math.min(...errors));
  if (errors[best]! >= nullError) return null;

  const { fit, left } = fits[best]!;
  // Coefficients by feature: scaledᵀ · axes · (along / (eigenvalue + penalty)).
  const pull = new Float64Array(n);
  axes.forEach((axis, a) => {
    const step = along[a]! / (eigenvalues[a]! + PENALTIES[best]!);
    for (let i = 0; i < n; i++) pull[i]! += axis[i]! * step;
  });
  const coefficients = new Float64Array(features.length);
  let intercept = mean;
  for (const f of used) {
    const { values, deviation, centre } = scaled[f]!;
    coefficients[f] = values.reduce((sum, value, i) => sum + value * pull[i]!, 0) / deviation;
    intercept -= coefficients[f] * centre;
  }
  return {
    intercept,
    coefficients,
    fitted: fit.map((value, i) => value / root[i]! + mean),
    leaveOneOut: left.map((error, i) => (target[i]! - error) / root[i]! + mean),
  };
}

function standardised(
  values: Float64Array,
  centre: number,
  weights: Float64Array,
  total: number,
  root: Float64Array,
): { values: Float64Array; deviation: number; centre: number } | null {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += weights[i]! * (values[i]! - centre) ** 2;
  const deviation = Math.sqrt(squares / total);
  if (!(deviation >= 1e-9)) return null;
  return { values: values.map((value, i) => ((value - centre) / deviation) * root[i]!), deviation, centre };
}

/** Left singular vectors of the features and their squared singular values, by the smaller of both Gram matrices. */
function leftAxes(features: readonly Float64Array[]): { axes: Float64Array[]; eigenvalues: number[] } {
  const n = features[0]!.length;
  const byFeature = features.length <= n;
  const gram = byFeature ? gramOf(features) : gramOfRows(features, n);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const greatest = Math.max(...realEigenvalues);
  const kept = [...realEigenvalues.keys()].filter((k) => realEigenvalues[k]! > LEAST_EIGENVALUE * greatest);
  const axes = kept.map((k) => {
    if (!byFeature) return Float64Array.from({ length: n }, (_, i) => eigenvectorMatrix.get(i, k));
    const axis = new Float64Array(n);
    const scale = 1 / Math.sqrt(realEigenvalues[k]!);
    features.forEach((values, f) => {
      const share = eigenvectorMatrix.get(f, k) * scale;
      for (let i = 0; i < n; i++) axis[i]! += share * values[i]!;
    });
    return axis;
  });
  return { axes, eigenvalues: kept.map((k) => realEigenvalues[k]!) };
}

function gramOf(features: readonly Float64Array[]): Matrix {
  const gram = Matrix.zeros(features.length, features.length);
  features.forEach((a, f) => {
    for (let g = 0; g <= f; g++) {
      const b = features[g]!;
      let sum = 0;
      for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
      gram.set(f, g, sum);
      gram.set(g, f, sum);
    }
  });
  return gram;
}

function gramOfRows(features: readonly Float64Array[], n: number): Matrix {
  const sums = new Float64Array(n * n);
  for (const values of features) {
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) sums[i * n + j]! += values[i]! * values[j]!;
  }
  const gram = Matrix.zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      gram.set(i, j, sums[i * n + j]!);
      gram.set(j, i, sums[i * n + j]!);
    }
  }
  return gram;
}

/** Fit and leave-one-out errors, both in units of the weighted response. */
function fitWith(
  penalty: number,
  axes: readonly Float64Array[],
  eigenvalues: readonly number[],
  along: readonly number[],
  target: Float64Array,
  own: Float64Array,
): { fit: Float64Array; left: Float64Array } {
  const fit = new Float64Array(target.length);
  const leverage = own.slice();
  axes.forEach((axis, a) => {
    const shrink = eigenvalues[a]! / (eigenvalues[a]! + penalty);
    const step = shrink * along[a]!;
    for (let i = 0; i < fit.length; i++) {
      const value = axis[i]!;
      fit[i]! += value * step;
      leverage[i]! += value * value * shrink;
    }
  });
  const left = target.map((y, i) => (y - fit[i]!) / (1 - Math.min(leverage[i]!, MOST_LEVERAGE)));
  return { fit, left };
}
