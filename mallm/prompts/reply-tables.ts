import type { ReplyObject, ReplyValue } from './reply-json.js';
import { wordValue } from './reply-json.js';

/** Separators of a table's columns, as models write them. */
const SEPARATORS = ['|', ',', ';', '\t'] as const;
/** The line under the head of a Markdown table. */
const RULE = /^[\s|:-]+$/;
/** Lines that end a table without being part of it. */
const FENCE = /^\s*(```|~~~)/;

/**
 * The rows of a CSV or Markdown table in a model's reply, each as the object that JSON would have had; empty when there
 * is none. A table begins with a line that names at least two columns, or the only one there is, and goes on while lines
 * have as many cells.
 *
 * @param namesColumn whether a text is the name of a column.
 */
export function tableRows(text: string, namesColumn: (key: string) => boolean): ReplyObject[] {
  const lines = text.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    for (const separator of SEPARATORS) {
      const names = cellsOf(line, separator).map(unquoted);
      if (names.length < 2 || names.filter(namesColumn).length < Math.max(2, names.length / 2)) continue;
      return rowsUnder(names, lines.slice(index + 1), separator);
    }
  }
  return [];
}

function rowsUnder(names: string[], lines: string[], separator: string): ReplyObject[] {
  const rows: ReplyObject[] = [];
  for (const line of lines) {
    if (FENCE.test(line)) break;
    if (line.trim() === '' || (separator === '|' && RULE.test(line))) continue;
    const cells = cellsOf(line, separator);
    if (cells.length !== names.length) break;
    const entries = names.map((name, place): [string, ReplyValue] => [name, valueOf(cells[place]!)]);
    rows.push({ type: 'object', state: 'whole', entries, holdsObjects: false });
  }
  return rows;
}

/** The cells of a line, trimmed; separators within double quotes are part of a cell, as are bars with a backslash. */
function cellsOf(line: string, separator: string): string[] {
  const inner = separator === '|' ? line.trim().replace(/^\||(?<!\\)\|$/g, '') : line;
  const cells: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < inner.length; at++) {
    if (inner[at] === '"') quoted = !quoted;
    if (quoted || inner[at] !== separator || inner[at - 1] === '\\') continue;
    cells.push(inner.slice(start, at).trim());
    start = at + 1;
  }
  return [...cells, inner.slice(start).trim()];
}

function valueOf(cell: string): ReplyValue {
  if (cell === '') return null;
  return cell.startsWith('"') ? unquoted(cell) : wordValue(unquoted(cell).replaceAll('\\|', '|'));
}

function unquoted(cell: string): string {
  return /^".*"$/s.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell.replace(/^[`*]+|[`*]+$/g, '');
}
