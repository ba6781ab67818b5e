import { cellToJson } from '../table/cell.js';
import { columnIndex, type Cell, type Column, type Row, type TableSchema } from '../table/dataset.js';

/** A condition on one cell. Bounds are inclusive unless `exclusive` names them; no value in `except` satisfies. */
export type Condition =
  | { is: 'equal'; value: Cell }
  | { is: 'not-equal'; value: Cell }
  | { is: 'one-of'; values: Cell[] }
  | { is: 'range'; min?: number; max?: number; exclusive?: ('min' | 'max')[]; except?: number[] }
  | { is: 'missing' }
  | { is: 'present' };

/** A row of which some cells are given: column name → condition. The generator completes it. */
export type PartialRow = Record<string, Condition>;

/** Whether a cell satisfies a condition. A missing cell satisfies only `missing`. */
export function satisfies(cell: Cell, condition: Condition): boolean {
  switch (condition.is) {
    case 'equal':
      return cell === condition.value;
    case 'not-equal':
      return cell !== null && cell !== condition.value;
    case 'one-of':
      return condition.values.includes(cell);
    case 'range':
      return typeof cell === 'number' && isInRange(cell, condition);
    case 'missing':
      return cell === null;
    case 'present':
      return cell !== null;
  }
}

/**
 * Whether a row satisfies every condition.
 * @throws Error when a condition names a column that the schema does not have.
 */
export function rowSatisfies(schema: TableSchema, row: Row, partialRow: PartialRow): boolean {
  return Object.entries(partialRow).every(([name, condition]) =>
    satisfies(row[columnIndex(schema, name)] ?? null, condition),
  );
}

/** A condition in words: `"age" from 60 to 75`, `"sex" = "Female"`, `"region" in ("north", "south")`, `"note" missing`. */
export function describeCondition(column: Column, condition: Condition): string {
  const name = JSON.stringify(column.name);
  const value = (cell: Cell): string => (cell === null ? 'missing' : JSON.stringify(cellToJson(column, cell)));
  switch (condition.is) {
    case 'equal':
      return `${name} = ${value(condition.value)}`;
    case 'not-equal':
      return `${name} != ${value(condition.value)}`;
    case 'one-of':
      return `${name} in (${condition.values.map(value).join(', ')})`;
    case 'range':
      return `${name} ${describeRange(condition, value)}`;
    case 'missing':
      return `${name} missing`;
    case 'present':
      return `${name} not missing`;
  }
}

type RangeCondition = Extract<Condition, { is: 'range' }>;

function isInRange(cell: number, { min, max, exclusive = [], except = [] }: RangeCondition): boolean {
  const isAbove = min === undefined || (exclusive.includes('min') ? cell > min : cell >= min);
  const isBelow = max === undefined || (exclusive.includes('max') ? cell < max : cell <= max);
  return isAbove && isBelow && !except.includes(cell);
}

function describeRange(
  { min, max, exclusive = [], except = [] }: RangeCondition,
  value: (cell: Cell) => string,
): string {
  const isClosed = exclusive.length === 0 && min !== undefined && max !== undefined;
  const low = min === undefined ? '' : `${exclusive.includes('min') ? '>' : '>='} ${value(min)}`;
  const high = max === undefined ? '' : `${exclusive.includes('max') ? '<' : '<='} ${value(max)}`;
  const bounds = isClosed ? `from ${value(min)} to ${value(max)}` : [low, high].filter(Boolean).join(' and ');
  const others = except.length > 0 ? `not ${except.map(value).join(', ')}` : '';
  return [bounds, others].filter(Boolean).join(', ');
}
