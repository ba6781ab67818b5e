import type { BinnedMatrix } from './boosted-trees-bins.js';
import { bestSplit, LAMBDA, MIN_CHILD_WEIGHT, type Split, type Sums } from './boosted-trees-split.js';

/** The least gain XGBoost splits for. */
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
