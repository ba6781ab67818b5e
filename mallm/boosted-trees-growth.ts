import type { BinnedMatrix } from './boosted-trees-bins.js';

/** XGBoost's `lambda`, `min_child_weight`, and the least gain it splits for. */
const LAMBDA = 1;
const MIN_CHILD_WEIGHT = 1;
const MIN_GAIN = 1e-6;

/** A regression tree in flat arrays; node 0 is the root. A leaf has feature −1. */
export interface Tree {
  feature: number[];
  /** A cell below the threshold goes left. */
  threshold: number[];
  missingLeft: boolean[];
  left: number[];
  right: number[];
  /** Value of a leaf, learning rate included; 0 elsewhere. */
  value: number[];
}

export interface GrowthOptions {
  depth: number;
  learningRate: number;
}

/** First and second derivatives of the loss, one a row. */
export interface Derivatives {
  gradient: Float32Array;
  hessian: Float32Array;
}

interface Sums {
  gradient: number;
  hessian: number;
}

interface Split {
  gain: number;
  feature: number;
  /** Last bin that goes left; one before the column's first bin when only missing cells do. */
  bin: number;
  missingLeft: boolean;
  left: Sums;
  right: Sums;
}

interface Growth {
  matrix: BinnedMatrix;
  derivatives: Derivatives;
  options: GrowthOptions;
  tree: Tree;
  /** Value of the leaf each row fell into. */
  leafValues: Float64Array;
}

/**
 * Grows one tree by exact greedy splitting on binned columns (second-order gain, ties to the first column and bin) and
 * returns it with the value of each row's leaf. Deterministic; gains are compared at 32-bit precision as XGBoost does.
 */
export function growTree(
  matrix: BinnedMatrix,
  derivatives: Derivatives,
  options: GrowthOptions,
): { tree: Tree; leafValues: Float64Array } {
  const tree: Tree = { feature: [], threshold: [], missingLeft: [], left: [], right: [], value: [] };
  const growth = { matrix, derivatives, options, tree, leafValues: new Float64Array(matrix.rows) };
  const rows = Int32Array.from({ length: matrix.rows }, (_, row) => row);
  const histogram = options.depth > 0 ? histogramOf(growth, rows) : null;
  growNode(growth, rows, totalOf(derivatives), histogram, options.depth);
  return { tree, leafValues: growth.leafValues };
}

function totalOf({ gradient, hessian }: Derivatives): Sums {
  const total = { gradient: 0, hessian: 0 };
  for (let row = 0; row < gradient.length; row++) {
    total.gradient += gradient[row]!;
    total.hessian += hessian[row]!;
  }
  return total;
}

/** Sums of gradient and hessian in each bin, alternating; the last pair is of missing cells. */
function histogramOf({ matrix, derivatives }: Growth, rows: Int32Array): Float64Array {
  const { bins, columns, totalBins } = matrix;
  const { gradient, hessian } = derivatives;
  const histogram = new Float64Array(2 * (totalBins + 1));
  for (const row of rows) {
    const rowGradient = gradient[row]!;
    const rowHessian = hessian[row]!;
    const end = (row + 1) * columns;
    for (let cell = row * columns; cell < end; cell++) {
      const bin = 2 * bins[cell]!;
      histogram[bin]! += rowGradient;
      histogram[bin + 1]! += rowHessian;
    }
  }
  return histogram;
}

/** Adds a node and what is below it; returns its number. */
function growNode(growth: Growth, rows: Int32Array, sums: Sums, histogram: Float64Array | null, depth: number): number {
  const { tree } = growth;
  const node = tree.feature.push(-1) - 1;
  tree.threshold.push(0);
  tree.missingLeft.push(false);
  tree.left.push(-1);
  tree.right.push(-1);
  tree.value.push(0);
  const split = histogram && bestSplit(growth.matrix, sums, histogram);
  if (!split || split.gain <= MIN_GAIN) {
    tree.value[node] = leafValue(sums, growth.options.learningRate);
    for (const row of rows) growth.leafValues[row] = tree.value[node]!;
    return node;
  }
  tree.feature[node] = split.feature;
  tree.threshold[node] = thresholdOf(growth.matrix, split);
  tree.missingLeft[node] = split.missingLeft;
  growChildren(growth, rows, histogram, depth, node, split);
  return node;
}

function growChildren(
  growth: Growth,
  rows: Int32Array,
  histogram: Float64Array,
  depth: number,
  node: number,
  split: Split,
): void {
  const [leftRows, rightRows] = partition(growth.matrix, rows, split);
  let leftHistogram: Float64Array | null = null;
  let rightHistogram: Float64Array | null = null;
  if (depth > 1) {
    const smaller = histogramOf(growth, leftRows.length < rightRows.length ? leftRows : rightRows);
    for (let i = 0; i < histogram.length; i++) histogram[i]! -= smaller[i]!;
    [leftHistogram, rightHistogram] = leftRows.length < rightRows.length ? [smaller, histogram] : [histogram, smaller];
  }
  growth.tree.left[node] = growNode(growth, leftRows, split.left, leftHistogram, depth - 1);
  growth.tree.right[node] = growNode(growth, rightRows, split.right, rightHistogram, depth - 1);
}

function bestSplit(matrix: BinnedMatrix, sums: Sums, histogram: Float64Array): Split | null {
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
    const right = { gradient: sums.gradient - gradient, hessian: sums.hessian - hessian };
    if (hessian < MIN_CHILD_WEIGHT || right.hessian < MIN_CHILD_WEIGHT) continue;
    const gain = Math.fround(Math.fround(gainOf(gradient, hessian) + gainOf(right.gradient, right.hessian)) - nodeGain);
    if (gain > best.gain)
      Object.assign(best, { gain, feature, bin, missingLeft: false, left: { gradient, hessian }, right });
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
    const left = { gradient: sums.gradient - gradient, hessian: sums.hessian - hessian };
    if (hessian < MIN_CHILD_WEIGHT || left.hessian < MIN_CHILD_WEIGHT) continue;
    const gain = Math.fround(Math.fround(gainOf(left.gradient, left.hessian) + gainOf(gradient, hessian)) - nodeGain);
    const right = { gradient, hessian };
    if (gain > best.gain) Object.assign(best, { gain, feature, bin: bin - 1, missingLeft: true, left, right });
  }
}

function gainOf(gradient: number, hessian: number): number {
  return hessian <= 0 ? 0 : Math.fround((gradient * gradient) / (hessian + LAMBDA));
}

function leafValue({ gradient, hessian }: Sums, learningRate: number): number {
  if (hessian < MIN_CHILD_WEIGHT) return 0;
  return Math.fround(Math.fround(-gradient / (hessian + LAMBDA)) * Math.fround(learningRate));
}

function thresholdOf({ offsets, cuts }: BinnedMatrix, { feature, bin }: Split): number {
  return bin < offsets[feature]! ? Number.MIN_SAFE_INTEGER : cuts[bin]!;
}

function partition(matrix: BinnedMatrix, rows: Int32Array, split: Split): [Int32Array, Int32Array] {
  const left = new Int32Array(rows.length);
  const right = new Int32Array(rows.length);
  let lefts = 0;
  let rights = 0;
  for (const row of rows) {
    const bin = matrix.bins[row * matrix.columns + split.feature]!;
    const goesLeft = bin === matrix.totalBins ? split.missingLeft : bin <= split.bin;
    if (goesLeft) left[lefts++] = row;
    else right[rights++] = row;
  }
  return [left.subarray(0, lefts), right.subarray(0, rights)];
}
