import type { Cell, Column, IdentifierColumn, Row, TableSchema } from './dataset.js';
import { formatDatetime } from './datetime-format.js';
import { freshIdentifiers } from './identifier.js';
import { createRandom, seedOf } from '../random.js';
import { peopleOf, personOfRow } from './people.js';
import { missingText, specialsOf } from './special-values.js';

/** Which rows of a table are finished. */
export interface FinishOptions {
  /**
   * Index of the first one in the whole table, or of its person where `start` counts people; shards that continue each
   * other never share a key. A shard may end with more rows than the next one's start has room for: whole people. Default 0.
   */
  start?: number;
  seed: number;
  /** Keys that are never given out, by column name: all of the data's, held-out rows included. */
  keys: Readonly<Record<string, readonly string[]>>;
}

/**
 * Drawn rows as they are written: fresh keys in every identifier column; in place of missing numbers and dates the texts
 * that the input has there, by their shares; dates in the input's other forms, by theirs. The same seed gives the same
 * rows, however they are cut into shards; where people have several rows, however shards are cut between people. All rows
 * of a person have one key.
 */
export function finishedRows(schema: TableSchema, rows: readonly Row[], options: FinishOptions): Row[] {
  const people = schema.group ? peopleOf({ ...schema, group: { ...schema.group, order: undefined } }, rows) : null;
  // A shard of so many people, or of rows that end with a whole person, has at most so many times as many rows.
  const start = (options.start ?? 0) * (schema.group ? 1 + schema.group.most : 1);
  const ofPeople = people && { persons: personOfRow(people), count: people.length };
  const writers = schema.columns.map((column) =>
    column.kind === 'identifier' && column.shared && ofPeople
      ? keyWriter(column, ofPeople, options)
      : writerOf(column, rows.length, { ...options, start }),
  );
  if (writers.every((write) => write === null)) return [...rows];
  return rows.map((row, index) => row.map((cell, column): Cell => writers[column]?.(cell, index) ?? cell));
}

/** The keys of the data in every identifier column, by column name: what `finishedRows` must not give out. */
export function identifiersOf(schema: TableSchema, rows: readonly Row[]): Record<string, string[]> {
  const entries = schema.columns.flatMap((column, index) =>
    column.kind === 'identifier' ? [[column.name, rows.flatMap((row) => row[index] ?? []).map(String)] as const] : [],
  );
  return Object.fromEntries(entries);
}

/** One key a person. */
function keyWriter(
  column: IdentifierColumn,
  { persons, count }: { persons: Int32Array; count: number },
  { start = 0, seed, keys }: FinishOptions,
): (cell: Cell, index: number) => Cell {
  const fresh = freshIdentifiers(column, { start, seed, count, taken: keys[column.name] ?? [] });
  return (_, index) => fresh[persons[index]!]!;
}

function writerOf(column: Column, count: number, options: FinishOptions): ((cell: Cell, index: number) => Cell) | null {
  const { start = 0, seed, keys } = options;
  if (column.kind === 'identifier') {
    if (column.empty) return null;
    const fresh = freshIdentifiers(column, { start, seed, count, taken: keys[column.name] ?? [] });
    return (_, index) => fresh[index]!;
  }
  const forms = column.kind === 'datetime' ? (column.forms ?? []) : [];
  const hasSpecials = specialsOf(column).length > 0;
  if (!hasSpecials && forms.length === 0) return null;
  return (cell, index) => {
    if (cell === null ? !hasSpecials : forms.length === 0) return cell;
    const chance = createRandom(seedOf(seed, column.name, start + index)).uniform();
    if (cell === null) return missingText(column, chance) || null;
    const format = formOf(forms, chance);
    return format === null || typeof cell === 'string' ? cell : formatDatetime(format, cell);
  };
}

/** The form that a chance in [0, 1) falls on; null for the column's own format. */
function formOf(forms: readonly { format: string; share: number }[], chance: number): string | null {
  let left = chance;
  for (const { format, share } of forms) {
    if (left < share) return format;
    left -= share;
  }
  return null;
}
