/** Lines above the header that are looked at. */
const MOST_LINES = 30;
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** What is above the header of a CSV text. */
export interface Preamble {
  /** The text from its header on. */
  text: string;
  /** The delimiter that a first line `sep=;` names. */
  delimiter?: (typeof DELIMITERS)[number];
  /** One sentence on each kind of line that was skipped. */
  notes: string[];
}

/**
 * Cuts off what programs write above a header: a line `sep=;`, comment lines that begin with `#`, and title lines, which
 * have one field at most. A text whose first line may be a header stays as it is.
 */
export function skipPreamble(text: string): Preamble {
  const separator = /^(?:"?sep=(.)"?)[^\S\r\n]*\r?\n/i.exec(text);
  const delimiter = DELIMITERS.find((each) => each === separator?.[1]);
  const body = separator && delimiter ? text.slice(separator[0].length) : text;
  const lines = body.split('\n', MOST_LINES);
  const skipped = headerLine(lines.map((line) => line.replace(/\r$/, '')));
  const notes = skipped > 0 ? [`${skipped} line${skipped > 1 ? 's' : ''} above the header skipped`] : [];
  const length = lines.slice(0, skipped).reduce((sum, line) => sum + line.length + 1, 0);
  return { text: body.slice(length), ...(delimiter && { delimiter }), notes };
}

/** Place of the first line that can be a header, 0 where none is better than the first. */
function headerLine(lines: readonly string[]): number {
  let place = 0;
  while (place < lines.length - 1 && isAbove(lines[place]!)) place++;
  const header = lines[place] ?? '';
  return DELIMITERS.some((delimiter) => isHeader(header.split(delimiter))) && !header.startsWith('#') ? place : 0;
}

/** Whether a line may be a title, a comment or empty: one field at most, or `#` before it, and no quote left open. */
function isAbove(line: string): boolean {
  if ((line.match(/"/g)?.length ?? 0) % 2 === 1) return false;
  const fields = Math.max(...DELIMITERS.map((each) => line.split(each).filter((field) => field.trim() !== '').length));
  return fields <= 1 || /^#\s/.test(line);
}

function isHeader(fields: readonly string[]): boolean {
  const names = fields.map((field) => field.trim());
  return names.length > 1 && names.every((name) => name !== '' && Number.isNaN(Number(name)));
}
