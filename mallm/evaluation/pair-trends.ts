import type { EvaluationColumn, TypedTable } from './typed-table.js';

/** SDMetrics' default bins for a number beside a label. */
const BINS = 10;

/** SDMetrics' report only counts pairs more related than this in the real rows. */
const CORRELATION_THRESHOLD = 0.5;
const ASSOCIATION_THRESHOLD = 0.3;

/** Code of a missing cell in a joint count. */
const MISSING = -1;

/** How alike a pair of columns is related in real and synthetic rows. */
export interface PairTrend {
  columns: [number, number];
  /** CorrelationSimilarity or ContingencySimilarity in [0, 1]; null where undefined (constant or missing cells). */
  trend: number | null;
  /** Whether the real rows relate the two enough for SDMetrics' report to count the pair. */
  counts: boolean;
}

/**
 * Pair trends as SDMetrics 0.32.0: correlation similarity for two numbers, contingency similarity else, numbers beside
 * labels in ten bins of equal width (each table by its own range, as there). All pairs, in column order.
 *
 * Departs: a pair of which the synthetic rows have lost a column, or in which a number does not vary there alone, has the
 * trend 0; SDMetrics leaves it out of the mean.
 */
export function pairTrends(columns: readonly EvaluationColumn[], real: TypedTable, synthetic: TypedTable): PairTrend[] {
  const binnedReal = columns.map((column, index) => discretized(column, real.cells[index]!));
  const isLost = columns.map((_, index) => isEmpty(synthetic.cells[index]!) && !isEmpty(real.cells[index]!));
  const binnedSynthetic = columns.map((column, index) => discretized(column, synthetic.cells[index]!));
  return columns.flatMap((first, i) =>
    columns.slice(i + 1).map((second, offset): PairTrend => {
      const j = i + 1 + offset;
      const bothNumbers = first.kind === 'number' && second.kind === 'number';
      const found = bothNumbers
        ? correlationTrend([real.cells[i]!, real.cells[j]!], [synthetic.cells[i]!, synthetic.cells[j]!])
        : contingencyTrend([binnedReal[i]!, binnedReal[j]!], [binnedSynthetic[i]!, binnedSynthetic[j]!]);
      if (isLost[i] || isLost[j]) return { columns: [i, j], counts: found.counts, trend: 0 };
      return { columns: [i, j], ...found };
    }),
  );
}

/**
 * The report's figure: mean over the pairs that count. When none counts, the mean over all pairs; 1 when there is none.
 * Departs: SDMetrics gives NaN in the last two cases.
 */
export function meanTrend(pairs: readonly PairTrend[]): number {
  const defined = pairs.filter(({ trend }) => trend !== null);
  const counting = defined.filter(({ counts }) => counts);
  const used = counting.length > 0 ? counting : defined;
  return used.length === 0 ? 1 : used.reduce((sum, { trend }) => sum + trend!, 0) / used.length;
}

/** Labels as they are; numbers by the number of bin edges at or below them, missing ones as the greatest (as numpy). */
function discretized({ kind }: EvaluationColumn, cells: Float64Array): Int32Array {
  if (kind === 'label') return Int32Array.from(cells, (cell) => (Number.isNaN(cell) ? MISSING : cell));
  const edges = binEdges(cells.filter((cell) => !Number.isNaN(cell)));
  return Int32Array.from(cells, (cell) =>
    Number.isNaN(cell) ? edges.length : edges.filter((edge) => edge <= cell).length,
  );
}

function binEdges(values: Float64Array): number[] {
  let low = values.length > 0 ? values.reduce((a, b) => Math.min(a, b)) : 0;
  let high = values.length > 0 ? values.reduce((a, b) => Math.max(a, b)) : 1;
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const step = (high - low) / BINS;
  return Array.from({ length: BINS + 1 }, (_, edge) => (edge === BINS ? high : edge * step + low));
}

function correlationTrend(
  real: [Float64Array, Float64Array],
  synthetic: [Float64Array, Float64Array],
): Pick<PairTrend, 'trend' | 'counts'> {
  const inReal = correlation(...real);
  const inSynthetic = correlation(...synthetic);
  const counts = inReal !== null && Math.abs(inReal) > CORRELATION_THRESHOLD;
  if (inReal === null) return { trend: null, counts };
  return { trend: inSynthetic === null ? 0 : 1 - Math.abs(inReal - inSynthetic) / 2, counts };
}

function isEmpty(cells: Float64Array): boolean {
  return cells.every(Number.isNaN);
}

/** Pearson's correlation over rows that have both; null when a side does not vary. */
function correlation(a: Float64Array, b: Float64Array): number | null {
  const rows = Array.from(a.keys()).filter((row) => !Number.isNaN(a[row]!) && !Number.isNaN(b[row]!));
  const meanA = rows.reduce((sum, row) => sum + a[row]!, 0) / rows.length;
  const meanB = rows.reduce((sum, row) => sum + b[row]!, 0) / rows.length;
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (const row of rows) {
    product += (a[row]! - meanA) * (b[row]! - meanB);
    squaresA += (a[row]! - meanA) ** 2;
    squaresB += (b[row]! - meanB) ** 2;
  }
  const tiny = (squares: number, mean: number): boolean => !(Math.sqrt(squares) > 1e-13 * Math.abs(mean));
  if (rows.length < 2 || tiny(squaresA, meanA) || tiny(squaresB, meanB)) return null;
  return Math.max(-1, Math.min(1, product / Math.sqrt(squaresA * squaresB)));
}

function contingencyTrend(
  real: [Int32Array, Int32Array],
  synthetic: [Int32Array, Int32Array],
): Pick<PairTrend, 'trend' | 'counts'> {
  const inReal = jointCounts(...real);
  const inSynthetic = jointCounts(...synthetic);
  let variation = 0;
  for (const key of new Set([...inReal.keys(), ...inSynthetic.keys()])) {
    variation += Math.abs((inReal.get(key) ?? 0) / real[0].length - (inSynthetic.get(key) ?? 0) / synthetic[0].length);
  }
  const association = cramersV(...real);
  return { trend: 1 - variation / 2, counts: association !== null && association > ASSOCIATION_THRESHOLD };
}

function jointCounts(a: Int32Array, b: Int32Array): Map<string, number> {
  const counts = new Map<string, number>();
  for (let row = 0; row < a.length; row++) {
    const key = `${a[row]!} ${b[row]!}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Cramér's V in [0, 1] without correction; null when a side does not vary. */
function cramersV(a: Int32Array, b: Int32Array): number | null {
  const countA = new Map<number, number>();
  const countB = new Map<number, number>();
  for (let row = 0; row < a.length; row++) {
    countA.set(a[row]!, (countA.get(a[row]!) ?? 0) + 1);
    countB.set(b[row]!, (countB.get(b[row]!) ?? 0) + 1);
  }
  const freedom = Math.min(countA.size, countB.size) - 1;
  if (freedom < 1) return null;
  const joint = jointCounts(a, b);
  let chiSquared = 0;
  for (const [labelA, timesA] of countA) {
    for (const [labelB, timesB] of countB) {
      const expected = (timesA * timesB) / a.length;
      chiSquared += ((joint.get(`${labelA} ${labelB}`) ?? 0) - expected) ** 2 / expected;
    }
  }
  return Math.sqrt(chiSquared / a.length / freedom);
}
