import { placesByKey } from '../table/people.js';

/** A column as the evaluation sees it. */
export interface EvaluationColumn {
  name: string;
  kind: 'number' | 'label';
  /** Whether the numbers are seconds since 1970. */
  date: boolean;
  /** Most decimals (at most 6) any training value needs; two numbers that agree to them are the same. */
  decimals: number;
  /** Labels of all three tables, sorted by code unit; a cell holds the index of its label. */
  labels: string[];
}

/** Cells by column: numbers, or indices of labels; NaN is missing. */
export interface TypedTable {
  rows: number;
  cells: Float64Array[];
  /** Person of each row, where people have several; absent: a row is a person. */
  person?: Int32Array;
}

/** Numbers of the rows of each person, people in the order of their first row. */
export function peopleIn({ rows, person }: TypedTable): number[][] {
  if (!person) return Array.from({ length: rows }, (_, row) => [row]);
  return placesByKey(Array.from(person));
}

/** One string a row, numbers at the column's decimals: equal for equal rows. */
export function rowTexts(columns: readonly EvaluationColumn[], table: TypedTable): string[] {
  return Array.from({ length: table.rows }, (_, row) =>
    columns.map((column, index) => cellText(column, table.cells[index]![row]!)).join(','),
  );
}

/** The rows of the given numbers. */
export function rowsOf(table: TypedTable, rows: readonly number[]): TypedTable {
  return {
    rows: rows.length,
    cells: table.cells.map((cells) => Float64Array.from(rows, (row) => cells[row]!)),
    ...(table.person && { person: Int32Array.from(rows, (row) => table.person![row]!) }),
  };
}

/** One table above the other; people are not kept. */
export function stacked(a: TypedTable, b: TypedTable): TypedTable {
  return {
    rows: a.rows + b.rows,
    cells: a.cells.map((cells, column) => Float64Array.of(...cells, ...b.cells[column]!)),
  };
}

function cellText(column: EvaluationColumn, cell: number): string {
  if (Number.isNaN(cell)) return '';
  return column.kind === 'number' ? cell.toFixed(column.decimals) : column.labels[cell]!;
}
