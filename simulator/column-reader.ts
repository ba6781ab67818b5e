import { isDatetimeFormat, parseDatetime } from '../mallm/table/datetime-format.js';

/** A cell as the simulated model holds it: dates as seconds since 1970-01-01 UTC. */
export type PromptCell = number | string | null;

interface Described {
  name: string;
  nullable: boolean;
}

/** Numbers on a grid of so many decimals; `format` is set for dates, which are held as seconds. */
export interface NumberColumn extends Described {
  kind: 'number';
  decimals: number;
  min: number;
  max: number;
  format?: string;
}

export interface LabelColumn extends Described {
  kind: 'label';
  labels: string[];
  ordered: boolean;
}

export interface TextColumn extends Described {
  kind: 'text';
  maxLength: number;
}

/** What one line under `## Columns` says. */
export type PromptColumn = NumberColumn | LabelColumn | TextColumn;

const JSON_STRING = /"(?:[^"\\]|\\.)*"/g;
const LINE = /^- ("(?:[^"\\]|\\.)*"): (.*)$/;
const INTEGER = /^integer from (\S+) to ([^\s;]+)/;
const NUMBER = /^number with at most (\d+) decimals? from (\S+) to ([^\s;]+)/;
const DATE = /^date in the format (.+?) from (.+) to ([^;(]+)/;
const LABEL = /^(?:ordered label, low to high: |label, one of )/;
const TEXT = /^text of at most (\d+) characters/;

/** Reads the lines under `## Columns`; null when any of them is not understood. */
export function readColumns(text: string): PromptColumn[] | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const columns = lines.map(readColumn);
  return columns.length > 0 && columns.every((column) => column !== null) ? columns : null;
}

function readColumn(line: string): PromptColumn | null {
  const [, quoted, kind] = LINE.exec(line) ?? [];
  if (quoted === undefined || kind === undefined) return null;
  const described = { name: JSON.parse(quoted) as string, nullable: /; may be null/.test(kind) };
  return (
    readNumber(described, kind) ??
    readDateColumn(described, kind) ??
    readLabels(described, kind) ??
    readText(described, kind)
  );
}

function readNumber(described: Described, kind: string): NumberColumn | null {
  const integer = INTEGER.exec(kind);
  if (integer) return { ...described, kind: 'number', decimals: 0, ...range(integer[1]!, integer[2]!) };
  const number = NUMBER.exec(kind);
  if (number) return { ...described, kind: 'number', decimals: Number(number[1]), ...range(number[2]!, number[3]!) };
  return null;
}

function range(low: string, high: string): { min: number; max: number } {
  return { min: Number(low), max: Number(high) };
}

/** A date whose format or range cannot be read is taken for a text. */
function readDateColumn(described: Described, kind: string): NumberColumn | TextColumn | null {
  const [, format, first, last] = DATE.exec(kind) ?? [];
  if (format === undefined || first === undefined || last === undefined) return null;
  const min = isDatetimeFormat(format) ? parseDatetime(format, first) : null;
  const max = min === null ? null : parseDatetime(format, last);
  if (min === null || max === null) return { ...described, kind: 'text', maxLength: last.trim().length };
  return { ...described, kind: 'number', decimals: 0, min, max, format };
}

function readLabels(described: Described, kind: string): LabelColumn | null {
  const head = LABEL.exec(kind)?.[0];
  if (head === undefined) return null;
  const labels: string[] = [];
  let rest = kind.slice(head.length);
  for (;;) {
    JSON_STRING.lastIndex = 0;
    const label = JSON_STRING.exec(rest);
    if (label?.index !== 0) break;
    labels.push(JSON.parse(label[0]) as string);
    rest = rest.slice(label[0].length);
    if (!rest.startsWith(', ')) break;
    rest = rest.slice(2);
  }
  return labels.length > 0 ? { ...described, kind: 'label', labels, ordered: head.startsWith('ordered') } : null;
}

function readText(described: Described, kind: string): TextColumn | null {
  const length = TEXT.exec(kind)?.[1];
  return length === undefined ? null : { ...described, kind: 'text', maxLength: Number(length) };
}

/** A value of a row shown, or given, as the column holds it; null for missing or what cannot be read. */
export function readCell(column: PromptColumn, value: unknown): PromptCell {
  if (value === null || value === undefined) return null;
  if (column.kind !== 'number') return typeof value === 'string' ? value : JSON.stringify(value);
  if (column.format !== undefined && typeof value === 'string') return parseDatetime(column.format, value);
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
