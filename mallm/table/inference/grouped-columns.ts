import type { Column } from '../dataset.js';
import { keyOf, placesByKey } from '../people.js';
import { inferColumn, type ColumnContext } from './column-inference.js';

/** Columns that name people who may have several rows. */
export interface KeysGiven {
  /** The one whose rows belong together. */
  key: string;
  /** Others that name people. */
  others: readonly string[];
  /** The column that puts the rows of a person in order, where that is known. */
  order?: string;
}

/**
 * The columns of a table in which people may have several rows: keys of people are identifiers, and what is the same in
 * all rows of a person is judged by one row of each: a name or a second key repeats as often as its person has rows.
 */
export function groupedColumns(
  header: readonly string[],
  records: readonly (readonly string[])[],
  contexts: readonly ColumnContext[],
  keys: KeysGiven | null,
): Column[] {
  const textsOf = (index: number): string[] => records.map((record) => record[index]!);
  if (keys === null) return contexts.map((context, index) => inferColumn(textsOf(index), context));
  const people = placesByKey(textsOf(header.indexOf(keys.key)).map(keyOf));
  return contexts.map((context, index) => {
    const texts = textsOf(index);
    const isKey = context.name === keys.key || keys.others.includes(context.name);
    if (isKey) {
      const metadata = { description: '', ...context.metadata, kind: 'identifier' as const };
      return inferColumn(texts, { ...context, metadata });
    }
    if (!people.every((places) => places.every((place) => texts[place] === texts[places[0]!]))) {
      return inferColumn(texts, context);
    }
    const ofPeople = inferColumn(
      people.map(([first]) => texts[first!]!),
      context,
    );
    return ofPeople.kind === 'identifier' ? ofPeople : inferColumn(texts, context);
  });
}
