import { assertCausalStructure } from '../theta/causal-structure.js';
import { createColumnFinder, foldName } from '../table/column-finder.js';
import type { ColumnFinder } from '../table/column-finder.js';
import { isModelled } from '../table/dataset.js';
import { ThetaError } from '../errors.js';
import { mostGivenColumns } from '../theta/given-columns.js';
import { isPiece } from '../prompts/reply-json.js';
import type { ReplyObject, ReplyValue } from '../prompts/reply-json.js';
import { objectsIn } from '../prompts/reply-objects.js';
import { assertTaskInstruction } from '../theta/theta.js';
import type { Edge, Theta } from '../theta/theta.js';

const STRUCTURE_KEYS = ['causalstructure', 'structure', 'edges', 'dag'];
const TASK_KEYS = ['taskinstruction', 'instruction', 'instructions', 'task'];
const GIVEN_KEYS = ['givencolumns', 'given', 'columnsgiven'];
const CAUSE_KEYS = ['from', 'source', 'cause', 'parent'];
const EFFECT_KEYS = ['to', 'target', 'effect', 'child'];
const ARROW = /\s*(?:-+>|=>|→|⟶)\s*/;
const QUOTES = /^["'`“‘]|["'`”’]$/g;
const BULLET = /^\s*(?:[-*•]|\d+[.)])\s+/;
const NOTHING = /^\s*(?:\(?none\b[^>→]*)?$/i;
const EDGES_EXPECTED = 'a list of pairs of column names: [["cause","effect"], ...]';

/**
 * The θ that an optimizer's reply proposes: the old context and schema with a new causal structure and task.
 *
 * Edges may be pairs, `{"from","to"}` objects or `"a -> b"` texts; a repeated edge counts once. Given columns
 * stay as they were where the reply has none; what cannot be given and what is too many is left out.
 * @throws ThetaError saying what to mend: no JSON object, a missing part, an unknown column, a column that points at
 * itself, a cycle, an empty or too long task.
 *
 * Departs: the authors' code takes the whole reply, unread, as the next θ.
 */
export function parseProposal(text: string, theta: Theta): Theta {
  const objects = objectsIn(text).filter((object) => object.state === 'whole');
  const proposal = objects.findLast((object) => hasKey(object, STRUCTURE_KEYS) && hasKey(object, TASK_KEYS));
  if (!proposal) throw notAProposal(objects);
  const causalStructure = readEdges(valueOf(proposal, STRUCTURE_KEYS), createColumnFinder(theta.schema), theta);
  assertCausalStructure(theta.schema, causalStructure);
  const taskInstruction = readTask(valueOf(proposal, TASK_KEYS));
  assertTaskInstruction(taskInstruction);
  if (!theta.givenColumns) return { ...theta, causalStructure, taskInstruction };
  return { ...theta, causalStructure, taskInstruction, givenColumns: readGiven(valueOf(proposal, GIVEN_KEYS), theta) };
}

function hasKey(object: ReplyObject, keys: readonly string[]): boolean {
  return valueOf(object, keys) !== undefined;
}

/** The value under the first of these keys that is there, however it is spelt. */
function valueOf(object: ReplyObject, keys: readonly string[]): ReplyValue | undefined {
  for (const wanted of keys) {
    const entry = object.entries.findLast(([key]) => foldName(key) === wanted);
    if (entry) return entry[1];
  }
  return undefined;
}

function notAProposal(objects: readonly ReplyObject[]): ThetaError {
  const expected = 'one whole JSON object {"causalStructure":[["cause","effect"], ...],"taskInstruction":"..."}';
  const nearest = objects.findLast((object) => hasKey(object, STRUCTURE_KEYS) || hasKey(object, TASK_KEYS));
  if (!nearest) return new ThetaError({ problem: 'the reply holds no θ', expected });
  const missing = hasKey(nearest, TASK_KEYS) ? 'causalStructure' : 'taskInstruction';
  return new ThetaError({ problem: `the reply has no "${missing}"`, expected });
}

function readEdges(value: ReplyValue | undefined, find: ColumnFinder, { schema }: Theta): Edge[] {
  const items = typeof value === 'string' ? value.split(/[\n;,]+/).filter((line) => !NOTHING.test(line)) : value;
  if (!Array.isArray(items) && (!isPiece(items) || items.type !== 'list')) {
    throw new ThetaError({ problem: '"causalStructure" is no list of edges', expected: EDGES_EXPECTED });
  }
  const named = (Array.isArray(items) ? items : items.items).flatMap(namePairs);
  const resolve = (name: string): string => schema.columns[find(name)?.index ?? -1]?.name ?? name;
  const edges = named.map(([from, to]) => ({ from: resolve(from), to: resolve(to) }));
  return [...new Map(edges.map((edge) => [JSON.stringify([edge.from, edge.to]), edge])).values()];
}

/** The names that an edge, or a chain of arrows, joins. */
function namePairs(item: ReplyValue): [from: string, to: string][] {
  const names = namesOf(item).map((name) => name.trim().replace(QUOTES, ''));
  if (names.length < 2 || (isPiece(item) && names.length > 2)) {
    throw new ThetaError({
      problem: '"causalStructure" holds something that is no edge',
      expected: EDGES_EXPECTED,
      got: shown(item),
    });
  }
  return names.slice(1).map((name, place) => [names[place]!, name]);
}

function namesOf(item: ReplyValue): string[] {
  if (typeof item === 'string') return item.replace(BULLET, '').split(ARROW);
  if (!isPiece(item)) return [];
  const ends = item.type === 'list' ? item.items : [valueOf(item, CAUSE_KEYS), valueOf(item, EFFECT_KEYS)];
  return ends.filter((end) => typeof end === 'string' || typeof end === 'number').map(String);
}

function readGiven(value: ReplyValue | undefined, { schema, givenColumns = [] }: Theta): string[] {
  const items = Array.isArray(value) ? value : isPiece(value) && value.type === 'list' ? value.items : undefined;
  if (items === undefined) return givenColumns;
  const find = createColumnFinder(schema);
  const columns = items.flatMap((item) => {
    const column = typeof item === 'string' ? schema.columns[find(item)?.index ?? -1] : undefined;
    return column && isModelled(column) ? [column.name] : [];
  });
  return [...new Set(columns)].slice(0, mostGivenColumns(schema));
}

function readTask(value: ReplyValue | undefined): string {
  const lines = isPiece(value) && value.type === 'list' ? value.items : [value];
  if (!lines.every((line) => typeof line === 'string')) {
    throw new ThetaError({ problem: '"taskInstruction" is no text', expected: 'a text in quotes' });
  }
  return lines.join('\n').trim();
}

function shown(item: ReplyValue): string {
  return isPiece(item) ? `${item.type} without two names` : JSON.stringify(item).slice(0, 80);
}
