import { fitRidge } from '../learning/ridge.js';
import { growTree, leavesOf, treeTable, type Feature, type SplitTree } from '../learning/split-tree.js';
import type { Random } from '../random.js';

/** Weight that each leaf holds at least; a training row weighs 1. */
export const LEAF_WEIGHT = 8;
const FEATURE_SHARE = 0.5;
/** Trees of a model that is drawn from. */
export const TREES = 20;

/** What one column is learnt from: rows in which its cell is there, training rows first. */
export interface ColumnTask {
  /** Codes of the columns before it (see `DrawnCells`), and what trees may test of them. */
  before: readonly Float64Array[];
  labels: readonly number[];
  features: readonly Feature[];
  /** Codes of the column, and its number of labels (0 for a number). */
  codes: Float64Array;
  classes: number;
  /** Weight of each row, and how many of them, the first ones, are training rows. */
  weights: Float64Array;
  real: number;
}

/** A column given those before it: ridge on the features, then bagged trees on what the ridge leaves. */
export interface ColumnFit {
  /** Null for labels, and where no ridge beats the mean. */
  ridge: { intercept: number; coefficients: Float64Array; leaveOneOut: Float64Array } | null;
  /** By row: label, or what the ridge leaves of the score. */
  response: Float64Array;
  trees: SplitTree[];
  /** By tree: weight with which each row was in it, and the leaf in which each row ends. */
  bags: Float64Array[];
  leaves: Int32Array[];
}

/**
 * Fits the model of a column: a number by ridge and, on its residuals, bagged trees; a label by bagged trees.
 *
 * @param raised grows trees that find rare classes: those that fewer training rows hold than a leaf weigh as much as a
 * leaf in the splits, their rows are in every tree, and each split looks at all features.
 */
export function fitColumn(task: ColumnTask, trees: number, random: Random, raised = false): ColumnFit {
  const { before, labels, features, codes, classes, weights, real } = task;
  const ridge = classes > 0 ? null : fitRidge(featureValues(before, features), codes, weights, real);
  const response = ridge ? codes.map((code, row) => code - ridge.fitted[row]!) : codes;
  const table = treeTable(before, labels, features);
  const count = features.length === 0 ? 1 : trees;
  const rare = raised && classes > 0 ? rareClasses(task) : null;
  const fit: ColumnFit = { ridge, response, trees: [], bags: [], leaves: [] };
  for (let t = 0; t < count; t++) {
    const bag = bagOf(task, rare, random);
    const tree = growTree(table, {
      ...{ response, classes, random, featureShare: rare ? 1 : FEATURE_SHARE, leastLeafWeight: LEAF_WEIGHT },
      weights: rare ? bag.map((weight, row) => weight * rare.lift[codes[row]!]!) : bag,
    });
    fit.trees.push(tree);
    fit.bags.push(bag);
    fit.leaves.push(leavesOf(tree, before, codes.length));
  }
  return fit;
}

/** One array a feature: numbers as they are, 1 where a label is the one that is asked for. */
export function featureValues(before: readonly Float64Array[], features: readonly Feature[]): Float64Array[] {
  return features.map(({ column, label }) =>
    label < 0 ? before[column]! : before[column]!.map((code) => Number(code === label)),
  );
}

/** A bootstrap of the training rows and one of the others, times the weights; training rows of rare classes once each. */
function bagOf({ codes, weights, real }: ColumnTask, rare: RareClasses | null, random: Random): Float64Array {
  const times = new Float64Array(weights.length);
  const others = weights.length - real;
  for (let i = 0; i < real; i++) times[Math.floor(random.uniform() * real)]!++;
  for (let i = 0; i < others; i++) times[real + Math.floor(random.uniform() * others)]!++;
  if (rare) for (let row = 0; row < real; row++) if (rare.isRare[codes[row]!] === 1) times[row] = 1;
  return times.map((count, row) => count * weights[row]!);
}

/** By class: whether fewer training rows hold it than a leaf does, and by how much it weighs more in the splits. */
interface RareClasses {
  isRare: Uint8Array;
  lift: Float64Array;
}

/** Null where no class is rare. */
function rareClasses({ codes, classes, weights, real }: ColumnTask): RareClasses | null {
  const rows = new Float64Array(classes);
  const held = new Float64Array(classes);
  codes.forEach((code, row) => {
    held[code]! += weights[row]!;
    if (row < real) rows[code]!++;
  });
  const isRare = Uint8Array.from(rows, (count) => Number(count > 0 && count < LEAF_WEIGHT));
  if (!isRare.includes(1)) return null;
  return { isRare, lift: held.map((weight, k) => (isRare[k] === 1 ? Math.max(1, LEAF_WEIGHT / weight) : 1)) };
}
