import { datetimeStep } from '../../table/datetime-format.js';
import { halfStep } from '../formula.js';
import { isNumber, type DatetimeColumn, type NumericColumn, type Row, type TableSchema } from '../../table/dataset.js';

/** A column of numbers or dates as rules are looked for in it. */
export interface NumberCells {
  column: NumericColumn | DatetimeColumn;
  name: string;
  /** By row; NaN where the cell is missing. */
  values: Float64Array;
  /** Cells that are there, different ones among them, and the share of the commonest. */
  present: number;
  distinct: number;
  mostCommon: number;
  least: number;
  greatest: number;
  /** Distance of two numbers that the column can write; null where there is not one. */
  step: number | null;
}

/** The columns of numbers and dates of a table, with their cells. */
export function numberColumns(schema: TableSchema, rows: readonly Row[]): NumberCells[] {
  return schema.columns.flatMap((column, index) => {
    if (!isNumber(column)) return [];
    const values = Float64Array.from(rows, (row) => (typeof row[index] === 'number' ? row[index] : NaN));
    const counts = new Map<number, number>();
    let present = 0;
    let [least, greatest] = [Infinity, -Infinity];
    for (const value of values) {
      if (Number.isNaN(value)) continue;
      present++;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const mostCommon = present === 0 ? 1 : Math.max(...counts.values()) / present;
    const step = column.kind === 'numeric' ? 2 * halfStep(column) : datetimeStep(column.format);
    return [{ column, name: column.name, values, present, distinct: counts.size, mostCommon, least, greatest, step }];
  });
}

/** Every set of so many entries of a list, in its order. */
export function combinations<T>(list: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return list.flatMap((first, place) =>
    combinations(list.slice(place + 1), size - 1).map((others) => [first, ...others]),
  );
}
