import { isNumber, type Cell, type Row, type TableSchema } from '../table/dataset.js';
import { gridOf, namesRow, toGrid, type Grid } from './number-grids.js';

/** One end of a column, that training cells were brought to. */
interface ClampedEnd {
  /** Place in a row. */
  index: number;
  /** The end, and the value from which on the rows there are spread. */
  end: number;
  inner: number;
  grid: Grid;
}

/** The ends of number columns at which the protection of the table has gathered rows. */
export function clampedEnds(schema: TableSchema, trainRows: readonly Row[]): ClampedEnd[] {
  return schema.columns.flatMap((column, index): ClampedEnd[] => {
    if (!isNumber(column) || !column.clamped) return [];
    const numbers = trainRows.map((row) => row[index]).filter((cell) => typeof cell === 'number');
    const grid = gridOf(column, numbers);
    if (grid === null) return [];
    const { low, high } = column.clamped;
    const upwards = Float64Array.from(numbers).sort();
    return [
      ...(low > 0 ? [{ index, end: column.min, inner: innerValue(upwards), grid }] : []),
      ...(high > 0 ? [{ index, end: column.max, inner: innerValue(upwards.toReversed()), grid }] : []),
    ];
  });
}

/**
 * Rows in which those at a clamped end are spread evenly between it and the values further in. Gathered at one number they
 * would be drawn as a number that repeats, which gives drawn rows away.
 */
export function spreadEnds(ends: readonly ClampedEnd[], rows: readonly Row[]): readonly Row[] {
  if (ends.length === 0) return rows;
  const spread = rows.map((row): Cell[] => [...row]);
  for (const { index, end, inner, grid } of ends) {
    const there = spread.filter((row) => row[index] === end);
    // A number that names a row is not drawn itself.
    const last = namesRow(grid, end) ? 0.5 : 1;
    there.forEach((row, place) => {
      row[index] = toGrid(grid, inner + ((place + last) / there.length) * (end - inner));
    });
  }
  return spread;
}

/** The value as many places behind those at the end as there are there, but none beyond one that repeats as often. */
function innerValue(fromEnd: Float64Array): number {
  const end = fromEnd[0]!;
  const there = fromEnd.findLastIndex((value) => value === end) + 1;
  let inner = end;
  for (const value of fromEnd.subarray(there, 2 * there)) {
    if (fromEnd.filter((other) => other === value).length >= there) break;
    inner = value;
  }
  return inner;
}
