import { leavesOf, type SplitTree } from '../../learning/split-tree.js';
import { labelCount } from '../drawn-columns.js';
import type { ColumnModel, RefinedGenerator } from '../generator.js';

/** The trees of one column, flat, with their donors leaf by leaf: ready to draw from. */
export interface DonorForest {
  /** Nodes of all trees (see `SplitTree`); right children and leaves are numbered through. */
  column: Int32Array;
  test: Float64Array;
  right: Int32Array;
  roots: Int32Array;
  leaves: number;
  /** Donors of leaf k: from `start[k]` to `start[k + 1]`, ascending by what they give; `cumulative` runs through all. */
  start: Int32Array;
  gives: Float64Array;
  cumulative: Float64Array;
  /** Of a target: mean of what the donors of a leaf give (numbers), or share of each label in it; empty otherwise. */
  means: Float64Array;
}

/** Makes the trees of a column ready. Cost: about donors × trees × depth. */
export function donorForest({ drawn, cells }: RefinedGenerator, place: number, model: ColumnModel): DonorForest {
  const donors = Int32Array.from(model.donors);
  const before = cells.slice(0, place).map((codes) => Float64Array.from(donors, (row) => codes[row]!));
  const gives = Float64Array.from(model.gives);
  const weights = Float64Array.from(model.weights);
  const byGift = Int32Array.from(donors.keys()).sort((a, b) => gives[a]! - gives[b]! || a - b);
  const trees = model.trees.map((tree): SplitTree => ({
    column: Int32Array.from(tree.column),
    test: Float64Array.from(tree.test),
    right: Int32Array.from(tree.right),
    leaves: tree.leaves,
  }));
  const leaves = trees.map((tree) => leavesOf(tree, before, donors.length));
  const classes = labelCount(drawn[place]!);
  const forest = emptyForest(trees, donors.length);
  const means: number[] = [];
  let firstNode = 0;
  let firstLeaf = 0;
  trees.forEach((tree, t) => {
    forest.roots[t] = firstNode;
    forest.column.set(tree.column, firstNode);
    forest.test.set(tree.test, firstNode);
    tree.right.forEach((right, node) => {
      forest.right[firstNode + node] = right + (tree.column[node]! < 0 ? firstLeaf : firstNode);
    });
    const own = model.target ? leafMeans(leaves[t]!, tree.leaves, gives, weights, classes) : new Float64Array();
    for (const mean of own) means.push(mean);
    fillLeaves(forest, { leaves: leaves[t]!, order: byGift, gives, weights, t, firstLeaf, count: tree.leaves });
    firstNode += tree.column.length;
    firstLeaf += tree.leaves;
  });
  if (model.target && classes === 0) centreGifts(forest, trees, leaves, byGift, { means, gives, model });
  return { ...forest, means: Float64Array.from(means) };
}

/** Adds the donors up in `cumulative` and finds the one at a share of a leaf's weight. */
export function donorAt({ start, cumulative }: DonorForest, leaf: number, share: number): number {
  let low = start[leaf]!;
  let high = start[leaf + 1]! - 1;
  const before = low === 0 ? 0 : cumulative[low - 1]!;
  const wanted = before + share * (cumulative[high]! - before);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

function emptyForest(trees: readonly SplitTree[], donors: number): Omit<DonorForest, 'means'> {
  const nodes = trees.reduce((sum, { column }) => sum + column.length, 0);
  const leaves = trees.reduce((sum, tree) => sum + tree.leaves, 0);
  return {
    column: new Int32Array(nodes),
    test: new Float64Array(nodes),
    right: new Int32Array(nodes),
    roots: new Int32Array(trees.length),
    leaves,
    start: new Int32Array(leaves + 1),
    gives: new Float64Array(trees.length * donors),
    cumulative: new Float64Array(trees.length * donors),
  };
}

interface LeavesOfTree {
  leaves: Int32Array;
  /** Donors ascending by what they give. */
  order: Int32Array;
  gives: Float64Array;
  weights: Float64Array;
  /** Number of the tree, its first leaf among those of all trees, and its leaves. */
  t: number;
  firstLeaf: number;
  count: number;
}

function fillLeaves(forest: Omit<DonorForest, 'means'>, tree: LeavesOfTree): void {
  const { leaves, order, gives, weights, t, firstLeaf, count } = tree;
  const first = t * order.length;
  const { start, cumulative } = forest;
  const next = new Int32Array(count + 1);
  for (const leaf of leaves) next[leaf + 1]!++;
  for (let leaf = 0; leaf < count; leaf++) {
    next[leaf + 1]! += next[leaf]!;
    start[firstLeaf + leaf] = first + next[leaf]!;
  }
  start[firstLeaf + count] = first + order.length;
  for (const donor of order) {
    const at = first + next[leaves[donor]!]!++;
    forest.gives[at] = gives[donor]!;
    cumulative[at] = weights[donor]!;
  }
  for (let i = first; i < first + order.length; i++) cumulative[i]! += i === 0 ? 0 : cumulative[i - 1]!;
}

function leafMeans(
  leaves: Int32Array,
  count: number,
  gives: Float64Array,
  weights: Float64Array,
  classes: number,
): Float64Array {
  const width = Math.max(1, classes);
  const means = new Float64Array(count * width);
  const total = new Float64Array(count);
  leaves.forEach((leaf, donor) => {
    total[leaf]! += weights[donor]!;
    if (classes > 0) means[leaf * width + gives[donor]!]! += weights[donor]!;
    else means[leaf]! += weights[donor]! * gives[donor]!;
  });
  return means.map((sum, i) => sum / total[Math.floor(i / width)]!);
}

/** A target's donors give what is left of their response by the mean of all trees, times the share that is added. */
function centreGifts(
  forest: Omit<DonorForest, 'means'>,
  trees: readonly SplitTree[],
  leaves: readonly Int32Array[],
  order: Int32Array,
  { means, gives, model }: { means: readonly number[]; gives: Float64Array; model: ColumnModel },
): void {
  const left = gives.map((value, donor) => {
    let firstLeaf = 0;
    let mean = 0;
    trees.forEach((tree, t) => {
      mean += means[firstLeaf + leaves[t]![donor]!]! / trees.length;
      firstLeaf += tree.leaves;
    });
    return model.target!.residual * (value - mean);
  });
  const byLeft = order.slice().sort((a, b) => left[a]! - left[b]! || a - b);
  const weights = Float64Array.from(model.weights);
  let firstLeaf = 0;
  trees.forEach((tree, t) => {
    fillLeaves(forest, {
      ...{ leaves: leaves[t]!, order: byLeft, gives: left, weights, t, firstLeaf, count: tree.leaves },
    });
    firstLeaf += tree.leaves;
  });
}
