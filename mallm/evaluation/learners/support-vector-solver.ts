/** Box of the dual weights, and largest violation of optimality left: scikit-learn's C and tol. */
const C = 1;
const TOLERANCE = 1e-3;
const MAX_STEPS_A_ROW = 1000;

/** The rows that matter: decision of a row z is Σ coefficients · K(vectors, z) − offset. */
export interface SupportVectors {
  vectors: Float64Array[];
  coefficients: Float64Array;
  offset: number;
}

interface Problem {
  signs: Float64Array;
  alphas: Float64Array;
  /** Gradient of the dual. */
  gradient: Float64Array;
  /** A row of the kernel matrix, made on first use. */
  kernel: (row: number) => Float32Array;
}

/** Solves the dual of a binary machine with RBF kernel by sequential minimal optimisation (Fan, Chen, Lin 2005). */
export function solveSupportVectors(x: Float64Array[], signs: Float64Array, gamma: number): SupportVectors {
  const problem: Problem = {
    signs,
    alphas: new Float64Array(x.length),
    gradient: new Float64Array(x.length).fill(-1),
    kernel: kernelRows(x, gamma),
  };
  for (let step = 0; step < MAX_STEPS_A_ROW * x.length; step++) {
    const pair = workingPair(problem);
    if (!pair) break;
    optimisePair(problem, ...pair);
  }
  const { alphas } = problem;
  const support = Array.from(alphas.keys()).filter((row) => alphas[row]! > 0);
  return {
    vectors: support.map((row) => x[row]!),
    coefficients: Float64Array.from(support, (row) => alphas[row]! * signs[row]!),
    offset: offsetOf(problem),
  };
}

function kernelRows(x: readonly Float64Array[], gamma: number): (row: number) => Float32Array {
  const rows: (Float32Array | undefined)[] = new Array<undefined>(x.length).fill(undefined);
  return (row) =>
    (rows[row] ??= Float32Array.from(x, (other) => {
      let squares = 0;
      for (let j = 0; j < other.length; j++) squares += (other[j]! - x[row]![j]!) ** 2;
      return Math.exp(-gamma * squares);
    }));
}

/** The most violating row and the partner of largest second-order gain; null when none violates. */
function workingPair({ signs, alphas, gradient, kernel }: Problem): [number, number] | null {
  let i = -1;
  let highest = -Infinity;
  for (let row = 0; row < signs.length; row++) {
    if (!canRise(signs[row]!, alphas[row]!)) continue;
    const violation = -signs[row]! * gradient[row]!;
    if (violation >= highest) [i, highest] = [row, violation];
  }
  if (i < 0) return null;
  const kernelOfI = kernel(i);
  let j = -1;
  let lowest = Infinity;
  let least = Infinity;
  for (let row = 0; row < signs.length; row++) {
    if (!canRise(-signs[row]!, alphas[row]!)) continue;
    const violation = -signs[row]! * gradient[row]!;
    lowest = Math.min(lowest, violation);
    const difference = highest - violation;
    if (difference <= 0) continue;
    const curvature = Math.max(2 - 2 * kernelOfI[row]!, 1e-12);
    const gain = -(difference * difference) / curvature;
    if (gain <= least) [j, least] = [row, gain];
  }
  return j < 0 || highest - lowest < TOLERANCE ? null : [i, j];
}

/** Whether the row's weight can move so that sign × weight grows. */
function canRise(sign: number, alpha: number): boolean {
  return sign > 0 ? alpha < C : alpha > 0;
}

function optimisePair({ signs, alphas, gradient, kernel }: Problem, i: number, j: number): void {
  const kernelOfI = kernel(i);
  const kernelOfJ = kernel(j);
  const same = signs[i] === signs[j];
  const curvature = Math.max(2 - 2 * kernelOfI[j]!, 1e-12);
  const before = [alphas[i]!, alphas[j]!] as const;
  if (same) {
    const total = before[0] + before[1];
    const moved = before[0] - (gradient[i]! - gradient[j]!) / curvature;
    alphas[i] = Math.min(Math.max(moved, Math.max(0, total - C)), Math.min(C, total));
    alphas[j] = total - alphas[i];
  } else {
    const difference = before[0] - before[1];
    const moved = before[0] - (gradient[i]! + gradient[j]!) / curvature;
    alphas[i] = Math.min(Math.max(moved, Math.max(0, difference)), Math.min(C, C + difference));
    alphas[j] = alphas[i] - difference;
  }
  for (const row of [i, j]) alphas[row] = snapped(alphas[row]!);
  const changeI = (alphas[i] - before[0]) * signs[i]!;
  const changeJ = (alphas[j] - before[1]) * signs[j]!;
  for (let row = 0; row < signs.length; row++) {
    gradient[row]! += signs[row]! * (changeI * kernelOfI[row]! + changeJ * kernelOfJ[row]!);
  }
}

/** Rounding errors off the edges of the box would make a bound row look free. */
function snapped(alpha: number): number {
  if (alpha < 1e-12) return 0;
  return alpha > C - 1e-12 ? C : alpha;
}

/** Mean over free rows, else the middle of what is allowed. */
function offsetOf({ signs, alphas, gradient }: Problem): number {
  let free = 0;
  let sum = 0;
  let upper = Infinity;
  let lower = -Infinity;
  for (let row = 0; row < signs.length; row++) {
    const value = signs[row]! * gradient[row]!;
    if (alphas[row]! > 0 && alphas[row]! < C) {
      free++;
      sum += value;
    } else if (canRise(signs[row]!, alphas[row]!)) upper = Math.min(upper, value);
    else lower = Math.max(lower, value);
  }
  if (free > 0) return sum / free;
  return Number.isFinite(upper + lower) ? (upper + lower) / 2 : Number.isFinite(upper) ? upper : lower;
}
