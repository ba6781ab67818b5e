import { assertCausalStructure } from './causal-structure.js';
import { createColumnFinder } from '../table/column-finder.js';
import type { ColumnFinder } from '../table/column-finder.js';
import type { TableSchema } from '../table/dataset.js';
import { OptionError, ThetaError } from '../errors.js';
import type { ErrorParts } from '../errors.js';
import { didYouMean } from '../table/near-names.js';
import { NO_EDGES } from './edge-text.js';
import { assertTaskInstruction } from './theta.js';
import { assertCanBeGiven } from './given-columns.js';
import type { Edge, EvolvingTheta, Theta } from './theta.js';

/** Placeholder of an empty text. */
export const NO_TEXT = '(none)';

const HEADING = /^#{1,2}\s+(.*?)\s*#*\s*$/;
const NAME = '("(?:[^"\\\\]|\\\\.)*"|\\S.*?)';
const EDGE = new RegExp(`^(?:[-*+]\\s+)?${NAME}\\s*(?:-+>|→)\\s*${NAME}$`);
const ITEM = /^[-*+]\s+(.+)$/;
const COMMENT = /^<!--.*-->$/;

interface Section {
  /** Number of its heading's line, from 1. */
  line: number;
  /** The lines below the heading. */
  lines: string[];
}

/**
 * Reads the parts of θ that may be edited by hand out of `theta.md`: the sections Context, Causal
 * structure, Task and, where it is there, Given columns.
 * Anything else is ignored. Names without an arrow need no quotes.
 * @throws ThetaError with the number of the line: a section that is missing or occurs twice, no edge where one should
 * be, an unknown column, an edge twice, a cycle, an empty or too long task.
 */
export function parseThetaDocument(markdown: string, schema: TableSchema): Pick<Theta, 'context'> & EvolvingTheta {
  const sections = readSections(markdown);
  const [context, structure, task] = ['Context', 'Causal structure', 'Task'].map((title) =>
    sectionNamed(sections, title),
  );
  const taskInstruction = textOf(task!);
  atLine(task!.line, () => assertTaskInstruction(taskInstruction));
  const given = sections.get('given columns');
  return {
    context: textOf(context!),
    causalStructure: edgesOf(structure!, schema),
    taskInstruction,
    ...(given && { givenColumns: givenOf(given, schema) }),
  };
}

function readSections(markdown: string): Map<string, Section> {
  const sections = new Map<string, Section>();
  let current: Section | null = null;
  for (const [index, text] of markdown.split(/\r?\n/).entries()) {
    const title = HEADING.exec(text)?.[1]?.toLowerCase();
    if (title === undefined) {
      current?.lines.push(text);
      continue;
    }
    if (sections.has(title)) {
      const problem = `the section "${title}" occurs twice`;
      atLine(index + 1, () => raise({ problem, remedy: 'Keep one of them.' }));
    }
    current = { line: index + 1, lines: [] };
    sections.set(title, current);
  }
  return sections;
}

function sectionNamed(sections: ReadonlyMap<string, Section>, title: string): Section {
  const found = sections.get(title.toLowerCase());
  if (found) return found;
  throw new ThetaError({
    problem: `the θ document has no section "${title}"`,
    expected: `a line "## ${title}"`,
    remedy: 'Start from the theta.md of a run.',
  });
}

function textOf({ lines }: Section): string {
  const text = lines
    .map((line) => line.replace(/^\\(?=\\*#)/, ''))
    .join('\n')
    .trim();
  return text === NO_TEXT ? '' : text;
}

function edgesOf({ line, lines }: Section, schema: TableSchema): Edge[] {
  const find = createColumnFinder(schema);
  const edges: Edge[] = [];
  for (const [index, raw] of lines.entries()) {
    const text = raw.trim();
    if (text === '' || text === NO_EDGES || text === NO_TEXT || COMMENT.test(text)) continue;
    atLine(line + 1 + index, () => {
      edges.push(edgeOf(text, schema, find));
      assertCausalStructure(schema, edges);
    });
  }
  return edges;
}

/** The columns listed; prose between them is passed over. */
function givenOf({ line, lines }: Section, schema: TableSchema): string[] {
  const find = createColumnFinder(schema);
  const names: string[] = [];
  for (const [index, raw] of lines.entries()) {
    const item = ITEM.exec(raw.trim())?.[1];
    if (item === undefined) continue;
    atLine(line + 1 + index, () => {
      const name = columnMeant(unquoted(item), schema, find);
      assertCanBeGiven([name], schema);
      if (!names.includes(name)) names.push(name);
    });
  }
  return names;
}

function edgeOf(text: string, schema: TableSchema, find: ColumnFinder): Edge {
  const [, from, to] = EDGE.exec(text) ?? [];
  if (from === undefined || to === undefined) {
    return raise({ problem: 'this is no edge', expected: '- "cause" -> "effect"', got: text.slice(0, 80) });
  }
  const [cause, effect] = [from, to].map((name) => columnMeant(unquoted(name), schema, find));
  return { from: cause!, to: effect! };
}

function columnMeant(name: string, schema: TableSchema, find: ColumnFinder): string {
  const found = find(name);
  if (found) return schema.columns[found.index]!.name;
  const known = schema.columns.filter(({ kind }) => kind !== 'identifier').map((column) => column.name);
  const all = `The columns are ${known.map((each) => JSON.stringify(each)).join(', ')}.`;
  return raise({ problem: `there is no column ${JSON.stringify(name)}`, remedy: didYouMean(name, known, all) });
}

function unquoted(name: string): string {
  try {
    const value: unknown = name.startsWith('"') ? JSON.parse(name) : name;
    return typeof value === 'string' ? value : name;
  } catch {
    return name;
  }
}

function raise(parts: ErrorParts): never {
  throw new ThetaError(parts);
}

/** Says in which line of the document a problem lies. */
function atLine(line: number, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof ThetaError || error instanceof OptionError)) throw error;
    throw new ThetaError({ ...error.parts, problem: `line ${line} of the θ document: ${error.parts.problem}` });
  }
}
