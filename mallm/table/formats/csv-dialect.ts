import { parse, type Options } from 'csv-parse/sync';
import type { CsvDialect } from '../dataset.js';
import { isMissingToken } from '../missing.js';

/** A field of the file: its text, and whether it is in quotes. */
interface Field {
  text: string;
  quoted: boolean;
}

/** How rows are written as CSV when the table was none. */
export const PLAIN_DIALECT: CsvDialect = { delimiter: ',', newline: '\n', bom: false };

const DELIMITERS = [',', ';', '\t', '|'] as const;
/** Rows that are looked at to find out how a file is written. */
const SAMPLE = 500;
/** Of two delimiters that fit this nearly as many rows, the one with more fields is taken. */
const NEARLY = 0.05;

/** Finds the delimiter that cuts most of the first rows into as many fields as the header, unless it is `given`. */
export function sniffDelimiter(
  text: string,
  given?: CsvDialect['delimiter'],
): Pick<CsvDialect, 'delimiter' | 'spaced'> {
  let best: { delimiter: CsvDialect['delimiter']; share: number; fields: number } = {
    delimiter: ',',
    share: 0,
    fields: 1,
  };
  for (const delimiter of given ? [given] : DELIMITERS) {
    const widths = firstRecords<string>(text, { delimiter }).map((record) => record.length);
    const fields = widths[0] ?? 1;
    const share = widths.filter((width) => width === fields).length / widths.length;
    const lead = share - best.share;
    if (fields > 1 && (best.fields === 1 || lead > NEARLY || (lead > -NEARLY && fields > best.fields))) {
      best = { delimiter, share, fields };
    }
  }
  const delimiter = given ?? best.delimiter;
  return { delimiter, ...(isSpaced(text, delimiter) && { spaced: true }) };
}

/** The newline of the first line. */
export function sniffNewline(text: string): CsvDialect['newline'] {
  const index = text.indexOf('\n');
  return index > 0 && text[index - 1] === '\r' ? '\r\n' : '\n';
}

/** What the first rows have in quotes that would not need them, or undefined when nothing is. */
export function sniffQuoting(text: string, separator: string): CsvDialect['quoted'] {
  if (!text.includes('"')) return undefined;
  const [header = [], ...records] = firstRecords<Field>(text, {
    delimiter: separator,
    cast: (field, { quoting }) => ({ text: field, quoted: quoting }),
  });
  const isMissing = (field: Field): boolean => isMissingToken(field.text);
  const allQuoted = (fields: Field[]): boolean => {
    const free = fields.filter((field) => !needsQuotes(field.text, separator));
    return free.length > 0 && free.every(({ quoted }) => quoted);
  };
  const columns = header.flatMap((_, index) => {
    const cells = records.flatMap((record) => record[index] ?? []);
    return allQuoted(cells.filter((field) => !isMissing(field))) ? [index] : [];
  });
  const quoted = { header: allQuoted(header), columns, missing: allQuoted(records.flat().filter(isMissing)) };
  return quoted.header || quoted.missing || columns.length > 0 ? quoted : undefined;
}

/** Whether a text needs quotes in a file. */
export function needsQuotes(text: string, separator: string): boolean {
  return text.includes(separator[0]!) || /["\r\n]/.test(text);
}

/** The first rows, or none when they cannot be read so. */
function firstRecords<T>(text: string, options: Options): T[][] {
  try {
    return parse(text, {
      ...{ relax_column_count: true, relax_quotes: true, skip_empty_lines: true, max_record_size: 0, to: SAMPLE },
      ...options,
    }) as unknown as T[][];
  } catch {
    return [];
  }
}

/** Whether each delimiter of the first lines is followed by one space, as in `39, State-gov, 77516`. */
function isSpaced(text: string, delimiter: string): boolean {
  const lines = text.split(/\r?\n/, SAMPLE).filter((line) => line !== '' && !line.includes('"'));
  const isOneSpace = (field: string): boolean => /^ \S/.test(field);
  return (
    delimiter !== '\t' && lines.length > 1 && lines.every((line) => line.split(delimiter).slice(1).every(isOneSpace))
  );
}
