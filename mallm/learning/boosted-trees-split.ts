import type { BinnedMatrix } from './boosted-trees-bins.js';

/** XGBoost's default penalty on leaf values, and least hessian on either side of a split. */
export const LAMBDA = 1;
export const MIN_CHILD_WEIGHT = 1;

/** Sums of the first and second derivatives of some rows. */
export interface Sums {
  gradient: number;
  hessian: number;
}

/** Where a node is best cut in two. */
export interface Split {
  gain: number;
  feature: number;
  /** Last bin that goes left; one before the column's first bin when only missing cells do. */
  bin: number;
  missingLeft: boolean;
  left: Sums;
  right: Sums;
}

/**
 * The split of a node of largest gain, from its histogram (gradient and hessian of each bin, alternating); null when no
 * split leaves both sides enough weight. Ties go to the first column and bin, missing cells right.
 */
export function bestSplit(matrix: BinnedMatrix, sums: Sums, histogram: Float64Array): Split | null {
  const best: Split = { gain: 0, feature: -1, bin: 0, missingLeft: false, left: sums, right: sums };
  const nodeGain = gainOf(sums.gradient, sums.hessian);
  for (let feature = 0; feature < matrix.columns; feature++) {
    scanForward(best, matrix, sums, histogram, feature, nodeGain);
    if (matrix.hasMissing[feature]) scanBackward(best, matrix, sums, histogram, feature, nodeGain);
  }
  return best.feature < 0 ? null : best;
}

/** Splits after each bin, missing cells to the right. */
function scanForward(
  best: Split,
  { offsets }: BinnedMatrix,
  sums: Sums,
  histogram: Float64Array,
  feature: number,
  nodeGain: number,
): void {
  let gradient = 0;
  let hessian = 0;
  for (let bin = offsets[feature]!; bin < offsets[feature + 1]!; bin++) {
    gradient += histogram[2 * bin]!;
    hessian += histogram[2 * bin + 1]!;
    const otherGradient = sums.gradient - gradient;
    const otherHessian = sums.hessian - hessian;
    if (hessian < MIN_CHILD_WEIGHT || otherHessian < MIN_CHILD_WEIGHT) continue;
    const gain = Math.fround(Math.fround(gainOf(gradient, hessian) + gainOf(otherGradient, otherHessian)) - nodeGain);
    if (gain <= best.gain) continue;
    const left = { gradient, hessian };
    const right = { gradient: otherGradient, hessian: otherHessian };
    Object.assign(best, { gain, feature, bin, missingLeft: false, left, right });
  }
}

/** Splits before each bin, missing cells to the left. */
function scanBackward(
  best: Split,
  { offsets }: BinnedMatrix,
  sums: Sums,
  histogram: Float64Array,
  feature: number,
  nodeGain: number,
): void {
  let gradient = 0;
  let hessian = 0;
  for (let bin = offsets[feature + 1]! - 1; bin >= offsets[feature]!; bin--) {
    gradient += histogram[2 * bin]!;
    hessian += histogram[2 * bin + 1]!;
    const otherGradient = sums.gradient - gradient;
    const otherHessian = sums.hessian - hessian;
    if (hessian < MIN_CHILD_WEIGHT || otherHessian < MIN_CHILD_WEIGHT) continue;
    const gain = Math.fround(Math.fround(gainOf(otherGradient, otherHessian) + gainOf(gradient, hessian)) - nodeGain);
    if (gain <= best.gain) continue;
    const left = { gradient: otherGradient, hessian: otherHessian };
    const right = { gradient, hessian };
    Object.assign(best, { gain, feature, bin: bin - 1, missingLeft: true, left, right });
  }
}

function gainOf(gradient: number, hessian: number): number {
  return hessian <= 0 ? 0 : Math.fround((gradient * gradient) / (hessian + LAMBDA));
}
