import type { NumericColumn } from '../dataset.js';
import { decimalsOf, significantDigits, stepOf } from '../number-grid.js';
import { counted, mapped, type ColumnCells, type ProtectedColumn } from './column-protection.js';

/** Significant digits beyond which a number is a measurement of nothing: it names its row. */
const MOST_DIGITS = 9;
/** Significant digits that are left of them. */
const DIGITS_KEPT = 6;
/** Share of the different numbers that have so many digits. */
const MOSTLY = 0.5;

/** Numbers of more than nine significant digits, as ages with 13 decimals, rounded to six. */
export function roundLongNumbers(column: NumericColumn, own: ColumnCells): ProtectedColumn {
  const numbers = own.cells.filter((cell) => typeof cell === 'number');
  const distinct = [...new Set(numbers)];
  const long = distinct.filter((value) => significantDigits(value) > MOST_DIGITS);
  if (long.length < 2 || long.length < MOSTLY * distinct.length) return { column, cells: own.cells, protections: [] };
  const { cells, changed } = mapped(own.cells, (cell) =>
    typeof cell === 'number' ? Number(cell.toPrecision(DIGITS_KEPT)) : cell,
  );
  const rounded = cells.filter((cell) => typeof cell === 'number');
  const inWords = `${counted(changed, 'value')} of more than ${MOST_DIGITS} digits: rounded to ${DIGITS_KEPT}`;
  return {
    column: withGridOf(column, rounded),
    cells,
    protections: [{ column: column.name, how: 'rounded', cells: changed, inWords }],
  };
}

/** The column with the range, decimals and step of other numbers. */
function withGridOf(column: NumericColumn, numbers: readonly number[]): NumericColumn {
  const max = numbers.reduce((most, value) => Math.max(most, decimalsOf(value)), 0);
  return {
    ...column,
    min: Math.min(...numbers),
    max: Math.max(...numbers),
    decimals: { min: Math.min(column.decimals.min, max), max },
    step: stepOf(numbers, max),
  };
}
