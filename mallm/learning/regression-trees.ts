/** Gains below this share of a node's own impurity are rounding, not structure. */
const LEAST_GAIN = 1e-9;
/** Of a label with many values, groups of a predictor are ordered by the share of each of so many commonest values. */
const MOST_ORDERINGS = 4;
/** A missing number is so many standard deviations away from one that is there, in a direction of its own. */
const MISSING_STEP = 2;

/** A column as trees see it: small integer codes, 0 for missing. */
export interface TreeColumn {
  /** One code a row. */
  codes: ArrayLike<number>;
  /** Codes lie in [0, codeCount). */
  codeCount: number;
  /** Ordered codes are split at a threshold, others into two sets. */
  ordered: boolean;
}

/**
 * A tree over rows of codes whose leaves hold a distribution of the codes of one more column: walk down, draw.
 * Nodes are in preorder, so the left child of node i is node i + 1. Plain arrays, fit for JSON.
 */
export interface DrawTree {
  /** Column that node i tests, or −1 for a leaf. */
  column: number[];
  /** Inner node: greatest code that goes left, or −1 − (index into `sets`). Leaf: 0. */
  test: number[];
  /** Inner node: its right child. Leaf: its number, counted from 0. */
  right: number[];
  /** Codes that go left. */
  sets: number[][];
  /** Where leaf k ends in `codes` and `cumulative`; it begins where leaf k − 1 ends. */
  leafEnd: number[];
  /** Codes that the leaf holds, ascending, and the share of the leaf's weight up to and with each. */
  codes: number[];
  cumulative: number[];
}

/** What a tree is grown from. */
export interface TreeInput {
  columns: readonly TreeColumn[];
  /** Index of the column whose codes are drawn, and of those that the tree may test. */
  response: number;
  predictors: readonly number[];
  /** Number by code of the response (any at 0, which is missing), for least squares; null for labels (Gini). */
  values: ArrayLike<number> | null;
  /** Rows to grow from, as indexes, and the weight of every row of the columns (positive). */
  rows: ArrayLike<number>;
  weights: ArrayLike<number>;
  /** Weight that each leaf holds at least. */
  leastLeafWeight: number;
}

interface Split {
  gain: number;
  column: number;
  /** Greatest code that goes left, or the codes that do. */
  test: number | number[];
}

/** What the search keeps while it walks the candidates of one predictor: sums of one side. */
interface Side {
  weight: number;
  sums: Float64Array;
  /** Σ sums². */
  squares: number;
}

/**
 * Grows a CART on weighted rows: at each node the split that takes most of the weighted variance (numbers) or of the
 * Gini impurity (labels) away, while both sides keep the least weight. Deterministic; ties go to the first predictor.
 * Cost: about predictors × rows × log rows × depth.
 */
export function fitDrawTree(input: TreeInput): DrawTree {
  const tree: DrawTree = { column: [], test: [], right: [], sets: [], leafEnd: [], codes: [], cumulative: [] };
  grow(tree, new Grower(input), Int32Array.from(input.rows));
  return tree;
}

/** Number of the leaf in which a row of codes ends. */
export function leafOf(tree: DrawTree, codes: ArrayLike<number>): number {
  let node = 0;
  for (;;) {
    const column = tree.column[node]!;
    if (column < 0) return tree.right[node]!;
    const test = tree.test[node]!;
    const code = codes[column]!;
    const left = test >= 0 ? code <= test : tree.sets[-1 - test]!.includes(code);
    node = left ? node + 1 : tree.right[node]!;
  }
}

function grow(tree: DrawTree, grower: Grower, rows: Int32Array): void {
  const node = tree.column.length;
  const split = grower.bestSplit(rows);
  tree.column.push(split ? split.column : -1);
  tree.test.push(0);
  tree.right.push(tree.leafEnd.length);
  if (!split) {
    addLeaf(tree, grower.distribution(rows));
    return;
  }

  const sets = typeof split.test === 'number' ? null : new Set(split.test);
  const codes = grower.input.columns[split.column]!.codes;
  const goesLeft = (row: number): boolean => (sets ? sets.has(codes[row]!) : codes[row]! <= (split.test as number));
  tree.test[node] = sets ? -1 - (tree.sets.push([...sets]) - 1) : (split.test as number);
  grow(tree, grower, rows.filter(goesLeft));
  tree.right[node] = tree.column.length;
  grow(
    tree,
    grower,
    rows.filter((row) => !goesLeft(row)),
  );
}

function addLeaf(tree: DrawTree, distribution: { codes: number[]; weights: number[] }): void {
  const total = distribution.weights.reduce((sum, weight) => sum + weight, 0);
  let running = 0;
  distribution.codes.forEach((code, i) => {
    running += distribution.weights[i]!;
    tree.codes.push(code);
    tree.cumulative.push(i === distribution.codes.length - 1 ? 1 : round(running / total));
  });
  tree.leafEnd.push(tree.codes.length);
}

/** Six digits are finer than any weight deserves, and half the JSON. */
function round(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}

/**
 * Finds splits. A row adds its weight times its response to one of `width` sums; a side is worth Σ sums² / weight.
 * Labels have one sum a label, to which a row adds its weight: that is Gini. Numbers have a sum of standardised values,
 * which is least squares, and a sum of missing cells.
 */
class Grower {
  readonly input: TreeInput;
  private readonly width: number;
  /** By row: which sum it adds to, and how much. */
  private readonly slot: Int32Array;
  private readonly amount: Float64Array;

  constructor(input: TreeInput) {
    this.input = input;
    const { codes, codeCount } = input.columns[input.response]!;
    this.width = input.values ? 2 : codeCount;
    this.slot = new Int32Array(codes.length);
    this.amount = new Float64Array(codes.length);
    const { mean, deviation } = input.values ? weightedMoments(input) : { mean: 0, deviation: 1 };
    for (let i = 0; i < input.rows.length; i++) {
      const row = input.rows[i]!;
      const code = codes[row]!;
      const weight = input.weights[row]!;
      this.slot[row] = input.values ? Number(code === 0) : code;
      this.amount[row] =
        weight * (!input.values ? 1 : code === 0 ? MISSING_STEP : (input.values[code]! - mean) / deviation);
    }
  }

  /** Weight by code of the response, codes ascending. */
  distribution(rows: Int32Array): { codes: number[]; weights: number[] } {
    const response = this.input.columns[this.input.response]!;
    const total = new Map<number, number>();
    for (const row of rows) {
      const code = response.codes[row]!;
      total.set(code, (total.get(code) ?? 0) + this.input.weights[row]!);
    }
    const codes = [...total.keys()].sort((a, b) => a - b);
    return { codes, weights: codes.map((code) => total.get(code)!) };
  }

  bestSplit(rows: Int32Array): Split | null {
    const all = this.side();
    let spread = 0;
    for (const row of rows) {
      this.add(all, row);
      spread += this.amount[row]! ** 2 / this.input.weights[row]!;
    }
    if (all.weight < 2 * this.input.leastLeafWeight || this.isPure(rows)) return null;
    const least = LEAST_GAIN * (spread - all.squares / all.weight);
    let best: Split | null = null;
    for (const column of this.input.predictors) {
      const { ordered } = this.input.columns[column]!;
      const split = ordered ? this.thresholdSplit(rows, column, all) : this.setSplit(rows, column, all);
      if (split && split.gain > (best?.gain ?? least)) best = split;
    }
    return best;
  }

  private thresholdSplit(rows: Int32Array, column: number, all: Side): Split | null {
    const { codes } = this.input.columns[column]!;
    const sorted = rows.slice().sort((a, b) => codes[a]! - codes[b]!);
    const left = this.side();
    let best: Split | null = null;
    for (let i = 0; i + 1 < sorted.length; i++) {
      const row = sorted[i]!;
      this.add(left, row);
      const code = codes[row]!;
      if (code === codes[sorted[i + 1]!]) continue;
      const gain = this.gain(left, all);
      if (gain > (best?.gain ?? 0)) best = { gain, column, test: code };
    }
    return best;
  }

  /** Groups of rows by code, ordered by mean response (or by the share of each common label), then cut as numbers are. */
  private setSplit(rows: Int32Array, column: number, all: Side): Split | null {
    const { codes } = this.input.columns[column]!;
    const groups = new Map<number, Side>();
    for (const row of rows) {
      const code = codes[row]!;
      let group = groups.get(code);
      if (!group) groups.set(code, (group = this.side()));
      this.add(group, row);
    }
    if (groups.size < 2) return null;
    let best: Split | null = null;
    for (const slot of this.orderingSlots(all, groups.size)) {
      const share = ([, group]: [number, Side]): number => group.sums[slot]! / group.weight;
      const order = [...groups].sort((a, b) => share(a) - share(b) || a[0] - b[0]);
      const split = this.scanGroups(order, column, all);
      if (split && split.gain > (best?.gain ?? 0)) best = split;
    }
    return best;
  }

  private scanGroups(order: [number, Side][], column: number, all: Side): Split | null {
    const left = this.side();
    let best: Split | null = null;
    let size = 0;
    for (let i = 0; i + 1 < order.length; i++) {
      const group = order[i]![1];
      left.weight += group.weight;
      for (let k = 0; k < this.width; k++) left.sums[k]! += group.sums[k]!;
      left.squares = left.sums.reduce((sum, value) => sum + value * value, 0);
      const gain = this.gain(left, all);
      if (gain <= (best?.gain ?? 0)) continue;
      size = i + 1;
      best = { gain, column, test: [] };
    }
    if (best) best.test = leftCodes(order, size, all.weight);
    return best;
  }

  /** Sums by which groups are ordered: both of numbers, the commonest labels otherwise. */
  private orderingSlots(all: Side, groupCount: number): number[] {
    if (this.input.values) return all.sums[1] === 0 ? [0] : [0, 1];
    const present = [...all.sums.keys()].filter((slot) => all.sums[slot] !== 0);
    if (present.length === 2 || groupCount === 2) return present.slice(0, 1);
    return present.sort((a, b) => all.sums[b]! - all.sums[a]! || a - b).slice(0, MOST_ORDERINGS);
  }

  private side(): Side {
    return { weight: 0, sums: new Float64Array(this.width), squares: 0 };
  }

  private add(side: Side, row: number): void {
    const slot = this.slot[row]!;
    const before = side.sums[slot]!;
    const after = before + this.amount[row]!;
    side.sums[slot] = after;
    side.squares += after * after - before * before;
    side.weight += this.input.weights[row]!;
  }

  /** How much a split into `left` and the rest takes away; −1 where a side is too light. */
  private gain(left: Side, all: Side): number {
    const rest = all.weight - left.weight;
    const least = this.input.leastLeafWeight * (1 - 1e-9);
    if (left.weight < least || rest < least) return -1;
    let squares = 0;
    for (let k = 0; k < this.width; k++) squares += (all.sums[k]! - left.sums[k]!) ** 2;
    return left.squares / left.weight + squares / rest - all.squares / all.weight;
  }

  private isPure(rows: Int32Array): boolean {
    const { codes } = this.input.columns[this.input.response]!;
    const first = codes[rows[0]!];
    return rows.every((row) => codes[row] === first);
  }
}

/** The first `size` groups; codes the node has never seen go with the heavier side, so the lighter one is named. */
function leftCodes(order: [number, Side][], size: number, total: number): number[] {
  const left = order.slice(0, size);
  const weight = left.reduce((sum, [, group]) => sum + group.weight, 0);
  const named = weight * 2 <= total ? left : order.slice(size);
  return named.map(([code]) => code).sort((a, b) => a - b);
}

/** Mean and standard deviation of the numbers of the response that are there; deviation 1 where they are all alike. */
function weightedMoments(input: TreeInput): { mean: number; deviation: number } {
  const { codes } = input.columns[input.response]!;
  let total = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < input.rows.length; i++) {
    const row = input.rows[i]!;
    if (codes[row] === 0) continue;
    const weight = input.weights[row]!;
    const value = input.values![codes[row]!]!;
    const before = total === 0 ? value : sum / total;
    total += weight;
    sum += weight * value;
    squares += weight * (value - before) * (value - sum / total);
  }
  if (total === 0) return { mean: 0, deviation: 1 };
  return { mean: sum / total, deviation: Math.sqrt(squares / total) || 1 };
}
