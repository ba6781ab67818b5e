import { cellToJson, roundToGrid } from '../table/cell.js';
import { nextOnGrid } from '../table/column-grid.js';
import type { Condition, PartialRow } from '../conditions/condition.js';
import type { Cell, Column, DatetimeColumn, NumericColumn, TableSchema } from '../table/dataset.js';
import { isLabel, isNumber } from '../table/dataset.js';

/**
 * A partial row as the prompt shows it, on one line: `{"sex":"Female","age":{"min":60,"max":75}}`.
 *
 * A given cell is its JSON value, null for missing; bounds are inclusive; a set is `{"oneOf":[…]}`; what is
 * excluded is `{"not":…}`. Conditions on identifiers are left out.
 */
export function partialRowJson(schema: TableSchema, partialRow: PartialRow): string {
  const entries = schema.columns.flatMap((column) => {
    const condition = Object.hasOwn(partialRow, column.name) ? partialRow[column.name] : undefined;
    return condition && column.kind !== 'identifier' ? [[column.name, givenJson(column, condition)] as const] : [];
  });
  return JSON.stringify(Object.fromEntries(entries));
}

function givenJson(column: Column, condition: Condition): unknown {
  const json = (cell: Cell): unknown => (cell === null ? null : cellToJson(column, cell));
  switch (condition.is) {
    case 'equal':
      return json(condition.value);
    case 'missing':
      return null;
    case 'present':
      return { not: null };
    case 'one-of':
      return { oneOf: condition.values.map(json) };
    case 'not-equal':
      if (!isLabel(column) || condition.value === null) return { not: json(condition.value) };
      return { oneOf: column.categories.filter((label) => label !== condition.value).map(json) };
    case 'range':
      return isNumber(column) ? rangeJson(column, condition, json) : { not: null };
  }
}

/** Inclusive bounds; one that the condition leaves open is the column's own, where that lies beyond the other. */
function rangeJson(
  column: NumericColumn | DatetimeColumn,
  { min, max, exclusive, except = [] }: Extract<Condition, { is: 'range' }>,
  json: (cell: Cell) => unknown,
): unknown {
  const bounds = {
    min: min === undefined ? undefined : boundOnGrid(column, min, 1, exclusive?.includes('min')),
    max: max === undefined ? undefined : boundOnGrid(column, max, -1, exclusive?.includes('max')),
  };
  if (bounds.min === undefined && column.min <= (bounds.max ?? column.max)) bounds.min = column.min;
  if (bounds.max === undefined && column.max >= (bounds.min ?? column.min)) bounds.max = column.max;
  const entries = Object.entries(bounds).filter(([, bound]) => bound !== undefined);
  const given = Object.fromEntries(entries.map(([name, bound]) => [name, json(bound!)]));
  return except.length > 0 ? { ...given, not: except.map(json) } : given;
}

/** The first number from the bound inwards that the column can write and that the condition allows. */
function boundOnGrid(
  column: NumericColumn | DatetimeColumn,
  bound: number,
  inwards: 1 | -1,
  exclusive = false,
): number {
  const nearest = roundToGrid(column, bound);
  const inside = (nearest - bound) * inwards;
  return inside < 0 || (exclusive && inside === 0) ? nextOnGrid(column, nearest, inwards) : nearest;
}
