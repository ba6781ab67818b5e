import type { Column, Row } from '../table/dataset.js';
import { createRandom } from '../random.js';
import { codeColumns, pointsOf, rowOfPoint } from '../refinement/column-codes.js';
import { gridOf, toGrid, type Grid } from '../refinement/number-grids.js';
import type { BaselineInput } from './baseline.js';
import { normalCumulative, normalQuantile } from '../learning/standard-normal.js';

/** Share of the identity in the correlation matrix: it stays positive definite however few the rows. */
const RIDGE = 1e-6;

/** One dimension of the normal behind the table: what a column's cells are, or whether they are there. */
interface Dimension {
  column: number;
  /** Its training values in order; 0 and 1 for presence. */
  sorted: Float64Array;
  /** Normal score of each training row; 0, the mean, where the cell is missing. */
  scores: Float64Array;
  /** Null where values are not interpolated. */
  grid: Grid | null;
}

/**
 * Gaussian copula: normal scores of each column (ties share the mean of their scores), their correlations, and the
 * columns' own distributions behind them. Labels are cut from the normal at thresholds, in the schema's order; whether
 * a cell is missing is a dimension of its own. Numbers between two training values are interpolated on the grid; values
 * that several rows share are kept whole.
 */
export function gaussianCopula({ schema, rows, count, seed }: BaselineInput): Row[] {
  const columns = codeColumns(schema, rows);
  const points = pointsOf(columns, rows);
  const dimensions = columns.flatMap((column, c) =>
    dimensionsOf(
      schema.columns[column.index]!,
      c,
      points.map((point) => point[c]!),
    ),
  );
  const factor = cholesky(correlations(dimensions.map(({ scores }) => scores)));
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const independent = dimensions.map(() => random.normal());
    const point = new Float64Array(columns.length);
    dimensions.forEach((dimension, d) => {
      const z = factor[d]!.reduce((sum, weight, k) => sum + weight * independent[k]!, 0);
      const value = valueAt(dimension, normalCumulative(z));
      // Presence comes before the value: a cell that is missing stays so.
      if (!Number.isNaN(point[dimension.column]!)) point[dimension.column] = value;
    });
    return rowOfPoint(schema, columns, point);
  });
}

/** Presence (NaN or 0) where a number is missing somewhere, then the values. */
function dimensionsOf(schemaColumn: Column, column: number, cells: number[]): Dimension[] {
  const present = cells.filter((cell) => !Number.isNaN(cell));
  const values = dimension(column, cells, present, gridOf(schemaColumn, present));
  if (present.length === cells.length) return [values];
  const presence = cells.map((cell) => (Number.isNaN(cell) ? -1 : 0));
  const { scores, sorted } = dimension(column, presence, presence, null);
  const missing = { column, scores, sorted: sorted.map((value) => (value === 0 ? 0 : NaN)), grid: null };
  return present.length === 0 ? [missing] : [missing, values];
}

function dimension(column: number, cells: number[], present: number[], grid: Grid | null): Dimension {
  return { column, sorted: Float64Array.from(present).sort(), scores: normalScores(cells), grid };
}

function valueAt({ sorted, grid }: Dimension, probability: number): number {
  const place = Math.min(sorted.length - 1, Math.max(0, probability * sorted.length - 0.5));
  const below = Math.floor(place);
  const above = Math.ceil(place);
  const whole = !grid || isShared(sorted, below) || isShared(sorted, above);
  if (whole) return sorted[Math.round(place)]!;
  return toGrid(grid, sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!));
}

/** Whether another row has the same value. */
function isShared(sorted: Float64Array, place: number): boolean {
  return sorted[place] === sorted[place - 1] || sorted[place] === sorted[place + 1];
}

/** The mean of the normal quantiles of the ranks of the rows that share a row's value; 0 for a missing cell. */
function normalScores(cells: number[]): Float64Array {
  const order = [...cells.keys()].filter((row) => !Number.isNaN(cells[row])).sort((a, b) => cells[a]! - cells[b]!);
  const scores = new Float64Array(cells.length);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && cells[order[start]!] === cells[order[end]!]) end++;
    let sum = 0;
    for (let rank = start; rank < end; rank++) sum += normalQuantile((rank + 0.5) / order.length);
    for (let rank = start; rank < end; rank++) scores[order[rank]!] = sum / (end - start);
    start = end;
  }
  return scores;
}

/** Pearson correlations of the scores, with a touch of the identity; a constant column has none. */
function correlations(scores: Float64Array[]): number[][] {
  const norms = scores.map((column) => Math.sqrt(dot(column, column)));
  return scores.map((a, i) =>
    scores.map((b, j) => {
      if (i === j) return 1;
      const product = norms[i]! * norms[j]!;
      return product < 1e-12 ? 0 : ((1 - RIDGE) * dot(a, b)) / product;
    }),
  );
}

/** Lower triangle L with L Lᵀ = `matrix`. */
function cholesky(matrix: number[][]): number[][] {
  const lower = matrix.map(() => [] as number[]);
  for (let i = 0; i < matrix.length; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i]![j]!;
      for (let k = 0; k < j; k++) rest -= lower[i]![k]! * lower[j]![k]!;
      lower[i]!.push(i === j ? Math.sqrt(Math.max(rest, RIDGE * RIDGE)) : rest / lower[j]![j]!);
    }
  }
  return lower;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
