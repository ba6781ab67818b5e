import { NumericError } from '../errors.js';

/** Most bins a column is cut into: XGBoost's `max_bin`. Columns with fewer distinct values are cut at each of them. */
const MAX_BINS = 256;

/** Largest summary kept before the last pruning: XGBoost's `max_bin` times its sketch factor. */
const MAX_SUMMARY = 8 * MAX_BINS;

/** A matrix cut into bins, once for all trees. */
export interface BinnedMatrix {
  rows: number;
  columns: number;
  /** Row-major, `rows × columns`: number of the bin among all bins; `totalBins` for a missing cell. */
  bins: Uint32Array;
  /** First bin of each column, and one past the last: `columns + 1` numbers. */
  offsets: Uint32Array;
  /** Upper bound (exclusive, 32-bit precision) of each bin. */
  cuts: Float64Array;
  /** Whether a column misses any cell. */
  hasMissing: boolean[];
  totalBins: number;
}

/** Distinct values of a column in ascending order, each with its weight. */
interface Summary {
  values: number[];
  weights: number[];
  /** Weight of all smaller values. */
  below: number[];
}

/**
 * Cuts every column into at most 256 bins, at the values XGBoost's `hist` method cuts at: every distinct value but the
 * least, or quantiles of them when there are more than 256. Values are taken at 32-bit precision; NaN is missing.
 * @throws NumericError when there is no row or rows differ in length.
 */
export function binMatrix(x: readonly Float64Array[], weights?: ArrayLike<number>): BinnedMatrix {
  const columns = x[0]?.length ?? 0;
  if (x.length === 0) throw new NumericError({ problem: 'boosted trees got no row', expected: 'at least one row' });
  if (x.some((row) => row.length !== columns)) throw new NumericError({ problem: 'rows of a matrix differ in length' });
  const cutsOfColumns = Array.from({ length: columns }, (_, column) => cutsOf(summaryOf(x, column, weights)));
  const offsets = new Uint32Array(columns + 1);
  cutsOfColumns.forEach((cuts, column) => (offsets[column + 1] = offsets[column]! + cuts.length));
  const totalBins = offsets[columns]!;
  const bins = new Uint32Array(x.length * columns);
  const hasMissing = new Array<boolean>(columns).fill(false);
  for (let row = 0; row < x.length; row++) {
    for (let column = 0; column < columns; column++) {
      const value = Math.fround(x[row]![column]!);
      if (Number.isNaN(value)) hasMissing[column] = true;
      const bin = Number.isNaN(value) ? totalBins : offsets[column]! + binOf(cutsOfColumns[column]!, value);
      bins[row * columns + column] = bin;
    }
  }
  return {
    rows: x.length,
    columns,
    bins,
    offsets,
    cuts: Float64Array.from(cutsOfColumns.flat()),
    hasMissing,
    totalBins,
  };
}

function summaryOf(x: readonly Float64Array[], column: number, weights?: ArrayLike<number>): Summary {
  const weightOf = new Map<number, number>();
  for (let row = 0; row < x.length; row++) {
    const value = Math.fround(x[row]![column]!);
    if (!Number.isNaN(value)) weightOf.set(value, (weightOf.get(value) ?? 0) + (weights?.[row] ?? 1));
  }
  const values = [...weightOf.keys()].sort((a, b) => a - b);
  const valueWeights = values.map((value) => weightOf.get(value)!);
  let sum = 0;
  const below = valueWeights.map((weight) => (sum += weight) - weight);
  return { values, weights: valueWeights, below };
}

/** Upper bounds of the bins, ascending; a column without a value gets one bin. */
function cutsOf(summary: Summary): number[] {
  const values = prune(prune(summary, MAX_SUMMARY), MAX_BINS + 1).values;
  if (values.length === 0) return [Math.fround(1e-5)];
  const last = values[values.length - 1]!;
  return [...values.slice(1, MAX_BINS), Math.fround(last + (Math.abs(last) + Math.fround(1e-5)))];
}

/** At most `size` of the values: the least, the greatest, and those nearest to equally spaced ranks between them. */
function prune(summary: Summary, size: number): Summary {
  const { values, weights, below } = summary;
  const count = values.length;
  if (count <= size) return summary;
  const begin = below[0]! + weights[0]!;
  const range = below[count - 1]! - begin;
  const kept = new Set([0]);
  let i = 1;
  for (let step = 1; step < size - 1; step++) {
    const twiceRank = 2 * ((step * range) / (size - 1) + begin);
    while (i < count - 1 && twiceRank >= 2 * below[i + 1]! + weights[i + 1]!) i++;
    if (i === count - 1) break;
    kept.add(twiceRank < below[i]! + weights[i]! + below[i + 1]! ? i : i + 1);
  }
  kept.add(count - 1);
  const indices = [...kept].sort((a, b) => a - b);
  const pick = (list: number[]): number[] => indices.map((index) => list[index]!);
  return { values: pick(values), weights: pick(weights), below: pick(below) };
}

/** Number of the first cut above the value; the last bin also takes what lies beyond it. */
function binOf(cuts: readonly number[], value: number): number {
  let low = 0;
  let high = cuts.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
