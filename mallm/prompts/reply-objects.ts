import { isPiece, readReply } from './reply-json.js';
import type { ReplyList, ReplyObject, ReplyValue } from './reply-json.js';

const THOUGHT_START = '<think>';
const THOUGHT_END = '</think>';
/** How a reply begins that is the answer itself. */
const ANSWER = /^\s*[[{`]/;
/** The key under which the prompt asks for the rows. */
const ROWS = 'rows';

/**
 * Everything in a model's reply at a place where a row is expected, in order; null when the reply has no JSON.
 *
 * Rows may be in `{"rows": […]}`, in a list, in lists of lists, under keys of their own (`{"1": {…}}`), or one
 * after another in prose. An object is a row when one of its keys names a column, or when it holds no object.
 */
export function rowCandidates(text: string, namesColumn: (key: string) => boolean): ReplyValue[] | null {
  const roots = rootsAfterThoughts(text);
  const candidates: ReplyValue[] = [];
  const waiting: ReplyValue[] = roots.filter((root) => root.type === 'object' || root.holdsObjects).reverse();
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    const inner = innerValues(value, namesColumn);
    if (inner === null) candidates.push(value);
    else for (const each of inner.reverse()) waiting.push(each);
  }
  if (candidates.length > 0) return candidates;
  const list = roots.find((root) => root.type === 'list' && root.state !== 'broken' && root.items.length > 0);
  if (list?.type === 'list') return list.items;
  return roots.some(({ state }) => state === 'whole') ? [] : null;
}

/** Every object of a model's reply, also those inside others, outer before inner, in the order of the reply. */
export function objectsIn(text: string): ReplyObject[] {
  const objects: ReplyObject[] = [];
  const waiting: ReplyValue[] = rootsAfterThoughts(text).reverse();
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (!isPiece(value)) continue;
    if (value.type === 'object') objects.push(value);
    const inner = value.type === 'object' ? value.entries.map(([, each]) => each) : value.items;
    for (const each of inner.filter(holdsRows).reverse()) waiting.push(each);
  }
  return objects;
}

/** Thoughts before the answer hold rows that were only considered; thoughts without an end have no answer. */
function rootsAfterThoughts(text: string): (ReplyObject | ReplyList)[] {
  const end = ANSWER.test(text) ? -1 : text.indexOf(THOUGHT_END);
  if (end < 0 && text.trimStart().startsWith(THOUGHT_START)) return [];
  return readReply(text.slice(Math.max(0, end)));
}

/** The values to search in place of this one, in order; null when it is a row itself. */
function innerValues(value: ReplyValue, namesColumn: (key: string) => boolean): ReplyValue[] | null {
  if (!isPiece(value)) return null;
  if (value.type === 'list') {
    if (!value.holdsObjects) return null;
    return value.state === 'broken' ? value.items.filter(holdsRows) : [...value.items];
  }
  if (isRow(value, namesColumn)) return null;
  if (value.holdsObjects) return value.entries.map(([, inner]) => inner).filter(holdsRows);
  const rows = value.entries.find(([key]) => key === ROWS)?.[1];
  return isPiece(rows) && rows.type === 'list' && value.state === 'whole' ? [...rows.items] : null;
}

function isRow(object: ReplyObject, namesColumn: (key: string) => boolean): boolean {
  return object.entries.some(([key, value]) => !holdsRows(value) && namesColumn(key));
}

function holdsRows(value: ReplyValue): boolean {
  return isPiece(value) && (value.type === 'object' || value.holdsObjects);
}
