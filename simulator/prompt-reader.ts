import { readCell, readColumns, type NumberColumn, type PromptCell, type PromptColumn } from './column-reader.js';

/** What a prompt fixes of one cell of a row to make. Bounds are inclusive; all but a value may exclude some. */
export type Given =
  | { is: 'value'; value: PromptCell }
  | { is: 'range'; min: number; max: number; except: PromptCell[] }
  | { is: 'one-of'; values: PromptCell[] }
  | { is: 'other-than'; except: PromptCell[] };

/** An arrow by the places of its columns in the prompt. */
export type PromptEdge = readonly [from: number, to: number];

export interface GeneratorPrompt {
  role: 'generator';
  columns: PromptColumn[];
  edges: PromptEdge[];
  /** Rows shown, cells in the order of the columns. */
  examples: PromptCell[][];
  /** One entry a row to make: what is given of its cells, by the place of the column. */
  rows: (Given | undefined)[][];
}

export interface Trial {
  edges: PromptEdge[];
  /** Places of the columns whose cells are given to the generator; null where the prompt knows of none. */
  given: number[] | null;
  task: string;
}

/** Two columns that are tied in the real rows by `real`, in the synthetic ones by `synthetic`, both in [0, 1]. */
export interface PairRemark {
  columns: PromptEdge;
  real: number;
  synthetic: number;
}

export interface OptimizerPrompt {
  role: 'optimizer';
  columns: PromptColumn[];
  /** Worst first, best last. */
  trials: Trial[];
  /** Worst first; null when the prompt has no such section. */
  pairs: PairRemark[] | null;
  /** Places of the columns whose mean, spread or shares are said to differ, worst first. */
  shifted: number[];
  /** Most columns that may be given. */
  mostGiven: number;
  /** Whether an earlier reply was refused and this is the second try. */
  repair: boolean;
}

/** One message of a conversation. */
export interface Message {
  role: string;
  content: string;
}

/** Whether a cell is as given. A missing cell is only where missing is given. */
export function fits(cell: PromptCell, given: Given | undefined): boolean {
  switch (given?.is) {
    case undefined:
      return true;
    case 'value':
      return cell === given.value;
    case 'one-of':
      return given.values.includes(cell);
    case 'other-than':
      return cell !== null && !given.except.includes(cell);
    case 'range':
      return typeof cell === 'number' && cell >= given.min && cell <= given.max && !given.except.includes(cell);
  }
}

const TITLES = [
  'Context',
  'Columns',
  'Rules',
  'Causal structure',
  'Task',
  'Real rows',
  'Rows to make',
  'Trials',
  'What gave the rows away',
  'Reply',
];
const QUOTED = '("(?:[^"\\\\]|\\\\.)*")';
const EDGE = new RegExp(`^\\s*(?:- )?${QUOTED} -> ${QUOTED}\\s*$`);
const PAIR = new RegExp(`^- ${QUOTED} and ${QUOTED}: (.*)$`);
const SHIFT = new RegExp(`^- ${QUOTED}: `);
const GIVEN_COLUMNS = /^Given columns: (.*)$/m;
const MOST_GIVEN = /^At most (\d+) given columns/m;
const QUOTED_NAMES = new RegExp(QUOTED, 'g');
const ROW_TO_MAKE = /^\d+: (\{.*\})\s*$/;
const MAKE = /^Make (\d+) new rows?\.?\s*$/m;

const columnsRead = new Map<string, PromptColumn[] | null>();

/** Reads the last prompt of a conversation by its sections; null when it is neither role's prompt. */
export function readPrompt(messages: readonly Message[]): GeneratorPrompt | OptimizerPrompt | null {
  const at = messages.findLastIndex(({ role, content }) => role === 'user' && /^## Columns$/m.test(content));
  if (at < 0) return null;
  const sections = readSections(messages[at]!.content);
  const columns = columnsOf(sections.get('Columns') ?? '');
  if (columns === null) return null;
  if (sections.has('Trials')) return readOptimizerPrompt(sections, columns, at < messages.length - 1);
  return sections.has('Rows to make') ? readGeneratorPrompt(sections, columns) : null;
}

function readSections(content: string): Map<string, string> {
  const sections = new Map<string, string>();
  let lines: string[] = [];
  let title: string | null = null;
  for (const line of content.split('\n')) {
    if (line.startsWith('## ') && TITLES.includes(line.slice(3).trim())) {
      if (title !== null) sections.set(title, lines.join('\n'));
      title = line.slice(3).trim();
      lines = [];
    } else {
      lines.push(line);
    }
  }
  if (title !== null) sections.set(title, lines.join('\n'));
  return sections;
}

function columnsOf(text: string): PromptColumn[] | null {
  const known = columnsRead.get(text);
  if (known !== undefined) return known;
  if (columnsRead.size >= 200) columnsRead.clear();
  const columns = readColumns(text);
  columnsRead.set(text, columns);
  return columns;
}

function readGeneratorPrompt(sections: Map<string, string>, columns: PromptColumn[]): GeneratorPrompt | null {
  const rows = readRowsToMake(sections.get('Rows to make')!, columns);
  if (rows.length === 0) return null;
  const examples = jsonLines(sections.get('Real rows') ?? '').map((object) =>
    columns.map((column) => readCell(column, object[column.name])),
  );
  return {
    role: 'generator',
    columns,
    edges: readEdges(sections.get('Causal structure') ?? '', columns),
    examples,
    rows,
  };
}

function readRowsToMake(text: string, columns: PromptColumn[]): (Given | undefined)[][] {
  const count = MAKE.exec(text)?.[1];
  if (count !== undefined) return Array.from({ length: Math.min(Number(count), 1000) }, () => []);
  const objects = text.split('\n').flatMap((line) => jsonLines(ROW_TO_MAKE.exec(line)?.[1] ?? ''));
  return objects.map((object) => columns.map((column) => readGiven(column, object[column.name])));
}

function readGiven(column: PromptColumn, value: unknown): Given | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) return { is: 'value', value: readCell(column, value) };
  const { min, max, oneOf, not } = value as { min?: unknown; max?: unknown; oneOf?: unknown; not?: unknown };
  if (Array.isArray(oneOf)) return { is: 'one-of', values: oneOf.map((each) => readCell(column, each)) };
  const except = not === undefined ? [] : (Array.isArray(not) ? not : [not]).map((each) => readCell(column, each));
  if (column.kind !== 'number' || (min === undefined && max === undefined)) return { is: 'other-than', except };
  const low = min === undefined ? column.min : readCell(column, min);
  const high = max === undefined ? openEnd(column, low) : readCell(column, max);
  return typeof low === 'number' && typeof high === 'number' ? { is: 'range', min: low, max: high, except } : undefined;
}

/** Where a range without an upper bound ends: at the column's own, or a little above a lower bound beyond that. */
function openEnd(column: NumberColumn, low: PromptCell): number {
  return Math.max(column.max, Number(low) + 0.1 * (column.max - column.min));
}

function jsonLines(text: string): Record<string, unknown>[] {
  const objects: Record<string, unknown>[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('{')) continue;
    try {
      objects.push(JSON.parse(line) as Record<string, unknown>);
    } catch {
      continue;
    }
  }
  return objects;
}

function readEdges(text: string, columns: PromptColumn[]): PromptEdge[] {
  return text.split('\n').flatMap((line) => {
    const [, from, to] = EDGE.exec(line) ?? [];
    return namedPair(columns, from, to);
  });
}

function namedPair(columns: PromptColumn[], first: string | undefined, second: string | undefined): PromptEdge[] {
  if (first === undefined || second === undefined) return [];
  const [a, b] = [placeNamed(columns, first), placeNamed(columns, second)].flat();
  return a === undefined || b === undefined || a === b ? [] : [[a, b]];
}

function placeNamed(columns: PromptColumn[], quoted: string | undefined): number[] {
  if (quoted === undefined) return [];
  const place = columns.findIndex(({ name }) => name === JSON.parse(quoted));
  return place < 0 ? [] : [place];
}

function readOptimizerPrompt(
  sections: Map<string, string>,
  columns: PromptColumn[],
  repair: boolean,
): OptimizerPrompt | null {
  const trials = sections
    .get('Trials')!
    .split(/^### Trial .*$/m)
    .slice(1)
    .map((text) => readTrial(text, columns));
  const remarks = sections.get('What gave the rows away');
  const lines = remarks?.split('\n') ?? [];
  const pairs = remarks === undefined ? null : lines.flatMap((line) => readPair(line, columns));
  const shifted = [...new Set(lines.flatMap((line) => placeNamed(columns, SHIFT.exec(line)?.[1])))];
  const mostGiven = Number(MOST_GIVEN.exec(sections.get('Reply') ?? '')?.[1] ?? 0);
  return trials.length === 0 ? null : { role: 'optimizer', columns, trials, pairs, shifted, mostGiven, repair };
}

function readTrial(text: string, columns: PromptColumn[]): Trial {
  const at = text.search(/^Task:/m);
  const head = at < 0 ? text : text.slice(0, at);
  const names = GIVEN_COLUMNS.exec(head)?.[1]?.match(QUOTED_NAMES);
  const given = GIVEN_COLUMNS.test(head) ? (names ?? []).flatMap((name) => placeNamed(columns, name)) : null;
  return { edges: readEdges(head, columns), given, task: at < 0 ? '' : text.slice(at + 'Task:'.length).trim() };
}

function readPair(line: string, columns: PromptColumn[]): PairRemark[] {
  const [, first, second, remark] = PAIR.exec(line) ?? [];
  const [pair] = namedPair(columns, first, second);
  const real = /\breal\b[^(]*\(([\d.]+)\)/.exec(remark ?? '')?.[1];
  const synthetic = /\bsynthetic\b[^(]*\(([\d.]+)\)/.exec(remark ?? '')?.[1];
  if (pair === undefined || real === undefined || synthetic === undefined) return [];
  return [{ columns: pair, real: Number(real), synthetic: Number(synthetic) }];
}
