import type { Random } from '../random.js';
import type { CodedColumn } from './column-codes.js';
import type { Smoothing } from './smoothing.js';
import type { DrawTree } from '../learning/regression-trees.js';

/** One column of the generator: the trees that draw its code from the codes before it. */
export interface DrawColumn {
  /** Place of the column among the coded columns. */
  column: number;
  /** Each row is drawn from one of them, each as likely. */
  trees: DrawTree[];
}

/** What a condition allows of one column. */
export interface ColumnCondition {
  /** By code: 1 where allowed. */
  allows: Uint8Array;
  /** Whether a number between the values is allowed. */
  accepts: (number: number) => boolean;
}

/** Draws points, one at a time, into buffers of its own. */
export interface Drawer {
  /** The last point drawn (see `pointsOf`) and its codes, by coded column. */
  readonly point: Float64Array;
  readonly codes: Int32Array;
  /**
   * Draws a point. With conditions, a point is drawn by rejection with look-ahead, which leaves the distribution as it
   * is under the conditions; false when this attempt was rejected. `force` takes the nearest thing where it would be.
   */
  draw(random: Random, force?: boolean): boolean;
}

interface FlatTree {
  column: Int32Array;
  test: Int32Array;
  right: Int32Array;
  /** Set k of column c: `sets[k × width + code]` is 1 where the code goes left. */
  sets: Uint8Array;
  setWidth: number;
  leafEnd: Int32Array;
  codes: Int32Array;
  cumulative: Float64Array;
  /** By leaf: share of its weight that the condition allows; null without a condition. */
  allowed: Float64Array | null;
}

interface Step {
  column: number;
  trees: FlatTree[];
  /** By code; 0 where missing and for labels the code itself. */
  numbers: Float64Array | null;
  smoothing: Smoothing | null;
  condition: StepCondition | null;
}

interface StepCondition extends ColumnCondition {
  /** Greatest allowed share of any leaf: the look-ahead accepts in proportion to it. */
  greatest: number;
  /** Codes the condition allows and their cumulative share in the whole column, for forced draws. */
  codes: Int32Array;
  cumulative: Float64Array;
}

/**
 * Makes trees ready to draw from.
 *
 * @param smoothings by coded column; null where numbers stay as they are.
 * @param conditions by coded column; null where anything goes.
 */
export function createDrawer(
  columns: readonly CodedColumn[],
  order: readonly DrawColumn[],
  smoothings: readonly (Smoothing | null)[],
  conditions: readonly (ColumnCondition | null)[],
): Drawer {
  const widest = Math.max(0, ...columns.map(({ values }) => values.length)) + 1;
  const steps = order.map((step) => createStep(columns, step, smoothings, conditions[step.column] ?? null, widest));
  const codes = new Int32Array(columns.length);
  const point = new Float64Array(columns.length);
  const draw = (random: Random, force = false): boolean => {
    for (const step of steps) {
      const tree = step.trees.length === 1 ? step.trees[0]! : step.trees[random.integer(step.trees.length)]!;
      const leaf = walk(tree, codes);
      const code = step.condition
        ? drawAllowed(tree, leaf, step.condition, random, force)
        : drawCode(tree.codes, tree.cumulative, leaf === 0 ? 0 : tree.leafEnd[leaf - 1]!, tree.leafEnd[leaf]!, random);
      if (code < 0) return false;
      codes[step.column] = code;
      point[step.column] = step.numbers ? drawNumber(step, code, random) : code;
    }
    return true;
  };
  return { point, codes, draw };
}

function createStep(
  columns: readonly CodedColumn[],
  { column, trees }: DrawColumn,
  smoothings: readonly (Smoothing | null)[],
  condition: ColumnCondition | null,
  widest: number,
): Step {
  const flat = trees.map((tree) => flatten(tree, condition?.allows ?? null, widest));
  const { kind, values } = columns[column]!;
  return {
    column,
    trees: flat,
    numbers: kind === 'number' ? Float64Array.from([NaN, ...(values as number[])]) : null,
    smoothing: smoothings[column] ?? null,
    condition: condition && createCondition(flat, condition),
  };
}

function flatten(tree: DrawTree, allows: Uint8Array | null, setWidth: number): FlatTree {
  const sets = new Uint8Array(tree.sets.length * setWidth);
  tree.sets.forEach((codes, k) => codes.forEach((code) => (sets[k * setWidth + code] = 1)));
  const flat = {
    column: Int32Array.from(tree.column),
    test: Int32Array.from(tree.test),
    right: Int32Array.from(tree.right),
    sets,
    setWidth,
    leafEnd: Int32Array.from(tree.leafEnd),
    codes: Int32Array.from(tree.codes),
    cumulative: Float64Array.from(tree.cumulative),
  };
  return { ...flat, allowed: allows && allowedShares(flat, allows) };
}

function allowedShares(tree: Omit<FlatTree, 'allowed'>, allows: Uint8Array): Float64Array {
  const shares = new Float64Array(tree.leafEnd.length);
  let start = 0;
  tree.leafEnd.forEach((end, leaf) => {
    for (let i = start; i < end; i++) {
      if (allows[tree.codes[i]!]) shares[leaf]! += tree.cumulative[i]! - (i === start ? 0 : tree.cumulative[i - 1]!);
    }
    start = end;
  });
  return shares;
}

function createCondition(trees: readonly FlatTree[], condition: ColumnCondition): StepCondition {
  const { allows } = condition;
  const weight = new Float64Array(allows.length);
  for (const tree of trees) {
    let start = 0;
    for (const end of tree.leafEnd) {
      for (let i = start; i < end; i++) {
        weight[tree.codes[i]!]! += tree.cumulative[i]! - (i === start ? 0 : tree.cumulative[i - 1]!);
      }
      start = end;
    }
  }
  const codes = [...weight.keys()].filter((code) => allows[code] === 1 && weight[code]! > 0);
  const total = codes.reduce((sum, code) => sum + weight[code]!, 0);
  let running = 0;
  const cumulative = codes.map((code) => (running += weight[code]! / total));
  return {
    ...condition,
    greatest: Math.max(0, ...trees.flatMap(({ allowed }) => [...allowed!])),
    codes: Int32Array.from(codes),
    cumulative: Float64Array.from(cumulative),
  };
}

function walk(tree: FlatTree, codes: Int32Array): number {
  const { column, test, right, sets, setWidth } = tree;
  let node = 0;
  for (;;) {
    const tested = column[node]!;
    if (tested < 0) return right[node]!;
    const bound = test[node]!;
    const code = codes[tested]!;
    const left = bound >= 0 ? code <= bound : sets[(-1 - bound) * setWidth + code] === 1;
    node = left ? node + 1 : right[node]!;
  }
}

/** A code by its share: the first whose cumulative share is above a uniform chance. */
function drawCode(codes: Int32Array, cumulative: Float64Array, start: number, end: number, random: Random): number {
  const chance = random.uniform();
  let low = start;
  let high = end - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > chance) high = middle;
    else low = middle + 1;
  }
  return codes[low]!;
}

/** A code that the condition allows, or −1: accepted with the share of the leaf that is allowed over the greatest. */
function drawAllowed(tree: FlatTree, leaf: number, condition: StepCondition, random: Random, force: boolean): number {
  const share = tree.allowed![leaf]!;
  if (!force && random.uniform() * condition.greatest >= share) return -1;
  if (share <= 0) return drawCode(condition.codes, condition.cumulative, 0, condition.codes.length, random);
  let left = random.uniform() * share;
  let before = 0;
  let last = -1;
  for (let i = leaf === 0 ? 0 : tree.leafEnd[leaf - 1]!; i < tree.leafEnd[leaf]!; i++) {
    const own = tree.cumulative[i]! - before;
    before = tree.cumulative[i]!;
    if (!condition.allows[tree.codes[i]!]) continue;
    last = tree.codes[i]!;
    left -= own;
    if (left < 0) break;
  }
  return last;
}

function drawNumber({ numbers, smoothing, condition }: Step, code: number, random: Random): number {
  const donor = numbers![code]!;
  if (!smoothing || code === 0) return donor;
  const { low, high, step, factor } = smoothing;
  if (low[code]! >= high[code]!) return donor;
  const places = Math.round((high[code]! - low[code]!) / step) + 1;
  const number = Math.round((low[code]! + random.integer(places) * step) * factor) / factor;
  return condition && !condition.accepts(number) ? donor : number;
}
