import type { GrowOptions, TreeTable } from './split-tree.js';

/** Numbers nearer to each other than this are one. */
const SAME = 1e-7;
/** A variance or an impurity below this is none. */
const PURE = 2.2e-16;

/** A test that parts a node's rows: a number at most `test`, or (`label` ≥ 0) a label other than it. */
export interface Split {
  column: number;
  label: number;
  test: number;
}

/** Finds the best split of the rows in a stretch of the lists; null for a leaf. */
export type SplitSearch = (start: number, end: number) => Split | null;

interface Best {
  worth: number;
  split: Split | null;
}

/**
 * Makes the search for splits of one tree. A side is worth Σ over classes (weight of the class)² / weight for classes,
 * (Σ weight × response)² / weight for numbers: the split with the greatest sum of both sides takes most impurity away.
 *
 * @param ordered by column: the rows in ascending order, or null; kept in step with `rows` by the caller.
 */
export function createSplitSearch(
  table: TreeTable,
  options: GrowOptions,
  ordered: readonly (Int32Array | null)[],
  rows: Int32Array,
): SplitSearch {
  const { features } = table;
  const { response, classes, weights, random } = options;
  const total = rows.reduce((sum, row) => sum + weights[row]!, 0);
  const least = Math.min(options.leastLeafWeight, total / 2) * (1 - 1e-9);
  const most = Math.max(1, Math.floor(options.featureShare * features.length));
  const queue = Int32Array.from(features.keys());
  const width = Math.max(1, classes);
  const all = new Float64Array(width);
  const side = new Float64Array(width);
  const tallies = createTallies(table, options, rows);
  const best: Best = { worth: -Infinity, split: null };
  let weight = 0;

  const worthOf = (left: Float64Array, offset: number, leftWeight: number): number => {
    let leftSquares = 0;
    let rightSquares = 0;
    for (let k = 0; k < width; k++) {
      const inLeft = left[offset + k]!;
      leftSquares += inLeft * inLeft;
      rightSquares += (all[k]! - inLeft) ** 2;
    }
    return leftSquares / leftWeight + rightSquares / (weight - leftWeight);
  };

  /** Sums of the node; whether it is pure. */
  const sumUp = (start: number, end: number): boolean => {
    all.fill(0);
    weight = 0;
    let squares = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      const w = weights[row]!;
      const y = response[row]!;
      weight += w;
      if (classes > 0) all[y]! += w;
      else {
        all[0]! += w * y;
        squares += w * y * y;
      }
    }
    if (classes === 0) return squares / weight - (all[0]! / weight) ** 2 <= PURE;
    return 1 - all.reduce((sum, value) => sum + (value / weight) ** 2, 0) <= PURE;
  };

  /** Whether the number varies in the node. */
  const tryNumber = (column: number, start: number, end: number): boolean => {
    const cells = table.columns[column]!;
    const order = ordered[column]!;
    if (cells[order[end - 1]!]! - cells[order[start]!]! <= SAME) return false;
    side.fill(0);
    let leftWeight = 0;
    let leftSquares = 0;
    let rightSquares = classes > 0 ? all.reduce((sum, value) => sum + value * value, 0) : 0;
    for (let i = start; i + 1 < end; i++) {
      const row = order[i]!;
      const w = weights[row]!;
      leftWeight += w;
      if (classes > 0) {
        const k = response[row]!;
        const before = side[k]!;
        leftSquares += w * (2 * before + w);
        rightSquares -= w * (2 * (all[k]! - before) - w);
        side[k] = before + w;
      } else side[0]! += w * response[row]!;
      if (leftWeight < least) continue;
      if (weight - leftWeight < least) break;
      const next = cells[order[i + 1]!]!;
      if (next - cells[row]! <= SAME) continue;
      const worth =
        classes > 0
          ? leftSquares / leftWeight + rightSquares / (weight - leftWeight)
          : side[0]! ** 2 / leftWeight + (all[0]! - side[0]!) ** 2 / (weight - leftWeight);
      if (worth <= best.worth) continue;
      const middle = cells[row]! / 2 + next / 2;
      best.worth = worth;
      best.split = { column, label: -1, test: middle < next ? middle : cells[row]! };
    }
    return true;
  };

  /** Whether the rows of the node differ in having the label. */
  const tryLabel = (column: number, label: number, start: number, end: number): boolean => {
    const tally = tallies(column, start, end);
    const inside = tally.weights[label]!;
    if (tally.rows[label] === 0 || tally.rows[label] === end - start) return false;
    if (inside >= least && weight - inside >= least) {
      const worth = worthOf(tally.sums, label * width, inside);
      if (worth > best.worth) {
        best.worth = worth;
        best.split = { column, label, test: label };
      }
    }
    return true;
  };

  return (start, end) => {
    if (end - start < 2) return null;
    const isPure = sumUp(start, end);
    if (isPure || weight < 2 * least) return null;
    best.worth = -Infinity;
    best.split = null;
    let varying = 0;
    for (let i = 0; i < queue.length && (i < most || varying === 0); i++) {
      const other = i + Math.floor(random.uniform() * (queue.length - i));
      const chosen = queue[other]!;
      queue[other] = queue[i]!;
      queue[i] = chosen;
      const { column, label } = features[chosen]!;
      if (label < 0 ? tryNumber(column, start, end) : tryLabel(column, label, start, end)) varying++;
    }
    return best.split;
  };
}

/** Sums by label of a column over a node's rows. */
interface Tally {
  node: number;
  rows: Int32Array;
  weights: Float64Array;
  /** One number a class and label, or the sum of weight × response. */
  sums: Float64Array;
}

/** Tallies of label columns: one pass over a node's rows serves all its labels. */
function createTallies(
  { columns, labels }: TreeTable,
  { response, classes, weights }: GrowOptions,
  rows: Int32Array,
): (column: number, start: number, end: number) => Tally {
  const width = Math.max(1, classes);
  const made = labels.map((count): Tally | null =>
    count === 0
      ? null
      : {
          node: -1,
          rows: new Int32Array(count),
          weights: new Float64Array(count),
          sums: new Float64Array(count * width),
        },
  );
  return (column, start, end) => {
    const tally = made[column]!;
    // A stretch is one node: its children are other stretches, and are looked at after it.
    const node = start * (rows.length + 1) + end;
    if (tally.node === node) return tally;
    tally.node = node;
    tally.rows.fill(0);
    tally.weights.fill(0);
    tally.sums.fill(0);
    const cells = columns[column]!;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      const label = cells[row]!;
      if (label < 0) continue;
      const w = weights[row]!;
      tally.rows[label]!++;
      tally.weights[label]! += w;
      if (classes > 0) tally.sums[label * width + response[row]!]! += w;
      else tally.sums[label]! += w * response[row]!;
    }
    return tally;
  };
}
