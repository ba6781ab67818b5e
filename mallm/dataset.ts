/**
 * A cell as the method sees it: a finite number for `numeric` and `datetime` columns, the label or text as it is
 * written in the input for all others, `null` for missing.
 */
export type Cell = number | string | null;

/** One row, cells in the order of the schema's columns. */
export type Row = readonly Cell[];

interface ColumnBase {
  /** The name as it stands in the header. */
  name: string;
  /** A sentence on the column for the prompts, or empty. */
  description: string;
  /** Whether a cell may be missing. */
  nullable: boolean;
  /** How the input writes a missing cell (`''`, `NA`, …); the output writes it the same way. */
  missingToken: string;
}

/** A number on a grid: at least and at most so many decimals are written. */
export interface NumericColumn extends ColumnBase {
  kind: 'numeric';
  /** Least and greatest value of the training rows. */
  min: number;
  max: number;
  /** Fewest and most decimals in the input: `35.0` everywhere gives `{ min: 1, max: 1 }`. */
  decimals: { min: number; max: number };
}

/** A label out of a closed set. `ordered` labels stand from low to high; `boolean` has at most two. */
export interface LabelColumn extends ColumnBase {
  kind: 'categorical' | 'ordered' | 'boolean';
  /** The labels of the training rows as written there (for `ordered`: in their order). */
  categories: string[];
}

/** A date or a date with time, held as seconds since 1970-01-01 UTC. */
export interface DatetimeColumn extends ColumnBase {
  kind: 'datetime';
  min: number;
  max: number;
  /** strftime-style format, as in SDV metadata: `%Y-%m-%d`. */
  format: string;
}

/** A key that names a row: made afresh, unique, never taken from the data, never shown to a model. */
export interface IdentifierColumn extends ColumnBase {
  kind: 'identifier';
  /** The shape of the keys seen: `A` letter upper, `a` letter lower, `9` digit, anything else as it is. */
  pattern: string;
}

/** Short free text. */
export interface TextColumn extends ColumnBase {
  kind: 'text';
  /** Longest text of the training rows, characters. */
  maxLength: number;
}

export type Column = NumericColumn | LabelColumn | DatetimeColumn | IdentifierColumn | TextColumn;
export type ColumnKind = Column['kind'];

/** The columns of a table, in order, and the one to be predicted. */
export interface TableSchema {
  columns: Column[];
  target: string;
}

/** How the input file is written, so that the output is written the same way. */
export interface CsvDialect {
  delimiter: ',' | ';' | '\t' | '|';
  newline: '\n' | '\r\n';
  bom: boolean;
}

/** Rows with their schema. */
export interface Table {
  schema: TableSchema;
  rows: Row[];
}

/** What the target asks for: a label gives classification, a number gives regression. */
export function taskOf(schema: TableSchema): 'classification' | 'regression' {
  return isLabel(columnNamed(schema, schema.target)) ? 'classification' : 'regression';
}

/** Whether cells of the column are numbers. */
export function isNumber(column: Column): column is NumericColumn | DatetimeColumn {
  return column.kind === 'numeric' || column.kind === 'datetime';
}

/** Whether cells of the column are labels of a closed set. */
export function isLabel(column: Column): column is LabelColumn {
  return column.kind === 'categorical' || column.kind === 'ordered' || column.kind === 'boolean';
}

/** Whether the method models the column (numbers and labels); identifiers and texts are made or copied apart. */
export function isModelled(column: Column): column is NumericColumn | DatetimeColumn | LabelColumn {
  return isNumber(column) || isLabel(column);
}

/** @throws Error when the schema has no such column. */
export function columnNamed(schema: TableSchema, name: string): Column {
  return schema.columns[columnIndex(schema, name)]!;
}

/** @throws Error when the schema has no such column. */
export function columnIndex(schema: TableSchema, name: string): number {
  const index = schema.columns.findIndex((column) => column.name === name);
  if (index < 0) throw new Error(`no column "${name}"`);
  return index;
}

/** One string a row that is equal for equal rows: for copies and duplicates. */
export function rowKey(row: Row): string {
  return JSON.stringify(row);
}
