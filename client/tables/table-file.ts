import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { CsvTable } from '../../mallm/table/formats/csv.js';
import { parseTable } from '../../mallm/table/formats/read-table.js';
import type { Row, TableSchema } from '../../mallm/table/dataset.js';
import { TableError } from '../../mallm/errors.js';
import { ruleChoice, withRules, type RuleChoice, type TableRules } from '../../mallm/rules/table-rules.js';
import { inferSchema, readRows } from '../../mallm/table/inference/schema-inference.js';
import type { TableMetadata } from '../../mallm/table/inference/sdv-metadata.js';
import { parseMetadata } from '../../mallm/table/inference/sdv-metadata.js';

/** The path that means standard input. */
export const STDIN = '-';

/** A table as read from its file. */
export interface TableFile extends CsvTable {
  /** File name without its ending. */
  name: string;
  bytes: Buffer;
}

/**
 * Reads a CSV, Excel, JSON Lines or Parquet file; `-` reads standard input.
 *
 * @param sheet name of the sheet of a workbook; the first when left out.
 * @throws TableError when it is missing, empty, ragged, …
 */
export async function readTableFile(path: string, sheet?: string): Promise<TableFile> {
  const bytes = await readInput(path, 'a table: CSV, .xlsx, JSON Lines or Parquet');
  const name = path === STDIN ? 'table' : basename(path, extname(path));
  return { ...(await parseTable(bytes, sheet)), name, bytes };
}

/**
 * Types the columns of a table, by inference or as the SDV metadata file says, and finds the rules between them.
 *
 * @throws TableError, and OptionError for a rule that cannot be kept.
 */
export async function typedTable(
  table: Pick<TableFile, 'header' | 'records' | 'plainNumbers'>,
  { target, metadata: path, ...choice }: { target: string; metadata?: string } & RuleChoice,
): Promise<TableRules & { rows: Row[] }> {
  const { metadata } = await readMetadata(path, table);
  const schema = inferSchema(table.header, table.records, { target, metadata });
  const rows = readRows(schema, table.header, table.records, table);
  return { ...withRules(schema, rows, ruleChoice(choice, metadata)), rows };
}

/** SDV metadata from a file; nothing without one. @throws TableError when it cannot be read or is none. */
export async function readMetadata(
  path: string | undefined,
  { header }: Pick<TableFile, 'header'>,
): Promise<{ metadata?: TableMetadata }> {
  return path === undefined ? {} : { metadata: parseMetadata(await readJson(path), header) };
}

/** A table as a generator made it: a column that it lacks is empty in every row, which the evaluation counts as lost. */
export function syntheticRowsLike(schema: TableSchema, file: TableFile, path: string): Row[] {
  const lacking = schema.columns.filter(({ name }) => !file.header.includes(name));
  if (lacking.length === schema.columns.length) return rowsLike(schema, file, path);
  const header = [...file.header, ...lacking.map(({ name }) => name)];
  const empty = lacking.map(({ missingToken }) => missingToken);
  return readRows(
    schema,
    header,
    file.records.map((record) => [...record, ...empty]),
    file,
  );
}

/** Rows of another file of the same table, typed as the schema says; labels and ranges of their own are kept. */
export function rowsLike(schema: TableSchema, file: TableFile, path: string): Row[] {
  const missing = schema.columns.find(({ name }) => !file.header.includes(name));
  if (missing) {
    throw new TableError({
      problem: `${path} lacks the column "${missing.name}"`,
      expected: 'the columns of the training table',
      got: file.header.join(', '),
      remedy: 'Give a file with the same columns.',
    });
  }
  return readRows(schema, file.header, file.records, file);
}

/** A text option: the text itself, or `@file` for the content of a file. */
export async function textOption(value: string | undefined): Promise<string> {
  if (value === undefined) return '';
  return value.startsWith('@') ? (await readInput(value.slice(1), 'a text file')).toString('utf8').trim() : value;
}

/** Reads an input file. @throws TableError naming the file and what to do. */
export async function readInput(path: string, expected: string): Promise<Buffer> {
  try {
    return path === STDIN ? await buffer(process.stdin) : await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new TableError({
      problem: `cannot read ${path}`,
      expected,
      got: code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a folder' : (code ?? 'an error'),
      remedy: 'Check the path and its permissions.',
    });
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = (await readInput(path, 'a JSON file')).toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new TableError({
      problem: `${path} is not JSON`,
      expected: 'SDV metadata as JSON',
      remedy: 'Check the file with a JSON parser.',
    });
  }
}
