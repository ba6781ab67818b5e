import { normalQuantile } from '../learning/standard-normal.js';
import type { Random } from '../random.js';
import { namesRow, toGrid, type Grid } from './number-grids.js';

/** Share of the normal score in a score; the rest is the standardised value. */
const NORMAL_SHARE = 0.5;

/** Rows that may have a number in common which names a row all the same. */
const FEW_ROWS = 2;

/** A number column as trees see it: a score for each value, ascending with it. Plain JSON. */
export interface NumberScores {
  /** Distinct values, ascending, rows that hold each, and the score of each. */
  values: number[];
  counts: number[];
  scores: number[];
  /** Null where numbers between the values are not drawn. */
  grid: Grid | null;
}

/**
 * Scores of numbers: half the normal score of the mid-rank, half the standardised value. Heavy tails are tamed, and
 * distances still mean something.
 *
 * @param numbers at least one.
 */
export function numberScores(numbers: readonly number[], grid: Grid | null): NumberScores {
  const n = numbers.length;
  const mean = numbers.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n) || 1;
  const rows = new Map<number, number>();
  for (const value of numbers) rows.set(value, (rows.get(value) ?? 0) + 1);
  const values = [...rows.keys()].sort((a, b) => a - b);
  const counts = values.map((value) => rows.get(value)!);
  let below = 0;
  const scores = values.map((value, i) => {
    const middle = (below + counts[i]! / 2) / n;
    below += counts[i]!;
    const rank = normalQuantile(Math.min(1 - 0.5 / n, Math.max(0.5 / n, middle)));
    // The last term keeps scores apart whose values differ by less than rounding.
    return NORMAL_SHARE * rank + (1 - NORMAL_SHARE) * ((value - mean) / deviation) + 1e-9 * i;
  });
  return { values, counts, scores, grid };
}

/** The score of a number, on the line between those of the values beside it. */
export function scoreOf({ values, scores }: NumberScores, value: number): number {
  const last = values.length - 1;
  const i = Math.min(Math.max(0, countUpTo(values, value) - 1), Math.max(0, last - 1));
  if (last === 0 || value <= values[0]!) return scores[0]!;
  if (value >= values[last]!) return scores[last]!;
  const share = (value - values[i]!) / (values[i + 1]! - values[i]!);
  return scores[i]! + share * (scores[i + 1]! - scores[i]!);
}

/** The number whose score is this one, on the line between the values beside it. */
export function valueOf({ values, scores }: NumberScores, score: number): number {
  const last = values.length - 1;
  const i = Math.min(Math.max(0, countUpTo(scores, score) - 1), Math.max(0, last - 1));
  if (last === 0 || score <= scores[0]!) return values[0]!;
  if (score >= scores[last]!) return values[last]!;
  const share = (score - scores[i]!) / (scores[i + 1]! - scores[i]!);
  return values[i]! + share * (values[i + 1]! - values[i]!);
}

/** Scores made ready to turn back into numbers. */
export interface ScoreReader {
  /**
   * The number that a score stands for: the value whose score is nearest, values counting by their rows. A value that
   * one row holds moves: on the line between two such values, then up to half the gap on either side, within the range
   * and on the grid. So does one of so many digits that it names a row, where two have it.
   */
  read(score: number, random: Random): number;
}

/** Makes scores ready. */
export function scoreReader(numbers: NumberScores): ScoreReader {
  const values = Float64Array.from(numbers.values);
  const counts = Float64Array.from(numbers.counts);
  const scores = Float64Array.from(numbers.scores);
  const { grid } = numbers;
  const naming = Uint8Array.from(values, (value) => Number(grid !== null && namesRow(grid, value)));
  const moves = counts.map((rows, i) => Number(rows === 1 || (rows <= FEW_ROWS && naming[i] === 1)));
  const last = values.length - 1;
  const read = (score: number, random: Random): number => {
    if (last === 0) return values[0]!;
    const i = Math.min(Math.max(0, countUpTo(scores, score) - 1), last - 1);
    const gap = (score - scores[i]!) / (scores[i + 1]! - scores[i]!);
    const share = gap < 0 ? 0 : gap > 1 ? 1 : gap;
    const near = share <= counts[i]! / (counts[i]! + counts[i + 1]!) ? i : i + 1;
    let value = values[near]!;
    if (grid === null || moves[near] === 0) return value;
    const isBetween = share > 1e-6 && share < 1 - 1e-6 && moves[i] === 1 && moves[i + 1] === 1;
    if (isBetween) value = values[i]! + share * (values[i + 1]! - values[i]!);
    const chance = 2 * random.uniform() - 1;
    const side =
      naming[near] === 0 ? chance : near === 0 ? Math.abs(chance) : near === last ? -Math.abs(chance) : chance;
    const reach =
      side < 0 ? values[near]! - values[Math.max(0, near - 1)]! : values[Math.min(last, near + 1)]! - values[near]!;
    value += (side * reach) / 2;
    value = value < values[0]! ? values[0]! : value > values[last]! ? values[last]! : value;
    return toGrid(grid, value);
  };
  return { read };
}

/** Entries of an ascending list that are at most a value. */
export function countUpTo(ascending: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
