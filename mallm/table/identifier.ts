import type { Cell, IdentifierColumn, Row, TableSchema } from './dataset.js';
import { lengthened, placesOf } from './identifier-pattern.js';
import { createRandom, seedOf } from '../random.js';

const CHUNK = 2 ** 30;

/** Which fresh keys are wanted. */
export interface FreshIdentifierOptions {
  /** How many. */
  count: number;
  /** Index of the first one in the whole series: shards that continue each other never share a key. Default 0. */
  start?: number;
  seed: number;
  /** The keys of the data: never given out. */
  taken: readonly string[];
}

/** All keys of one length: how many there are, which are taken, and the order in which the free ones are given out. */
interface Level {
  places: string[];
  taken: bigint[];
  free: bigint;
  factor: bigint;
  shift: bigint;
}

/**
 * Fresh keys of a column's pattern, each once, none of them in `taken`. The same seed gives the same series. When all keys
 * of the pattern are used up, the series goes on with one digit more. Cost: microseconds a key.
 */
export function freshIdentifiers(
  column: IdentifierColumn,
  { count, start = 0, seed, taken }: FreshIdentifierOptions,
): string[] {
  const places = placesOf(column.pattern);
  const levels: Level[] = [];
  return Array.from({ length: count }, (_, offset) => {
    let index = BigInt(start + offset);
    for (let extra = 0; ; extra++) {
      const level = (levels[extra] ??= openLevel(lengthened(places, extra), taken, seedOf(seed, column.name, extra)));
      if (index < level.free) return keyAt(level, index);
      index -= level.free;
    }
  });
}

/** The rows with fresh keys in every identifier column. `keys` are those of the data, by column name. */
export function withFreshIdentifiers(
  schema: TableSchema,
  rows: readonly Row[],
  options: { start?: number; seed: number; keys: Readonly<Record<string, readonly string[]>> },
): Row[] {
  const series = schema.columns.map((column) =>
    column.kind === 'identifier'
      ? freshIdentifiers(column, { ...options, count: rows.length, taken: options.keys[column.name] ?? [] })
      : null,
  );
  if (series.every((keys) => keys === null)) return [...rows];
  return rows.map((row, index) => row.map((cell, column): Cell => series[column]?.[index] ?? cell));
}

/** The keys of the data in every identifier column, by column name: what `withFreshIdentifiers` must not give out. */
export function identifiersOf(schema: TableSchema, rows: readonly Row[]): Record<string, string[]> {
  const entries = schema.columns.flatMap((column, index) =>
    column.kind === 'identifier' ? [[column.name, rows.flatMap((row) => row[index] ?? []).map(String)] as const] : [],
  );
  return Object.fromEntries(entries);
}

function openLevel(places: string[], keys: readonly string[], seed: number): Level {
  const size = places.reduce((product, characters) => product * BigInt(characters.length), 1n);
  const ranks = new Set(keys.map((key) => rankOf(places, key)).filter((rank) => rank !== null));
  const taken = [...ranks].sort((a, b) => (a < b ? -1 : 1));
  const free = size - BigInt(taken.length);
  const random = createRandom(seed);
  const draw = (): bigint => [0, 1, 2, 3].reduce((sum) => sum * BigInt(CHUNK) + BigInt(random.integer(CHUNK)), 0n);
  let factor = free > 1n ? draw() % free : 1n;
  while (greatestCommonDivisor(factor, free) > 1n) factor++;
  return { places, taken, free, factor, shift: draw() };
}

/** The free key at an index: an affine permutation of the free ranks, so that no two indices meet. */
function keyAt(level: Level, index: bigint): string {
  let rank = rankOfFree(level.taken, (index * level.factor + level.shift) % level.free);
  const characters: string[] = [];
  for (let place = level.places.length - 1; place >= 0; place--) {
    const choices = level.places[place]!;
    const size = BigInt(choices.length);
    characters.push(choices[Number(rank % size)]!);
    rank /= size;
  }
  return characters.reverse().join('');
}

/** The number of a key among all of its level, or null when it is not of this shape. */
function rankOf(places: readonly string[], key: string): bigint | null {
  if (key.length !== places.length) return null;
  let rank = 0n;
  for (const [place, characters] of places.entries()) {
    const digit = characters.indexOf(key[place]!);
    if (digit < 0) return null;
    rank = rank * BigInt(characters.length) + BigInt(digit);
  }
  return rank;
}

/** Counts past the taken ranks (sorted): the n-th free one. */
function rankOfFree(taken: readonly bigint[], nth: bigint): bigint {
  let [low, high] = [0, taken.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (taken[middle]! - BigInt(middle) <= nth) low = middle + 1;
    else high = middle;
  }
  return nth + BigInt(low);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b > 0n) [a, b] = [b, a % b];
  return a;
}
