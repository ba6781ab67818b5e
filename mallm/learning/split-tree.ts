import type { Random } from '../random.js';
import { createSplitSearch, type Split } from './split-search.js';

/** What a tree may test: a number column (`label` −1), or whether a label column has one label. */
export interface Feature {
  column: number;
  label: number;
}

/**
 * A binary tree in preorder, so that the left child of node i is node i + 1. A node tests column `column[i]`: a number
 * goes left when it is at most `test[i]`; where `column[i]` is `width` or more it is column `column[i] − width`, and a
 * label goes left when it is not `test[i]`. A leaf has column −1. `right[i]` is the right child, or the number of the leaf.
 */
export interface SplitTree {
  column: Int32Array;
  test: Float64Array;
  right: Int32Array;
  leaves: number;
}

/** What trees are grown from: columns of numbers or label codes (0, 1, …; −1 for none), none missing. */
export interface TreeTable {
  columns: readonly Float64Array[];
  features: readonly Feature[];
  /** By column: rows in ascending order of its numbers; null for labels and for columns without a feature. */
  ascending: readonly (Int32Array | null)[];
  /** By column: labels that it has; 0 for numbers. */
  labels: readonly number[];
}

export interface GrowOptions {
  /** Response: numbers, or class codes from 0. */
  response: Float64Array;
  /** Number of classes; 0 for numbers, which are split by least squares (classes by Gini impurity). */
  classes: number;
  /** Weight of each row; rows of weight 0 are not in the tree. */
  weights: Float64Array;
  /** Weight that each leaf holds at least. */
  leastLeafWeight: number;
  /** Share of the features that each split looks at, drawn anew for each; at least one that varies. */
  featureShare: number;
  random: Random;
}

/** A table ready for growing any number of trees: its number columns are sorted once. */
export function treeTable(
  columns: readonly Float64Array[],
  labels: readonly number[],
  features: readonly Feature[],
): TreeTable {
  const isTested = columns.map((_, c) => features.some((feature) => feature.column === c));
  const ascending = columns.map((column, c) => {
    if (labels[c]! > 0 || !isTested[c]) return null;
    return Int32Array.from(column.keys()).sort((a, b) => column[a]! - column[b]! || a - b);
  });
  return { columns, labels, features, ascending };
}

/** Grows a CART on weighted rows, as scikit-learn does. Cost: about rows × number columns × depth. Deterministic per seed. */
export function growTree(table: TreeTable, options: GrowOptions): SplitTree {
  const { columns } = table;
  const tree: Omit<SplitTree, 'column' | 'test' | 'right'> & Record<'column' | 'test' | 'right', number[]> = {
    ...{ column: [], test: [], right: [], leaves: 0 },
  };
  const inTree = (row: number): boolean => options.weights[row]! > 0;
  // Each list holds the same rows: in their own order, and in the order of each number column. A node owns a stretch.
  const lists = [Int32Array.from(options.weights.keys()), ...table.ascending].map(
    (rows) => rows && rows.filter(inTree),
  );
  const rows = lists[0]!;
  const search = createSplitSearch(table, options, lists.slice(1), rows);
  const scratch = new Int32Array(rows.length);
  const goesLeft = new Uint8Array(options.weights.length);
  const grow = (start: number, end: number): void => {
    const node = tree.column.length;
    const split = search(start, end);
    tree.column.push(split ? split.column + (split.label < 0 ? 0 : columns.length) : -1);
    tree.test.push(split ? split.test : 0);
    tree.right.push(split ? 0 : tree.leaves++);
    if (!split) return;
    markLeft(columns[split.column]!, split, rows, start, end, goesLeft);
    let middle = start;
    for (const list of lists) if (list) middle = partition(list, start, end, goesLeft, scratch);
    grow(start, middle);
    tree.right[node] = tree.column.length;
    grow(middle, end);
  };
  grow(0, rows.length);
  const { column, test, right, leaves } = tree;
  return { column: Int32Array.from(column), test: Float64Array.from(test), right: Int32Array.from(right), leaves };
}

/** The leaf of each row of the columns. */
export function leavesOf(tree: SplitTree, columns: readonly Float64Array[], rows: number): Int32Array {
  const { column, test, right } = tree;
  const width = columns.length;
  return Int32Array.from({ length: rows }, (_, row) => {
    let node = 0;
    for (let c = column[0]!; c >= 0; c = column[node]!) {
      const left = c < width ? columns[c]![row]! <= test[node]! : columns[c - width]![row]! !== test[node]!;
      node = left ? node + 1 : right[node]!;
    }
    return right[node]!;
  });
}

function markLeft(
  cells: Float64Array,
  { label, test }: Split,
  rows: Int32Array,
  start: number,
  end: number,
  goesLeft: Uint8Array,
): void {
  for (let i = start; i < end; i++) {
    const cell = cells[rows[i]!]!;
    goesLeft[rows[i]!] = Number(label < 0 ? cell <= test : cell !== test);
  }
}

/** Puts the rows that go left before the others, both in the order they had; the place of the first that goes right. */
function partition(list: Int32Array, start: number, end: number, goesLeft: Uint8Array, scratch: Int32Array): number {
  let left = start;
  let right = 0;
  for (let i = start; i < end; i++) {
    const row = list[i]!;
    if (goesLeft[row] === 1) list[left++] = row;
    else scratch[right++] = row;
  }
  list.set(scratch.subarray(0, right), left);
  return left;
}
