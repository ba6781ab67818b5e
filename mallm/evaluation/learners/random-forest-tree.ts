import type { Random } from '../../random.js';

/** A tree in flat arrays; node 0 is the root. A leaf has feature −1. */
export interface ForestTree {
  feature: number[];
  /** A cell at or below the threshold goes left. */
  threshold: number[];
  left: number[];
  right: number[];
  /** Class shares or the mean of a leaf; null elsewhere. */
  leaves: (Float64Array | null)[];
}

/** A feature's distinct values, ascending, and which of them each row has. */
export interface Levels {
  values: Float64Array;
  ranks: Int32Array;
}

export interface TreeOptions {
  levels: readonly Levels[];
  /** One-hot class or value of each row. */
  targets: readonly Float64Array[];
  /** Length of a target. */
  outputs: number;
  /** How often each row counts. */
  times: Float64Array;
  /** Features looked at for each split. */
  tried: number;
  depth: number;
  random: Random;
}

interface Split {
  gain: number;
  feature: number;
  /** Last level that goes left. */
  level: number;
  threshold: number;
}

/** Cuts features into their distinct values, once for all trees. */
export function levelsOf(x: readonly Float64Array[]): Levels[] {
  return Array.from({ length: x[0]!.length }, (_, feature) => {
    const column = Float64Array.from(x, (row) => row[feature]!);
    const values = Float64Array.from(new Set(column)).sort();
    const rankOf = new Map(Array.from(values, (value, rank) => [value, rank]));
    return { values, ranks: Int32Array.from(column, (value) => rankOf.get(value)!) };
  });
}

/**
 * Grows one tree that minimises the squared error of the targets, which for one-hot targets is Gini impurity. Each split
 * looks at so many features, drawn anew, and at more while all of them are constant.
 */
export function growForestTree(options: TreeOptions): ForestTree {
  const tree: ForestTree = { feature: [], threshold: [], left: [], right: [], leaves: [] };
  const rows = Int32Array.from({ length: options.times.length }, (_, row) => row).filter(
    (row) => options.times[row]! > 0,
  );
  growNode(tree, options, rows, options.depth);
  return tree;
}

function growNode(tree: ForestTree, options: TreeOptions, rows: Int32Array, depth: number): number {
  const node = tree.feature.push(-1) - 1;
  tree.threshold.push(0);
  tree.left.push(-1);
  tree.right.push(-1);
  const { weight, sums } = totalsOf(options, rows);
  tree.leaves.push(sums.map((sum) => sum / weight));
  const split = depth > 0 && !isPure(options, rows) ? bestSplit(options, rows, weight, sums) : null;
  if (!split) return node;
  tree.leaves[node] = null;
  tree.feature[node] = split.feature;
  tree.threshold[node] = split.threshold;
  const { ranks } = options.levels[split.feature]!;
  tree.left[node] = growNode(
    tree,
    options,
    rows.filter((row) => ranks[row]! <= split.level),
    depth - 1,
  );
  tree.right[node] = growNode(
    tree,
    options,
    rows.filter((row) => ranks[row]! > split.level),
    depth - 1,
  );
  return node;
}

function totalsOf({ targets, outputs, times }: TreeOptions, rows: Int32Array): { weight: number; sums: Float64Array } {
  const sums = new Float64Array(outputs);
  let weight = 0;
  for (const row of rows) {
    weight += times[row]!;
    for (let k = 0; k < outputs; k++) sums[k]! += times[row]! * targets[row]![k]!;
  }
  return { weight, sums };
}

function isPure({ targets }: TreeOptions, rows: Int32Array): boolean {
  const first = targets[rows[0]!]!;
  return rows.every((row) => targets[row]!.every((value, k) => value === first[k]));
}

function bestSplit(options: TreeOptions, rows: Int32Array, weight: number, sums: Float64Array): Split | null {
  const order = Array.from({ length: options.levels.length }, (_, feature) => feature);
  let best: Split | null = null;
  let informative = 0;
  for (let visited = 0; visited < order.length; visited++) {
    if (visited >= options.tried && informative > 0) break;
    const other = visited + options.random.integer(order.length - visited);
    [order[visited], order[other]] = [order[other]!, order[visited]!];
    const split = splitOn(options, rows, order[visited]!, weight, sums);
    if (split === null) continue;
    informative++;
    if (best === null || split.gain > best.gain) best = split;
  }
  return best;
}

/** The best split on a feature, or null when it is constant here. */
function splitOn(
  { levels, targets, outputs, times }: TreeOptions,
  rows: Int32Array,
  feature: number,
  weight: number,
  sums: Float64Array,
): Split | null {
  const { values, ranks } = levels[feature]!;
  const width = outputs + 1;
  const cells = new Float64Array(values.length * width);
  for (const row of rows) {
    const start = ranks[row]! * width;
    cells[start]! += times[row]!;
    for (let k = 0; k < outputs; k++) cells[start + 1 + k]! += times[row]! * targets[row]![k]!;
  }
  let best: Split | null = null;
  let previous = -1;
  let leftWeight = 0;
  const left = new Float64Array(outputs);
  for (let level = 0; level < values.length; level++) {
    const start = level * width;
    if (cells[start] === 0) continue;
    if (previous >= 0) {
      const gain = gainOf(left, sums, leftWeight, weight);
      const threshold = values[previous]! / 2 + values[level]! / 2;
      if (best === null || gain > best.gain) best = { gain, feature, level: previous, threshold };
    }
    leftWeight += cells[start]!;
    for (let k = 0; k < outputs; k++) left[k]! += cells[start + 1 + k]!;
    previous = level;
  }
  return best;
}

function gainOf(left: Float64Array, sums: Float64Array, leftWeight: number, weight: number): number {
  let leftSquares = 0;
  let rightSquares = 0;
  for (let k = 0; k < left.length; k++) {
    leftSquares += left[k]! ** 2;
    rightSquares += (sums[k]! - left[k]!) ** 2;
  }
  return leftSquares / leftWeight + rightSquares / (weight - leftWeight);
}
