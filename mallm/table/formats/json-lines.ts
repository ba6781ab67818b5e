import { formatCell } from './csv.js';
import type { Cell, Column, Row, TableSchema } from '../dataset.js';
import { areTruths, truthOf } from '../label-match.js';
import { formatNumber, parseNumber } from '../number-grid.js';

/**
 * Rows as JSON Lines: one object a line, keys in the order of the columns. Numbers keep their decimals (`35.0`), yes and
 * no of a boolean column are true and false, dates are texts in the column's format, a missing cell is null.
 */
export function formatJsonLines({ columns }: TableSchema, rows: readonly Row[]): string {
  const names = columns.map(({ name }) => JSON.stringify(name));
  const values = columns.map(jsonWriter);
  return rows.map((row) => `{${row.map((cell, i) => `${names[i]}:${values[i]!(cell)}`).join(',')}}\n`).join('');
}

function jsonWriter(column: Column): (cell: Cell) => string {
  const orNull = (write: (cell: number | string) => string) => (cell: Cell) => (cell === null ? 'null' : write(cell));
  // JSON knows one decimal mark.
  if (column.kind === 'numeric') {
    const { decimals, exponent } = column;
    return orNull((cell) =>
      typeof cell === 'string' ? specialJson(cell) : formatNumber({ decimals, exponent }, cell),
    );
  }
  if (column.kind === 'boolean' && areTruths(column.categories)) {
    return orNull((cell) => String(truthOf(String(cell)) ?? JSON.stringify(cell)));
  }
  return orNull((cell) => JSON.stringify(formatCell(column, cell)));
}

/** A text in place of a number: a code is a number here too. */
function specialJson(text: string): string {
  return parseNumber(text) === null ? JSON.stringify(text) : String(Number(text));
}
