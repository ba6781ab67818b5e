import { inferColumn } from './column-inference.js';
import { columnNamed, isLabel, isModelled, type Cell, type Column, type Row, type TableSchema } from '../dataset.js';
import { parseDatetime } from '../datetime-format.js';
import { TableError } from '../../errors.js';
import { findLabel } from '../label-match.js';
import { commonestToken, isMissing } from '../missing.js';
import { didYouMean } from '../near-names.js';
import { parseNumber } from '../number-grid.js';
import { checkMetadataColumns, type TableMetadata } from './sdv-metadata.js';

/** Fewer rows than this say nothing about a table. */
const MIN_ROWS = 10;

/** What is said about a table beside its cells. */
export interface InferenceOptions {
  /** The column to be predicted. */
  target: string;
  /** Kinds of columns that override what their cells suggest. */
  metadata?: TableMetadata;
}

/**
 * The columns of a table from its texts, as `parseCsv` gives them. Numbers are numeric, but two-valued ones, and those
 * with leading zeros, are labels; keys that are unique are identifiers; texts of many values are text, of few labels.
 * @throws TableError for an unknown target, fewer than 10 rows, an empty column, a target that is always the same or
 * never twice the same label, and metadata that does not fit.
 */
export function inferSchema(
  header: readonly string[],
  records: readonly (readonly string[])[],
  options: InferenceOptions,
): TableSchema {
  const { target, metadata } = options;
  checkTarget(header, target);
  checkRowCount(records.length);
  if (metadata) checkMetadataColumns(metadata, header);
  const tableToken = commonestToken(records.flat()) ?? '';
  const columns = header.map((name, index) => {
    const texts = records.map((record) => record[index]!);
    return inferColumn(texts, { name, isTarget: name === target, tableToken, metadata: metadata?.columns.get(name) });
  });
  const schema = { columns, target };
  checkTargetValues(schema, readRows(schema, header, records));
  return schema;
}

/**
 * The rows of a table, typed, in the order of the schema's columns; the file may have them in another order. Labels are
 * taken as written, seen or not; `1.0` counts as the label `1` where there is no other.
 * @throws TableError for a column that is missing or too many, and a cell that is no number or no date where it must be.
 */
export function readRows(
  schema: TableSchema,
  header: readonly string[],
  records: readonly (readonly string[])[],
): Row[] {
  const places = placesIn(schema, header);
  return records.map((record, row) =>
    schema.columns.map((column, index) => readCell(column, record[places[index]!]!, row)),
  );
}

function checkTarget(header: readonly string[], target: string): void {
  if (header.includes(target)) return;
  throw new TableError({
    problem: `the table has no column ${JSON.stringify(target)} to be the target`,
    expected: `one of ${header.map((name) => JSON.stringify(name)).join(', ')}`,
    remedy: didYouMean(target, header, 'Name one of them.'),
  });
}

function checkRowCount(rows: number): void {
  if (rows >= MIN_ROWS) return;
  throw new TableError({
    problem: 'the table has too few rows',
    expected: `at least ${MIN_ROWS} to learn from`,
    got: String(rows),
    remedy: 'Add rows; from 25 on the method has something to learn from.',
  });
}

function checkTargetValues(schema: TableSchema, rows: readonly Row[]): void {
  const { target, columns } = schema;
  const column = columnNamed(schema, target);
  const name = JSON.stringify(target);
  if (!isModelled(column)) {
    const problem = `column ${name} cannot be the target: it is ${column.kind === 'text' ? 'text' : 'an identifier'}`;
    throw new TableError({ problem, expected: 'numbers or labels', remedy: 'Name another target.' });
  }
  const cells = rows.map((row) => row[columns.indexOf(column)]!).filter((cell) => cell !== null);
  const values = new Set(cells).size;
  if (values < 2) {
    throw new TableError({
      problem: `the target ${name} has one value only`,
      expected: 'at least two different values',
      remedy: 'Name another target, or add rows with another value.',
    });
  }
  if (isLabel(column) && values === cells.length) {
    throw new TableError({
      problem: `the target ${name} has another label in every row`,
      expected: 'labels that repeat, or numbers',
      remedy: 'Name another target.',
    });
  }
  if (columns.filter(isModelled).length < 2) {
    throw new TableError({
      problem: `the table has nothing but identifiers and text beside the target ${name}`,
      expected: 'at least one column of numbers, dates or labels',
      remedy: 'Add such a column, or say in the metadata what the columns are.',
    });
  }
}

function placesIn(schema: TableSchema, header: readonly string[]): number[] {
  const names = schema.columns.map(({ name }) => name);
  const extra = header.filter((name) => !names.includes(name));
  const absent = names.filter((name) => !header.includes(name));
  const list = (all: string[]): string => all.map((name) => JSON.stringify(name)).join(', ');
  if (absent.length > 0 || extra.length > 0) {
    throw new TableError({
      problem: 'the table does not have the columns of the training table',
      expected: list(names),
      got: [absent.length > 0 && `no ${list(absent)}`, extra.length > 0 && `also ${list(extra)}`]
        .filter(Boolean)
        .join(', '),
      remedy: 'Give it the same columns; their order does not matter.',
    });
  }
  return names.map((name) => header.indexOf(name));
}

function readCell(column: Column, text: string, row: number): Cell {
  if (isMissing(column, text)) return null;
  if (isLabel(column)) return findLabel(column.categories, text) ?? text;
  if (column.kind === 'numeric') return parseNumber(text, column.decimalMark) ?? unreadable(column, 'a number', row);
  if (column.kind === 'datetime') {
    return parseDatetime(column.format, text) ?? unreadable(column, `a date in the format ${column.format}`, row);
  }
  return text;
}

/** @throws TableError always. */
function unreadable(column: Column, expected: string, row: number): never {
  throw new TableError({
    problem: `row ${row + 1} below the header has a cell in column ${JSON.stringify(column.name)} that cannot be read`,
    expected: `${expected}, or nothing`,
    remedy: 'Correct the cell, write it as the training rows are, or leave it empty.',
  });
}
