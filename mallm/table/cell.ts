import {
  isLabel,
  type Cell,
  type Column,
  type DatetimeColumn,
  type LabelColumn,
  type NumericColumn,
  type TextColumn,
} from './dataset.js';
import { formatDatetime, ISO_FORMATS, parseDatetime, roundDatetime } from './datetime-format.js';
import { meantLabel } from './label-match.js';
import { isMissing } from './missing.js';
import { parseWritten } from './number-format.js';
import { roundToStep } from './number-grid.js';
import { pooledLabel, protectedCell } from './protected-cell.js';
import { isSpecial } from './special-values.js';

/** Why a value cannot be a cell of a column. */
export type CellProblem =
  | 'missing-not-allowed'
  | 'not-a-number'
  | 'not-a-date'
  | 'not-a-label'
  | 'not-a-text'
  | 'unknown-label'
  | 'out-of-range'
  | 'off-the-grid'
  | 'too-long'
  | 'control-character';

const PLAIN_NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
const UNPRINTABLE = /[^\P{Cc}\n\t]|\p{Cs}/u;

/**
 * Reads a value of a model's reply as a cell: strict on what it means, humane on how it is written. Numbers may come as
 * numeric strings, plain or in the column's format, and are rounded to the column's grid, then must lie within its range;
 * labels may come in another case, as a number or as true and false, where only one label can be meant; null and the
 * missing tokens are missing. What the protection of the table has pooled or brought into the range is so here, too.
 * Identifiers are made afresh: whatever comes is dropped, the cell is null.
 */
export function cellFromJson(column: Column, value: unknown): { cell: Cell } | { reason: CellProblem } {
  if (column.kind === 'identifier') return { cell: null };
  if (value === null || value === undefined || (typeof value === 'string' && isAbsent(column, value))) {
    return column.nullable ? { cell: null } : { reason: 'missing-not-allowed' };
  }
  switch (column.kind) {
    case 'numeric':
      return numericCell(column, value);
    case 'datetime':
      return datetimeCell(column, value);
    case 'text':
      return textCell(column, value);
    default:
      return labelCell(column, value);
  }
}

/** A cell as a prompt shows it: a number, a text, a date in the column's format, or null. */
export function cellToJson(column: Column, cell: Cell): number | string | null {
  if (typeof cell !== 'number') return cell;
  return column.kind === 'datetime' ? formatDatetime(column.format, cell) : roundToGrid(column, cell);
}

/** The nearest number that a numeric or datetime column can write; any other column leaves it as it is. */
export function roundToGrid(column: Column, value: number): number {
  if (column.kind === 'numeric') return roundToStep(column, value);
  return column.kind === 'datetime' ? roundDatetime(column.format, value) : value;
}

/**
 * Why a typed cell may not be in its column, or null when it may: kind, range, grid, closed set, length, missing. An
 * identifier may be missing: it is made when the row is written.
 */
export function cellViolation(column: Column, cell: Cell): CellProblem | null {
  if (cell === null) return column.nullable || column.kind === 'identifier' ? null : 'missing-not-allowed';
  if (column.kind === 'numeric' || column.kind === 'datetime') return numberViolation(column, cell);
  if (typeof cell !== 'string') return isLabel(column) ? 'not-a-label' : 'not-a-text';
  if (isLabel(column)) return column.categories.includes(cell) ? null : 'unknown-label';
  if (isMissing(column, cell)) return 'missing-not-allowed';
  return column.kind === 'text' ? textViolation(column, cell) : null;
}

function isAbsent(column: Column, text: string): boolean {
  return isMissing(column, text) || (column.nullable && isSpecial(column, text));
}

function numericCell(column: NumericColumn, value: unknown): { cell: Cell } | { reason: CellProblem } {
  const number = typeof value === 'string' ? numberIn(column, value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return { reason: 'not-a-number' };
  return inRange(column, roundToGrid(column, number));
}

function numberIn(column: NumericColumn, text: string): number | null {
  if (PLAIN_NUMBER.test(text.trim())) return Number(text);
  return column.written ? parseWritten(text, column) : null;
}

function datetimeCell(column: DatetimeColumn, value: unknown): { cell: Cell } | { reason: CellProblem } {
  if (typeof value !== 'string' && typeof value !== 'number') return { reason: 'not-a-date' };
  const text = String(value);
  for (const format of [column.format, ...ISO_FORMATS]) {
    const seconds = parseDatetime(format, text);
    if (seconds !== null) return inRange(column, roundToGrid(column, seconds));
  }
  return { reason: 'not-a-date' };
}

function inRange(column: NumericColumn | DatetimeColumn, number: number): { cell: Cell } | { reason: CellProblem } {
  const cell = protectedCell(column, number) as number;
  return cell < column.min || cell > column.max ? { reason: 'out-of-range' } : { cell };
}

function labelCell(column: LabelColumn, value: unknown): { cell: Cell } | { reason: CellProblem } {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    return { reason: 'not-a-label' };
  const label = meantLabel(column, value) ?? pooledLabel(column, String(value).trim());
  return label === null ? { reason: 'unknown-label' } : { cell: label };
}

function textCell(column: TextColumn, value: unknown): { cell: Cell } | { reason: CellProblem } {
  if (typeof value !== 'string' && typeof value !== 'number') return { reason: 'not-a-text' };
  const cell = String(value).trim();
  const reason = textViolation(column, cell);
  return reason ? { reason } : { cell };
}

function textViolation(column: TextColumn, text: string): CellProblem | null {
  if (textLength(text) > column.maxLength) return 'too-long';
  return UNPRINTABLE.test(text) ? 'control-character' : null;
}

/** Length in characters as people count them, near enough: code points. */
export function textLength(text: string): number {
  return Array.from(text).length;
}

function numberViolation(column: NumericColumn | DatetimeColumn, cell: Cell): CellProblem | null {
  if (typeof cell !== 'number' || !Number.isFinite(cell))
    return column.kind === 'numeric' ? 'not-a-number' : 'not-a-date';
  if (cell < column.min || cell > column.max) return 'out-of-range';
  return roundToGrid(column, cell) === cell ? null : 'off-the-grid';
}
