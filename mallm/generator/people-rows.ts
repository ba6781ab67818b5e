import type { PartialRow } from '../conditions/condition.js';
import type { Cell, NumericColumn, Row, RowGroup, TableSchema } from '../table/dataset.js';
import { columnIndex } from '../table/dataset.js';
import type { Rejections } from '../rejections.js';
import { createRandom } from '../random.js';
import { placesByKey } from '../table/people.js';

/**
 * The schema as a prompt shows it where people have several rows: the key of the group becomes a number, counted from 1
 * in each prompt, which says which rows belong together. It is no key of the table.
 */
export function numberedSchema(schema: TableSchema, people: number): TableSchema {
  const { group, ...rest } = schema;
  if (!group) return schema;
  const key: NumericColumn = {
    ...{ kind: 'numeric', name: group.key, nullable: false, missingToken: '', min: 1, max: people },
    decimals: { min: 0, max: 0 },
    description: keyDescription(group),
  };
  return { ...rest, columns: rest.columns.map((column) => (column.name === group.key ? key : column)) };
}

function keyDescription({ constant, ascending, most }: RowGroup): string {
  const list = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ');
  return [
    `number of the person whose row it is; a person has up to ${most} rows, which come one after the other, in order`,
    ...(constant.length > 0 ? [`the same in all rows of a person: ${list(constant)}`] : []),
    ...(ascending.length > 0 ? [`never falling from one row of a person to the next: ${list(ascending)}`] : []),
  ].join('; ');
}

/** Rows of some people, each person under its number, from 1. */
export function numberedRows(schema: TableSchema, people: readonly (readonly Row[])[]): Row[] {
  if (!schema.group) return people.flat();
  const key = columnIndex(schema, schema.group.key);
  return people.flatMap((rows, person) => rows.map((row) => withCell(row, key, person + 1)));
}

/** Numbers of rows of the people to ask for, as those of the training people are, until there are so many rows. */
export function drawPeopleSizes(people: readonly (readonly number[])[], rows: number, seed: number): number[] {
  const random = createRandom(seed);
  const sizes: number[] = [];
  for (let sum = 0; sum < rows; sum += sizes.at(-1)!) sizes.push(random.pick(people).length);
  return sizes;
}

/**
 * Partial rows of whole people: each row has the number of its person and what counts its rows; the rows of a person share
 * what is given of constant columns, from the first of them. What must rise is given in the first row only.
 *
 * @param drawn partial rows, as for single rows; fewer than there are rows come round again.
 */
export function peoplePartialRows(
  group: RowGroup,
  sizes: readonly number[],
  drawn: readonly PartialRow[],
): PartialRow[] {
  const computed = new Set([...group.ascending, ...group.continued.map(({ column }) => column)]);
  const pick = (partial: PartialRow, keeps: (name: string) => boolean): PartialRow =>
    Object.fromEntries(Object.entries(partial).filter(([name]) => keeps(name)));
  let next = 0;
  return sizes.flatMap((size, person) => {
    const own = Array.from({ length: size }, () => drawn[next++ % Math.max(1, drawn.length)] ?? {});
    const constant = pick(own[0]!, (name) => group.constant.includes(name));
    return own.map((partial, row): PartialRow => ({
      [group.key]: { is: 'equal', value: person + 1 },
      ...pick(partial, (name) => !group.constant.includes(name) && (row === 0 || !computed.has(name))),
      ...constant,
      ...Object.fromEntries(
        group.untilLast.filter(() => row + 1 < size).map(({ column, cell }) => [column, { is: 'equal', value: cell }]),
      ),
      ...Object.fromEntries(
        group.counting.map(({ column, from, by }) => [column, { is: 'equal', value: from + row * by }]),
      ),
    }));
  });
}

/** Rows of a reply as whole people. */
export interface PeopleOfReply {
  rows: Row[];
  rejections: Rejections;
}

/**
 * The people of a reply, their rows one after the other: a person who lacks a row that was asked for is left out
 * (`incomplete-person`), and what is known of the rows of a person is mended: constants are those of its first row, counts
 * count, what must rise is sorted, what continues continues.
 *
 * @param rows with the number of the person as its key.
 * @param sizes rows that were asked of each person; without them any number will do.
 * @param label of the reply: people of different replies are different.
 */
export function peopleOfReply(
  schema: TableSchema,
  rows: readonly Row[],
  { sizes, label }: { sizes?: readonly number[]; label: string },
): PeopleOfReply {
  const key = columnIndex(schema, schema.group!.key);
  const people = placesByKey(rows.map((row) => row[key]!)).map((places) => places.map((place) => rows[place]!));
  const whole: Row[] = [];
  let lost = 0;
  for (const own of people) {
    const number = Number(own[0]![key]);
    const wanted = sizes?.[number - 1];
    if (wanted !== undefined && own.length < wanted) lost += own.length;
    else whole.push(...mendedPerson(schema, own).map((row) => withCell(row, key, `${label}-${number}`)));
  }
  return { rows: whole, rejections: lost > 0 ? { 'incomplete-person': lost } : {} };
}

/** The rows of a person as they must be to each other. */
export function mendedPerson(schema: TableSchema, rows: readonly Row[]): Row[] {
  const { constant, ascending, continued, counting, untilLast } = schema.group!;
  const place = (name: string): number => columnIndex(schema, name);
  const mended = rows.map((row): Cell[] => [...row]);
  const last = mended.length - 1;
  for (const index of constant.map(place)) for (const row of mended) row[index] = mended[0]![index]!;
  for (const index of ascending.map(place)) {
    const sorted = mended.map((row) => row[index]!).sort((a, b) => Number(a) - Number(b));
    mended.forEach((row, i) => (row[index] = sorted[i]!));
  }
  for (const { column, from, by } of counting) mended.forEach((row, i) => (row[place(column)] = from + i * by));
  for (const { column, from } of continued) {
    mended.slice(1).forEach((row, i) => (row[place(column)] = mended[i]![place(from)]!));
  }
  for (const { column, cell } of untilLast) mended.slice(0, last).forEach((row) => (row[place(column)] = cell));
  return mended;
}

function withCell(row: Row, index: number, cell: Cell): Row {
  return row.map((each, place) => (place === index ? cell : each));
}
