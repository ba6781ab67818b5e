import { cellFromJson } from '../table/cell.js';
import { createColumnFinder } from '../table/column-finder.js';
import type { ColumnFinder } from '../table/column-finder.js';
import type { PartialRow } from '../conditions/condition.js';
import { satisfies } from '../conditions/condition.js';
import type { Cell, Row, TableSchema } from '../table/dataset.js';
import type { Rejections } from '../rejections.js';
import { isPiece } from '../prompts/reply-json.js';
import type { ReplyObject, ReplyValue } from '../prompts/reply-json.js';
import { rowCandidates } from '../prompts/reply-objects.js';
import type { ReplyEnd } from './unreadable-reply.js';
import { unreadableReason } from './unreadable-reply.js';

/** What was asked of the model. */
export interface RowsAsked extends ReplyEnd {
  schema: TableSchema;
  /** Rows asked for. */
  asked: number;
  /** Whether the model was stopped by its token limit. */
  cutOff?: boolean;
  /** Given cells of each row asked for; a row is kept only if it fits one that no other row fills. */
  partialRows?: readonly PartialRow[];
}

export interface ParsedRows {
  /** Valid rows in the order of the reply, at most as many as asked; identifier cells are null. */
  rows: Row[];
  /** Valid rows that fit no partial row that is open, among them those beyond the rows asked for. */
  unplaced: Row[];
  /** Candidates for a row that were not kept, by reason. */
  rejections: Rejections;
  /** Why there was nothing to take a row from, counted once in `rejections`; undefined when there was. */
  unreadable?: string;
}

/** A valid row with its place among all candidates of the reply. */
interface PlacedRow {
  place: number;
  row: Row;
}

type Reject = (reason: string) => void;

/**
 * Takes the rows out of a generator's reply and checks every one against the schema, and against its partial row.
 *
 * Reasons for a whole reply: those of `unreadableReason`, and `no-rows` (an empty list). Reasons for one row:
 * `broken-json`, `not-an-object`, `cut-off` (an object without an end), `duplicate-key`, `missing-column`, the reasons of `cellFromJson`
 * (`out-of-range`, `unknown-label`, `missing-not-allowed` …), `partial-row-not-kept`, `surplus-row`.
 * Unknown keys are passed over. Never throws on any text; time is linear in its length.
 *
 * Departs: the authors' code reads the first `[...]` as a Python literal, so that one `null` loses all rows.
 */
export function parseRows(text: string, ask: RowsAsked): ParsedRows {
  const counts = new Map<string, number>();
  const reject = (reason: string): void => void counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const find = createColumnFinder(ask.schema);
  const candidates = rowCandidates(text, (key) => find(key) !== undefined);
  const ended: ReplyEnd = ask.cutOff ? { ...ask, finish: 'length' } : ask;
  const unreadable = candidates?.length ? undefined : candidates ? 'no-rows' : unreadableReason(text, ended);
  if (unreadable !== undefined) reject(unreadable);
  const valid: PlacedRow[] = [];
  for (const [place, candidate] of (candidates ?? []).entries()) {
    const checked = checkedRow(candidate, ask.schema, find);
    if ('reason' in checked) reject(checked.reason);
    else valid.push({ place, row: checked.row });
  }
  const placed = ask.partialRows ? fitPartialRows(valid, ask, ask.partialRows, reject) : firstAsked(valid, ask, reject);
  const why = unreadable === undefined ? {} : { unreadable };
  return { ...placed, rejections: Object.fromEntries(counts), ...why };
}

function checkedRow(candidate: ReplyValue, schema: TableSchema, find: ColumnFinder): { row: Row } | { reason: string } {
  if (!isPiece(candidate) || candidate.type !== 'object') return { reason: 'not-an-object' };
  if (candidate.state !== 'whole') return { reason: candidate.state === 'cut-off' ? 'cut-off' : 'broken-json' };
  const values = valuesByColumn(candidate, find);
  if (values === null) return { reason: 'duplicate-key' };
  if (schema.columns.some(({ kind }, index) => kind !== 'identifier' && !values.has(index))) {
    return { reason: 'missing-column' };
  }
  const row: Cell[] = [];
  for (const [index, column] of schema.columns.entries()) {
    const checked = cellFromJson(column, values.get(index));
    if ('reason' in checked) return checked;
    row.push(checked.cell);
  }
  return { row };
}

/** The value meant for each column, by place; null when two keys mean the same column equally well. */
function valuesByColumn(object: ReplyObject, find: ColumnFinder): Map<number, ReplyValue> | null {
  const values = new Map<number, ReplyValue>();
  const exact = new Set<number>();
  for (const [key, value] of object.entries) {
    const found = find(key);
    if (!found) continue;
    if (values.has(found.index)) {
      if (found.exact === exact.has(found.index)) return null;
      if (!found.exact) continue;
    }
    if (found.exact) exact.add(found.index);
    values.set(found.index, value);
  }
  return values;
}

function firstAsked(valid: PlacedRow[], { asked }: RowsAsked, reject: Reject): Omit<ParsedRows, 'rejections'> {
  for (let surplus = asked; surplus < valid.length; surplus++) reject('surplus-row');
  const rows = valid.map(({ row }) => row);
  return { rows: rows.slice(0, asked), unplaced: rows.slice(asked) };
}

/**
 * Gives each row the partial row at its own place if it fits, then the rest, in order, the most demanding partial row
 * that is left and that they fit: a model may leave rows out or change their order.
 */
function fitPartialRows(
  valid: PlacedRow[],
  { schema, asked }: RowsAsked,
  partialRows: readonly PartialRow[],
  reject: Reject,
): Omit<ParsedRows, 'rejections'> {
  const wanted = partialRows.slice(0, asked);
  const fits = ({ row }: PlacedRow, slot: number): boolean => keepsGiven(schema, row, wanted[slot]!);
  const open = new Set(wanted.keys());
  const settled = new Set(valid.filter((placed) => open.has(placed.place) && fits(placed, placed.place)));
  for (const { place } of settled) open.delete(place);
  const demands = (slot: number): number => Object.keys(wanted[slot]!).length;
  const order = [...open].sort((a, b) => demands(b) - demands(a) || a - b);
  const kept = valid.filter((placed) => {
    if (settled.has(placed)) return true;
    const slot = order.find((each) => open.has(each) && fits(placed, each));
    if (slot === undefined) reject(open.size === 0 ? 'surplus-row' : 'partial-row-not-kept');
    else open.delete(slot);
    return slot !== undefined;
  });
  const rowsOf = (placed: PlacedRow[]): Row[] => placed.map(({ row }) => row);
  return { rows: rowsOf(kept), unplaced: rowsOf(valid.filter((placed) => !kept.includes(placed))) };
}

/** Identifiers are made in code: the model does not see conditions on them. */
function keepsGiven(schema: TableSchema, row: Row, partialRow: PartialRow): boolean {
  return Object.entries(partialRow).every(([name, condition]) => {
    const index = schema.columns.findIndex((column) => column.name === name);
    const column = schema.columns[index];
    return column !== undefined && (column.kind === 'identifier' || satisfies(row[index] ?? null, condition));
  });
}
