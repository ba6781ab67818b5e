import type { Row, TableSchema } from '../dataset.js';
import { peopleOf } from '../people.js';
import { counted, type ColumnProtection } from './column-protection.js';

/** A table of people that have several rows, none of them more than enough others have. */
export interface BoundedPeople {
  schema: TableSchema;
  rows: readonly Row[];
  leftOut: readonly Row[];
  protections: ColumnProtection[];
}

/**
 * Leaves out the last rows of people that have more than the `minCount`-th person of most rows: the only one with eight
 * visits is named by their number.
 */
export function boundPeople(schema: TableSchema, rows: readonly Row[], minCount: number): BoundedPeople {
  const { group } = schema;
  const people = group ? peopleOf(schema, rows) : [];
  const counts = people.map((places) => places.length).sort((a, b) => b - a);
  const most = counts[Math.min(minCount, counts.length) - 1];
  if (!group || most === undefined || counts[0] === most) return { schema, rows, leftOut: [], protections: [] };
  const surplus = new Set(people.flatMap((places) => places.slice(most)));
  const inWords = `${counted(surplus.size, 'row')} of people with more than ${most}, which fewer than ${minCount} have: left out`;
  return {
    schema: { ...schema, group: { ...group, most } },
    rows: rows.filter((_, place) => !surplus.has(place)),
    leftOut: rows.filter((_, place) => surplus.has(place)),
    protections: [{ column: group.key, how: 'left-out', cells: surplus.size, inWords }],
  };
}
