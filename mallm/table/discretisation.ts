import type { Cell, Row, TableSchema } from './dataset.js';
import { isLabel, isModelled } from './dataset.js';

/** Labels with fewer rows are pooled into one level: a table of counts needs a few rows a cell. */
const FEWEST_ROWS = 5;

/** How the cells of one column fall into a few levels; plain JSON. */
export interface Levels {
  /** Name of the column and its place in a row. */
  name: string;
  index: number;
  /** Numbers: greatest value of each bin but the last. */
  cuts?: number[];
  /** Labels with a level of their own, most frequent first; all others share the next level. */
  labels?: string[];
  /** How many levels the rows had that these were learned from. */
  count: number;
  /** Level of a missing cell. */
  missing: number;
}

/** Levels of a table's modelled columns: numbers in quantile bins, rare labels pooled, missing cells apart. */
export function fitLevels(
  schema: TableSchema,
  rows: readonly Row[],
  { bins = binsFor(rows.length), mostLabels = Infinity }: { bins?: number; mostLabels?: number } = {},
): Levels[] {
  return schema.columns.flatMap((column, index) => {
    if (!isModelled(column)) return [];
    const cells = rows.map((row) => row[index] ?? null);
    const learned = isLabel(column) ? labelLevels(cells, mostLabels) : numberLevels(cells, bins);
    const missing = cells.includes(null) ? 1 : 0;
    return [{ name: column.name, index, ...learned, count: learned.count + missing, missing: learned.count }];
  });
}

/** The level of each row's cell. A label that was never seen gets the level of the rare ones, or one of its own. */
export function levelsOf(levels: Levels, rows: readonly Row[]): Int32Array {
  const { cuts, labels, index, missing, count } = levels;
  const codes = new Int32Array(rows.length);
  const places = new Map<Cell, number>(labels?.map((label, place) => [label, place]));
  const others = labels && labels.length < missing ? labels.length : count;
  for (let i = 0; i < rows.length; i++) {
    const cell = rows[i]![index] ?? null;
    if (cell === null) codes[i] = missing;
    else codes[i] = cuts ? binOf(cuts, Number(cell)) : (places.get(cell) ?? others);
  }
  return codes;
}

/** How many quantile bins a column of so many rows bears: 2 at 25 rows, 3 at 100, 4 at 400. */
export function binsFor(rows: number): number {
  return Math.max(2, Math.min(5, Math.floor(Math.log2(Math.max(rows, 1)) / 2)));
}

/**
 * The greatest value of each bin but the last, so that bins hold about equally many values and equal values are never
 * split. A value that fills a bin has it alone; bins with too few values are joined to their neighbour.
 */
export function quantileCuts(values: readonly number[], bins: number): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const least = Math.max(1, Math.min(FEWEST_ROWS, sorted.length / (2 * bins)));
  const cuts: number[] = [];
  let start = 0;
  while (cuts.length < bins - 1) {
    const end = binEnd(sorted, start, bins - cuts.length, least);
    if (sorted.length - end < least) break;
    cuts.push(sorted[end - 1]!);
    start = end;
  }
  return cuts;
}

/** Where the bin that begins at `start` ends: at the change of value nearest to an equal share of what is left. */
function binEnd(sorted: readonly number[], start: number, binsLeft: number, least: number): number {
  const goal = start + (sorted.length - start) / binsLeft;
  let before = start;
  let end = start;
  while (end < sorted.length && end < goal) {
    before = end;
    const value = sorted[end]!;
    while (end < sorted.length && sorted[end] === value) end++;
  }
  return before - start >= least && goal - before < end - goal ? before : end;
}

function numberLevels(cells: readonly Cell[], bins: number): { cuts: number[]; count: number } {
  const cuts = quantileCuts(
    cells.filter((cell) => cell !== null).map((cell) => Number(cell)),
    bins,
  );
  return { cuts, count: cuts.length + 1 };
}

function labelLevels(cells: readonly Cell[], mostLabels: number): { labels: string[]; count: number } {
  const counts = new Map<string, number>();
  for (const cell of cells) if (cell !== null) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
  const frequent = [...counts].filter(([, rows]) => rows >= FEWEST_ROWS).sort((a, b) => b[1] - a[1]);
  const labels = frequent.slice(0, mostLabels).map(([label]) => label);
  return { labels, count: labels.length + (counts.size > labels.length ? 1 : 0) };
}

function binOf(cuts: readonly number[], value: number): number {
  let bin = 0;
  while (bin < cuts.length && value > cuts[bin]!) bin++;
  return bin;
}
