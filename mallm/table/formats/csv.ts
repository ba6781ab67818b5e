import { parse, type Options } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { needsQuotes, sniffDelimiter, sniffNewline, sniffQuoting } from './csv-dialect.js';
import { skipPreamble } from './csv-preamble.js';
import { decodeTable } from './csv-text.js';
import type { Cell, Column, CsvDialect, Row, TableSchema } from '../dataset.js';
import { formatDatetime } from '../datetime-format.js';
import { TableError } from '../../errors.js';
import { formatWritten } from '../number-format.js';

/** A CSV file as it is written: names, texts row by row, and how to write it again. */
export interface CsvTable {
  header: string[];
  records: string[][];
  dialect: CsvDialect;
  /** Set when numbers are written plainly whatever the column's format, as in JSON Lines and Parquet. */
  plainNumbers?: true;
  /** What a user may want to know about how it was read, one sentence each; usually empty. */
  notes: string[];
}

/** What csv-parse says is wrong, in our words. */
const SYNTAX: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: 'a quoted field is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'a quoted field goes on after its closing quote',
  INVALID_OPENING_QUOTE: 'a quote inside a field that is not quoted',
};

/**
 * Reads a CSV file: UTF-8, UTF-16 or Windows-1252, any of `,` `;` tab `|`, any newline, with or without a line `sep=;`,
 * comments and titles above the header. Empty lines are skipped, and rows at the end in which every cell is empty. Every
 * row has as many texts as the header.
 * @throws TableError for a file that is empty, not text, has no rows, one column, ragged rows, broken quotes, or names
 * that are empty or given twice.
 */
export function parseCsv(bytes: Uint8Array): CsvTable {
  const { text: whole, bom, encoding } = decodeTable(bytes);
  const preamble = skipPreamble(whole);
  const { text } = preamble;
  const delimiter = sniffDelimiter(text, preamble.delimiter);
  const separator = separatorOf(delimiter);
  const [header = [], ...records] = readRecords(text, separator);
  while (records.at(-1)?.every((field) => field === '')) records.pop();
  checkHeader(header);
  checkRecords(header, records, text, separator);
  const quoted = sniffQuoting(text, separator);
  const dialect = { ...delimiter, newline: sniffNewline(text), bom, ...(quoted && { quoted }) };
  const decoded = encoding === 'UTF-8' ? [] : [`read as ${encoding}; what is written is UTF-8`];
  return { header, records, dialect, notes: [...decoded, ...preamble.notes] };
}

/** Reads the records of a part that `formatCsv` wrote in this dialect without a header. */
export function parseCsvPart(text: string, dialect: CsvDialect): string[][] {
  return text === '' ? [] : parse(text, { delimiter: separatorOf(dialect), record_delimiter: dialect.newline });
}

/** Writes rows as the input file was written, a newline after every one. `header: false` is for parts of a file. */
export function formatCsv(
  schema: TableSchema,
  rows: readonly Row[],
  dialect: CsvDialect,
  options: { header?: boolean } = {},
): string {
  const { columns } = schema;
  const withHeader = options.header ?? true;
  const records = rows.map((row) => columns.map((column, index) => formatCell(column, row[index]!)));
  const separator = separatorOf(dialect);
  const body = dialect.quoted
    ? records.map((record) => quoteLine(record, columns, dialect.quoted!, separator) + dialect.newline).join('')
    : stringifyRecords(records, separator, dialect.newline);
  if (!withHeader) return body;
  const names = columns.map(({ name }) => name);
  const head = dialect.quoted?.header
    ? names.map(inQuotes).join(separator) + dialect.newline
    : stringifyRecords([names], separator, dialect.newline);
  return (dialect.bom ? '\uFEFF' : '') + head + body;
}

/** A cell as its column writes it: numbers with the input's decimals, dates in its format, missing cells by its token; a text as it is. */
export function formatCell(column: Column, cell: Cell): string {
  if (cell === null) return column.missingToken;
  if (typeof cell === 'string') return cell;
  if (column.kind === 'numeric') return formatWritten(column, cell);
  return column.kind === 'datetime' ? formatDatetime(column.format, cell) : String(cell);
}

function separatorOf({ delimiter, spaced }: Pick<CsvDialect, 'delimiter' | 'spaced'>): string {
  return spaced ? `${delimiter} ` : delimiter;
}

function readRecords(text: string, separator: string): string[][] {
  try {
    return parse(text, parserOptions(separator));
  } catch (error) {
    const { code = '', lines } = error as { code?: string; lines?: number };
    throw new TableError({
      problem: `line ${lines ?? '?'} of the table cannot be read`,
      got: SYNTAX[code] ?? 'a field that is not CSV',
      remedy: 'Write fields with quotes as "a ""quoted"" word".',
    });
  }
}

function parserOptions(delimiter: string): Options {
  const lenient = { relax_column_count: true, skip_empty_lines: true, max_record_size: 0 };
  return { ...lenient, delimiter, record_delimiter: ['\r\n', '\n', '\r'] };
}

/** @throws TableError for one column only, and names that are empty or given twice. */
export function checkHeader(header: string[]): void {
  const empty = header.flatMap((name, index) => (name.trim() === '' ? [index + 1] : []));
  if (header.length < 2) {
    throw new TableError({
      problem: 'the table has one column only',
      expected: 'at least two, separated by a comma, semicolon, tab or |',
      remedy: 'Check the delimiter of the file.',
    });
  }
  if (empty.length > 0) {
    throw new TableError({
      problem: `the header has no name for column ${empty.join(', ')}`,
      expected: 'a name for every column',
      remedy: 'Name it, or leave it out (pandas: to_csv(…, index=False)).',
    });
  }
  const twice = [...new Set(header.filter((name, index) => header.indexOf(name) !== index))];
  if (twice.length > 0) {
    throw new TableError({
      problem: `the header has ${twice.map((name) => JSON.stringify(name)).join(', ')} more than once`,
      expected: 'a different name for every column',
      remedy: 'Rename or remove one of them.',
    });
  }
}

function checkRecords(header: string[], records: string[][], text: string, separator: string): void {
  if (records.length === 0) {
    throw new TableError({
      problem: 'the table has a header and no rows',
      expected: 'at least 10 rows',
      remedy: 'Check that the file was written to the end.',
    });
  }
  const ragged = records.filter((record) => record.length !== header.length).length;
  if (ragged === 0) return;
  const lines = parse(text, { ...parserOptions(separator), info: true }) as unknown as {
    record: string[];
    info: { lines: number };
  }[];
  const first = lines.find(({ record }) => record.length !== header.length)!;
  const others = ragged > 1 ? ` (nor do ${ragged - 1} more)` : '';
  throw new TableError({
    problem: `line ${first.info.lines} of the table does not fit its header${others}`,
    expected: `${header.length} fields`,
    got: `${first.record.length}`,
    remedy: 'Put fields that hold the delimiter in double quotes, and fill up short rows.',
  });
}

function stringifyRecords(records: string[][], delimiter: string, newline: string): string {
  const always = delimiter.length > 1 ? [delimiter[0]!] : null;
  return stringify(records, {
    delimiter,
    record_delimiter: newline,
    quote_record_delimiter: true,
    quoted_match: always,
  });
}

/** One row with the quotes that the input has. */
function quoteLine(
  record: string[],
  columns: Column[],
  quoted: NonNullable<CsvDialect['quoted']>,
  separator: string,
): string {
  const fields = record.map((text, index) => {
    const isQuoted = text === columns[index]!.missingToken ? quoted.missing : quoted.columns.includes(index);
    return isQuoted || needsQuotes(text, separator) ? inQuotes(text) : text;
  });
  return fields.join(separator);
}

function inQuotes(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
