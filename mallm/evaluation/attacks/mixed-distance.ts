import type { EvaluationColumn, TypedTable } from '../typed-table.js';

/** Differences below this are none: sums of differences of equal numbers. */
const ZERO = 1e-9;

/** Fills `into` with the distance of one target row, in one column, to every synthetic row: in [0, 1]. */
export type ColumnDistance = (row: number, into: Float64Array) => void;

/**
 * Gower's distances of target rows to synthetic rows, column by column: numbers over the range of both tables, labels 0
 * or 1; 1 where only one side is missing.
 *
 * Departs: Giomi et al. 2023 leave missing numbers undefined.
 */
export function columnDistances(
  columns: readonly EvaluationColumn[],
  targets: TypedTable,
  synthetic: TypedTable,
): ColumnDistance[] {
  return columns.map(({ kind }, column) => {
    const [own, others] = [targets.cells[column]!, synthetic.cells[column]!];
    const width = kind === 'number' ? rangeOf(own, others) : 0;
    return (row, into) => {
      const cell = own[row]!;
      for (let other = 0; other < others.length; other++) into[other] = between(cell, others[other]!, width);
    };
  });
}

/** Sums the distances of some columns: what reads one target row into the array that it returns, the same at each call. */
export function summedDistances(distances: readonly ColumnDistance[], rows: number): (row: number) => Float64Array {
  const one = new Float64Array(rows);
  const sum = new Float64Array(rows);
  return (row) => {
    sum.fill(0);
    for (const distance of distances) {
      distance(row, one);
      for (let other = 0; other < rows; other++) sum[other]! += one[other]!;
    }
    return sum;
  };
}

/** Places of the least distance, ties included. */
export function nearestPlaces(distances: Float64Array): number[] {
  let least = Infinity;
  for (const distance of distances) if (distance < least) least = distance;
  const places: number[] = [];
  for (let place = 0; place < distances.length; place++) if (distances[place]! <= least + ZERO) places.push(place);
  return places;
}

function between(a: number, b: number, width: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a) !== Number.isNaN(b));
  return width > 0 ? Math.abs(a - b) / width : Number(a !== b);
}

function rangeOf(a: Float64Array, b: Float64Array): number {
  let [low, high] = [Infinity, -Infinity];
  for (const cells of [a, b]) {
    for (const cell of cells) {
      if (cell < low) low = cell;
      if (cell > high) high = cell;
    }
  }
  return high > low ? high - low : 0;
}
