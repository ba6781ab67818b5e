import { textLength } from '../table/cell.js';
import { describeCondition, type Condition, type PartialRow } from './condition.js';
import {
  columnNamed,
  isLabel,
  isNumber,
  type Cell,
  type Column,
  type DatetimeColumn,
  type NumericColumn,
  type TableSchema,
} from '../table/dataset.js';
import { describeColumn } from '../table/column-description.js';

/** How far a column is opened beyond a bound that has no other end, as a share of the training range. */
const BEYOND = 0.25;

/**
 * The conditions that ask for what no training row shows, one sentence each: labels, numbers out of the range, missing
 * cells where none is missing. Empty when the training rows show something of everything asked.
 */
export function unseenValues(schema: TableSchema, partialRow: PartialRow): string[] {
  return Object.entries(partialRow).flatMap(([name, condition]) => {
    const column = columnNamed(schema, name);
    return isUnseen(column, condition)
      ? [`${describeCondition(column, condition)}: the table shows nothing like it (${describeColumn(column)})`]
      : [];
  });
}

/**
 * The schema with its columns opened for what conditions ask for and no training row shows: more labels, a wider range,
 * missing cells. With it, rows that satisfy the conditions do not violate the schema. All else stays as it is.
 */
export function widenSchema(schema: TableSchema, partialRow: PartialRow): TableSchema {
  const conditions = new Map(Object.entries(partialRow));
  const columns = schema.columns.map((column) => {
    const condition = conditions.get(column.name);
    return condition && isUnseen(column, condition) ? widened(column, condition) : column;
  });
  return { ...schema, columns };
}

/** Whether anything that the condition names is out of the column's range or labels. */
function isUnseen(column: Column, condition: Condition): boolean {
  if (condition.is === 'missing') return !column.nullable;
  if (condition.is === 'range') return isNumber(column) && isBeyond(column, condition);
  return namedCells(condition).some((cell) => isUnseenCell(column, cell));
}

function namedCells(condition: Condition): Cell[] {
  if (condition.is === 'equal') return [condition.value];
  return condition.is === 'one-of' ? condition.values : [];
}

function isUnseenCell(column: Column, cell: Cell): boolean {
  if (cell === null) return !column.nullable;
  if (typeof cell === 'number') return isNumber(column) && (cell < column.min || cell > column.max);
  if (isLabel(column)) return !column.categories.includes(cell);
  return column.kind === 'text' && textLength(cell) > column.maxLength;
}

function isBeyond(column: NumericColumn | DatetimeColumn, { min, max }: { min?: number; max?: number }): boolean {
  return (min ?? -Infinity) > column.max || (max ?? Infinity) < column.min;
}

function widened(column: Column, condition: Condition): Column {
  if (condition.is === 'missing') return { ...column, nullable: true };
  const cells = namedCells(condition);
  const open = { ...column, nullable: column.nullable || cells.includes(null) };
  const texts = cells.filter((cell) => typeof cell === 'string');
  if (isLabel(open)) return { ...open, categories: [...new Set([...open.categories, ...texts])] };
  if (open.kind === 'text') return { ...open, maxLength: Math.max(open.maxLength, ...texts.map(textLength)) };
  return isNumber(open) ? withBounds(open, condition, cells) : open;
}

function withBounds(column: NumericColumn | DatetimeColumn, condition: Condition, cells: Cell[]): Column {
  const beyond = (column.max - column.min) * BEYOND;
  const { min, max } = condition.is === 'range' ? condition : {};
  const ends =
    condition.is === 'range'
      ? [min ?? max! - beyond, max ?? min! + beyond]
      : cells.filter((cell) => typeof cell === 'number');
  return { ...column, min: Math.min(column.min, ...ends), max: Math.max(column.max, ...ends) };
}
