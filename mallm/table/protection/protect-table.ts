import type { Cell, Column, Row, TableSchema } from '../dataset.js';
import { columnIndex, isLabel, isNumber } from '../dataset.js';
import { peopleOf } from '../people.js';
import { drawBirthDays } from './birth-dates.js';
import type { ColumnCells, ColumnProtection, ProtectedColumn } from './column-protection.js';
import { protectNumbers } from './extreme-numbers.js';
import { boundPeople } from './many-rows.js';
import { roundLongNumbers } from './long-numbers.js';
import { personalProtections } from './personal-columns.js';
import { protectLabels } from './rare-labels.js';

/** What is protected, and how far. */
export interface ProtectionOptions {
  /** Labels and numbers that fewer people hold are not shown and not drawn; 1 protects none. */
  minCount: number;
  /** Columns that are to be kept as they are. */
  keep?: readonly string[];
  seed: number;
}

/** A table in which no label and no number is what one person alone holds. */
export interface ProtectedTable {
  schema: TableSchema;
  rows: Row[];
  /** Rows that are no longer there: their keys are none to give out. */
  leftOut: readonly Row[];
  protections: ColumnProtection[];
}

/**
 * The training table as everything after it sees it, prompts, scores and refinement: rare labels pooled, extreme numbers
 * brought into the range that enough people reach, numbers of too many digits rounded, days of birth drawn anew. Each cell
 * is changed by its own value alone, so that equal cells stay equal and ordered ones ordered. A table without any of this
 * is left as it is. Deterministic per seed.
 */
export function protectTable(
  given: TableSchema,
  givenRows: readonly Row[],
  { minCount, keep = [], seed }: ProtectionOptions,
): ProtectedTable {
  const bounded = boundPeople(given, givenRows, minCount);
  const { schema, rows } = bounded;
  const people = peopleOf(schema, rows);
  const columns = schema.columns.map((column, index): ProtectedColumn => {
    const cells = rows.map((row) => row[index]!);
    if (keep.includes(column.name)) return { column, cells, protections: [] };
    const isTarget = column.name === schema.target;
    return protectColumn({ column, cells, people, minCount, isTarget, seed });
  });
  /** What has become of a cell of a column. */
  const after = (name: string, cell: Cell): Cell => {
    const place = columnIndex(schema, name);
    const row = rows.findIndex((own) => own[place] === cell);
    return columns[place]!.cells[row] ?? null;
  };
  const group = schema.group && {
    ...schema.group,
    untilLast: schema.group.untilLast.map(({ column, cell }) => ({ column, cell: after(column, cell) ?? cell })),
  };
  return {
    schema: { ...schema, columns: columns.map(({ column }) => column), ...(group && { group }) },
    rows: rows.map((_, row) => columns.map(({ cells }) => cells[row]!)),
    leftOut: bounded.leftOut,
    protections: [...bounded.protections, ...columns.flatMap(({ protections }) => protections)],
  };
}

function protectColumn(own: ColumnCells): ProtectedColumn {
  const { column, cells, minCount } = own;
  if (column.kind === 'identifier') return { column, cells, protections: personalProtections(column, cells) };
  if (isLabel(column)) return minCount > 1 ? protectLabels(column, own) : { column, cells, protections: [] };
  if (!isNumber(column)) return { column, cells, protections: [] };
  const first = column.kind === 'numeric' ? roundLongNumbers(column, own) : birthDays(column, own);
  if (minCount <= 1 || !isNumber(first.column)) return first;
  const second = protectNumbers(first.column, { ...own, column: first.column, cells: first.cells });
  return { ...second, protections: [...first.protections, ...second.protections] };
}

function birthDays(column: Extract<Column, { kind: 'datetime' }>, own: ColumnCells): ProtectedColumn {
  return column.birth ? drawBirthDays(column, own) : { column, cells: own.cells, protections: [] };
}
