import { isMissingToken } from './missing.js';
import { columnIndex, type Cell, type Row, type TableSchema } from './dataset.js';

/**
 * Places of the rows of each person, people in the order of their first row, rows in the order of the group's column.
 * Without a group column, and where the key is missing, a row is a person of its own.
 */
export function peopleOf(schema: TableSchema, rows: readonly Row[]): number[][] {
  const { group } = schema;
  if (!group) return rows.map((_, place) => [place]);
  const people = placesByKey(keysIn(schema, rows));
  if (group.order === undefined) return people;
  const order = columnIndex(schema, group.order);
  return people.map((places) => inOrder(places, (place) => rows[place]![order] ?? null));
}

/** The key of each row's person; null where it is missing, or the table has no group. */
export function keysIn(schema: TableSchema, rows: readonly Row[]): Cell[] {
  const key = schema.group ? columnIndex(schema, schema.group.key) : -1;
  return rows.map((row) => row[key] ?? null);
}

/** The person of each row, as its place among `people`. */
export function personOfRow(people: readonly (readonly number[])[]): Int32Array {
  const persons = new Int32Array(people.reduce((sum, places) => sum + places.length, 0));
  people.forEach((places, person) => places.forEach((place) => (persons[place] = person)));
  return persons;
}

/** The key in a cell as written; null where it is missing. */
export function keyOf(text: string): string | null {
  return isMissingToken(text) ? null : text;
}

/** Places of equal keys, by the first of each; a missing key (null) is equal to none. */
export function placesByKey(keys: readonly Cell[]): number[][] {
  const people: number[][] = [];
  const placesOf = new Map<Cell, number[]>();
  keys.forEach((key, place) => {
    const known = key === null ? undefined : placesOf.get(key);
    if (known) {
      known.push(place);
      return;
    }
    const places = [place];
    if (key !== null) placesOf.set(key, places);
    people.push(places);
  });
  return people;
}

/** Places by the number of their cell; ones without a number, and equal ones, stay in the order of the file. */
function inOrder(places: readonly number[], cellOf: (place: number) => Cell): number[] {
  const value = (place: number): number => {
    const cell = cellOf(place);
    return typeof cell === 'number' ? cell : Infinity;
  };
  return [...places].sort((a, b) => (value(a) === value(b) ? a - b : value(a) - value(b)));
}
