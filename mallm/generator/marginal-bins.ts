import { nextOnGrid, roundestBetween } from '../table/column-grid.js';
import type { Condition } from '../conditions/condition.js';
import type { Cell, DatetimeColumn, LabelColumn, NumericColumn, Row } from '../table/dataset.js';
import { isLabel } from '../table/dataset.js';
import { quantileCuts } from '../table/discretisation.js';

/** Least rows of a bin, approximately, so that its bounds disclose little of any single row. */
const ROWS_A_BIN = 8;
const MOST_BINS = 8;

/** The cells of one column as a few conditions: each label, each range of numbers, missing. */
export interface MarginalBins {
  /** What a cell of the bin satisfies; no cell satisfies two, but for round bounds that two ranges may share. */
  conditions: Condition[];
  /** Training rows in each bin. */
  counts: number[];
  /** The bin of each training row; -1 for a label that the schema does not have. */
  codes: number[];
}

/**
 * Cuts a column's training cells into bins. A number that many rows share is a bin of its own, other numbers fall
 * into about equally filled ranges that cover the column from its least to its greatest value. Inner bounds are
 * the roundest numbers between two training cells, not training cells themselves where that can be had.
 */
export function marginalBins(
  column: NumericColumn | DatetimeColumn | LabelColumn,
  index: number,
  rows: readonly Row[],
): MarginalBins {
  const cells = rows.map((row) => row[index] ?? null);
  const { conditions, code } = isLabel(column) ? labelBins(column) : numberBins(column, cells);
  const missing = conditions.length;
  const codes = cells.map((cell) => (cell === null ? missing : code(cell)));
  if (codes.includes(missing)) conditions.push({ is: 'missing' });
  const counts = conditions.map((_, bin) => codes.filter((each) => each === bin).length);
  return { conditions, counts, codes };
}

interface Bins {
  conditions: Condition[];
  code: (cell: NonNullable<Cell>) => number;
}

function labelBins(column: LabelColumn): Bins {
  const places = new Map<Cell, number>(column.categories.map((label, place) => [label, place]));
  return {
    conditions: column.categories.map((label) => ({ is: 'equal', value: label })),
    code: (cell) => places.get(cell) ?? -1,
  };
}

function numberBins(column: NumericColumn | DatetimeColumn, cells: readonly Cell[]): Bins {
  const sorted = cells
    .filter((cell) => cell !== null)
    .map(Number)
    .sort((a, b) => a - b);
  if (sorted.length === 0) return { conditions: [], code: () => -1 };
  const bins = Math.max(2, Math.min(MOST_BINS, Math.floor(sorted.length / ROWS_A_BIN)));
  const cuts = quantileCuts(sorted, bins);
  const starts = [0, ...cuts.map((cut) => sorted.findLastIndex((value) => value <= cut) + 1), sorted.length];
  const conditions = starts.slice(0, -1).map((start, bin) => numberBin(column, sorted, start, starts[bin + 1]!));
  const code = (cell: NonNullable<Cell>): number => {
    const bin = cuts.findIndex((cut) => Number(cell) <= cut);
    return bin < 0 ? cuts.length : bin;
  };
  return { conditions, code };
}

/** The values from `start` up to `end` of the sorted ones. */
function numberBin(column: NumericColumn | DatetimeColumn, sorted: number[], start: number, end: number): Condition {
  const [first, last] = [sorted[start]!, sorted[end - 1]!];
  if (first === last) return { is: 'equal', value: first };
  const min = start === 0 ? column.min : lowerBound(column, sorted[start - 1]!, first);
  const max = end === sorted.length ? column.max : roundestBetween(column, last, sorted[end]!);
  return { is: 'range', min: Math.min(min, first), max: Math.max(max, last) };
}

/**
 * The bound between two training values, as the upper range has it. Where numbers have decimals, both ranges share it,
 * unless it is the value below: that one may fill a bin of its own.
 */
function lowerBound(column: NumericColumn | DatetimeColumn, below: number, first: number): number {
  const bound = roundestBetween(column, below, first);
  const isShared = column.kind === 'numeric' && column.decimals.max > 0 && bound > below;
  return isShared ? bound : nextOnGrid(column, bound, 1);
}
