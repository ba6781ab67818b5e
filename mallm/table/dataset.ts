import type { NumberDecoration } from './number-format.js';
import type { Rule } from './rule.js';
import type { SpecialValue } from './special-values.js';

/**
 * A cell as the method sees it: a finite number for `numeric` and `datetime` columns, the label or text as it is
 * written in the input for all others, `null` for missing.
 */
export type Cell = number | string | null;

/** One row, cells in the order of the schema's columns. */
export type Row = readonly Cell[];

interface ColumnBase {
  /** The name as in the header. */
  name: string;
  /** A sentence on the column for the prompts, or empty. */
  description: string;
  /** Whether a cell may be missing. */
  nullable: boolean;
  /** How the input writes a missing cell (`''`, `NA`, …); the output writes it the same way. */
  missingToken: string;
}

/** A column whose cells are numbers: what else is written in it counts as missing. */
interface NumberBase extends ColumnBase {
  /**
   * Texts beside the numbers, with their share of the missing cells: codes such as `-99`, words such as `pending`. Their
   * cells are null; `finishedRows` writes them again in these shares.
   */
  specials?: SpecialValue[];
}

/** Training cells that were brought to the range of the values that enough people reach. */
export interface Clamped {
  low: number;
  high: number;
}

/** A number on a grid of decimals. */
export interface NumericColumn extends NumberBase {
  kind: 'numeric';
  /** Least and greatest value of the training rows. */
  min: number;
  max: number;
  clamped?: Clamped;
  /**
   * `min`: fewest decimals that are written. `max`: most decimals that a value needs, which is its grid. Whole numbers
   * written `35.0` give `{ min: 1, max: 0 }`: drawn as whole numbers, written with one decimal.
   */
  decimals: { min: number; max: number };
  /** Set when the input writes `3,5` for three and a half. */
  decimalMark?: ',';
  /** Set when the input writes its smallest or greatest numbers as `1.5e-07`. */
  exponent?: true;
  /** What the input writes around the digits: currency, unit, percent, thousands, brackets, plus. */
  written?: NumberDecoration;
  /** Set when all training values are multiples of it, and it is coarser than the decimals: 0.5, 5, 250. */
  step?: number;
}

/** A label out of a closed set. `ordered` labels go from low to high; `boolean` has at most two. */
export interface LabelColumn extends ColumnBase {
  kind: 'categorical' | 'ordered' | 'boolean';
  /** The labels of the training rows as written there (for `ordered`: in their order). */
  categories: string[];
  /** The label that rare ones are pooled into: a label that is none of the categories counts as it. */
  pool?: string;
  /** Ordered labels before rare ones were put into the level beside them. */
  levels?: string[];
}

/** A date or a date with time, held as seconds since 1970-01-01 UTC. */
export interface DatetimeColumn extends NumberBase {
  kind: 'datetime';
  min: number;
  max: number;
  clamped?: Clamped;
  /** Set when days and months of birth are drawn anew, years kept. */
  birth?: true;
  /**
   * strftime-style format, as in SDV metadata: `%Y-%m-%d`. Beyond that: `%-d` without leading zero, `%^b` in capitals,
   * `%3f` for three digits of a second, `%:z` for an offset with a colon.
   */
  format: string;
  /**
   * Other formats that the input writes dates in, with their share of the dates: other offsets from UTC (cells are then
   * local times), or dates without a day or a month. `finishedRows` writes them again in these shares.
   */
  forms?: { format: string; share: number }[];
}

/** What a personal column says of a person. */
export type PersonalKind = 'name' | 'email' | 'phone' | 'address';

/**
 * A key that names a row, or a name or address of a person: made afresh, unique, never taken from the data, never shown to
 * a model. Also a column without any cell, which stays empty.
 */
export interface IdentifierColumn extends ColumnBase {
  kind: 'identifier';
  /**
   * The shape of the keys seen: `A` letter upper, `a` letter lower, `9` digit, anything else as it is. Also: `N` digit
   * but zero, `h` and `H` hexadecimal digit, `x` and `X` letter or digit (lower, upper), `L` any letter, `w` any letter
   * or digit; a backslash takes the next character as it is.
   */
  pattern: string;
  /** Set when keys come in several shapes: each with its share of the keys, that of `pattern` among them. */
  shapes?: { pattern: string; share: number }[];
  /** Set when cells name or reach a person. */
  personal?: PersonalKind;
  /** Set when all rows of a person have the same key: the key of the group itself, and others beside it. */
  shared?: true;
  /** Set when no training row has a cell: none is made. */
  empty?: true;
}

/** Short free text. */
export interface TextColumn extends ColumnBase {
  kind: 'text';
  /** Longest text of the training rows, characters. */
  maxLength: number;
}

export type Column = NumericColumn | LabelColumn | DatetimeColumn | IdentifierColumn | TextColumn;

/** The columns of a table, in order, and the one to be predicted. */
export interface TableSchema {
  columns: Column[];
  target: string;
  /** Set when people have several rows, as visits of a patient: all their rows are drawn and released together. */
  group?: RowGroup;
  /** Rules between columns that every released row keeps; not there where there are none. */
  rules?: Rule[];
}

/** What the rows of one person have in common, as found in the training rows; columns by name. */
export interface RowGroup {
  /** The identifier column that is the same in all rows of a person. */
  key: string;
  /** Column that the rows of a person are put in the order of; without it they are in the order of the file. */
  order?: string;
  /** Columns whose cell is the same in all rows of a person. */
  constant: string[];
  /** Number and date columns that never fall from one row of a person to the next. */
  ascending: string[];
  /** Of these, columns that count the rows of a person: 1, 2, 3. */
  counting: { column: string; from: number; by: number }[];
  /** Columns that begin where another one ended in the row before: `tstart` with `tstop`. */
  continued: { column: string; from: string }[];
  /** Columns that have this cell in every row but the last of a person: an interval that another follows ends by an event. */
  untilLast: { column: string; cell: string | number }[];
  /** Most rows of a person. */
  most: number;
}

/** How the input file is written, so that the output is written the same way. */
export interface CsvDialect {
  delimiter: ',' | ';' | '\t' | '|';
  newline: '\n' | '\r\n';
  bom: boolean;
  /** Set when a space follows every delimiter. */
  spaced?: true;
  /** What is quoted without need: the names in the header, the cells of these columns (by index), missing cells. */
  quoted?: { header: boolean; columns: number[]; missing: boolean };
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
