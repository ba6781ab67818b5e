import { readCell, type CellReading } from '../cell-text.js';
import { groupedColumns, type KeysGiven } from './grouped-columns.js';
import {
  columnNamed,
  isLabel,
  isModelled,
  type Column,
  type Row,
  type RowGroup,
  type TableSchema,
} from '../dataset.js';
import { TableError } from '../../errors.js';
import { commonestToken } from '../missing.js';
import { didYouMean } from '../near-names.js';
import { findGroupKeys } from './group-key.js';
import { rowGroupOf } from './row-group.js';
import { checkMetadataColumns, type TableMetadata } from './sdv-metadata.js';

/** Fewer rows than this say nothing about a table. */
const MIN_ROWS = 10;

/** Share of a column's cells that may be neither missing nor readable. */
const MOST_UNREAD = 0.2;

/** What is known of a table beside its cells. */
export interface InferenceOptions {
  /** The column to be predicted. */
  target: string;
  /** Kinds of columns that override what their cells suggest. */
  metadata?: TableMetadata;
  /** Columns that look personal, and are to be kept as they are. */
  keep?: readonly string[];
  /** The column whose rows belong to one person; null for none. Without it, it is found, or taken from the metadata. */
  group?: string | null;
}

/**
 * The columns of a table from its texts, as `parseTable` gives them. Numbers in any format are numeric, but two-valued
 * ones, and those with leading zeros, are labels; keys that are unique, names and addresses of persons are identifiers;
 * texts that repeat are labels, all others text. What decides is in docs/columns.md.
 * @throws TableError for an unknown target, fewer than 10 rows, a target that is always the same or
 * never twice the same label, and metadata that does not fit.
 */
export function inferSchema(
  header: readonly string[],
  records: readonly (readonly string[])[],
  options: InferenceOptions,
): TableSchema {
  checkTarget(header, options.target);
  checkRowCount(records.length);
  const schema = inferColumns(header, records, options);
  checkTargetValues(schema, readRows(schema, header, records));
  return schema;
}

/**
 * The columns of a table whose target may be unknown, or no target at all. The schema's target is then empty.
 * @throws TableError for an unknown target, and metadata that does not fit.
 */
export function inferColumns(
  header: readonly string[],
  records: readonly (readonly string[])[],
  options: Partial<InferenceOptions>,
): TableSchema {
  const { target = '', metadata, keep } = options;
  if (target !== '') checkTarget(header, target);
  if (metadata) checkMetadataColumns(metadata, header);
  const tableToken = commonestToken(records.flat()) ?? '';
  const contexts = header.map((name) => {
    const known = { metadata: metadata?.columns.get(name), keep: keep?.includes(name) };
    return { name, isTarget: name === target, tableToken, ...known };
  });
  const keys = groupKeysOf(header, records, options);
  const columns = groupedColumns(header, records, contexts, keys);
  const schema: TableSchema = { columns, target };
  const group = keys && rowGroupOf(schema, readRows(schema, header, records), keys);
  return group ? withGroup(schema, group) : schema;
}

/**
 * The column whose rows belong to one person, with others that name people: as it is given, as the metadata has it, or
 * found by name, shape and repetition; null where there is none.
 * @throws TableError for a column that the table does not have, and for the target.
 */
export function groupKeysOf(
  header: readonly string[],
  records: readonly (readonly string[])[],
  { target, metadata, keep = [], group = metadata?.group }: Partial<InferenceOptions>,
): KeysGiven | null {
  if (group === null) return null;
  const isOpen = (name: string): boolean =>
    name !== target && !keep.includes(name) && (metadata?.columns.get(name)?.kind ?? 'identifier') === 'identifier';
  const found = findGroupKeys(header, records, isOpen);
  if (group === undefined) return found && { key: found.group, others: found.others };
  if (!header.includes(group) || group === target) {
    throw new TableError({
      problem: `the group column ${JSON.stringify(group)} ${group === target ? 'is the target' : 'is not in the table'}`,
      expected: 'the column whose value is the same in all rows of one person',
      remedy: didYouMean(group, header, 'Name one, or say that there is none: --no-group.'),
    });
  }
  const order = metadata?.group === group ? metadata.order : undefined;
  const others = found ? [found.group, ...found.others].filter((name) => name !== group) : [];
  return { key: group, others, ...(order === undefined ? {} : { order }) };
}

/** Marks the identifiers that all rows of a person share. */
function withGroup({ columns, target }: TableSchema, group: RowGroup): TableSchema {
  const isShared = ({ name }: Column): boolean => name === group.key || group.constant.includes(name);
  const marked = columns.map((column) =>
    column.kind === 'identifier' && !column.empty && isShared(column) ? { ...column, shared: true as const } : column,
  );
  return { columns: marked, target, group };
}

/**
 * The rows of a table, typed, in the order of the schema's columns; the file may have them in another order. Labels are
 * taken as written, seen or not; `1.0` counts as the label `1` where there is no other. A few cells that are no number or
 * no date where they must be count as missing.
 * @throws TableError for a column that is missing or too many, and for one with many cells that cannot be read.
 */
export function readRows(
  schema: TableSchema,
  header: readonly string[],
  records: readonly (readonly string[])[],
  reading: CellReading = {},
): Row[] {
  const places = placesIn(schema, header);
  const unread = schema.columns.map((): number[] => []);
  const rows = records.map((record, row) =>
    schema.columns.map((column, index) => {
      const cell = readCell(column, record[places[index]!]!, row, reading);
      if (cell === undefined) unread[index]!.push(row);
      return cell ?? null;
    }),
  );
  schema.columns.forEach((column, index) => assertReadable(column, unread[index]!, records.length));
  return rows;
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

/** @throws TableError when more than a few cells of a column cannot be read. */
function assertReadable(column: Column, unread: readonly number[], rows: number): void {
  if (unread.length <= MOST_UNREAD * rows) return;
  const [first = 0] = unread;
  const format = column.kind === 'datetime' ? `dates in the format ${column.format}` : 'numbers';
  throw new TableError({
    problem: `column ${JSON.stringify(column.name)} has ${unread.length} cells that cannot be read, the first in row ${first + 1} below the header`,
    expected: `${format}, or nothing`,
    remedy: 'Correct the cells, or leave them empty.',
  });
}
