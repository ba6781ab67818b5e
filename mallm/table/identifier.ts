import type { IdentifierColumn } from './dataset.js';
import { lengthened, placesOf } from './identifier-pattern.js';
import { personalPlaces } from './personal-places.js';
import { createRandom, seedOf } from '../random.js';

const CHUNK = 2 ** 30;
/** Keys after which shapes take turns anew. */
const CYCLE = 100;

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
  /** What may be at each place: characters, or words. */
  places: readonly string[][];
  taken: bigint[];
  free: bigint;
  factor: bigint;
  shift: bigint;
}

/**
 * Fresh keys of a column's shapes, each once, none of them in `taken`. The same seed gives the same series; shapes come in
 * their shares. When all keys of a shape are used up, the series goes on with one digit more. Cost: microseconds a key.
 */
export function freshIdentifiers(
  column: IdentifierColumn,
  { count, start = 0, seed, taken }: FreshIdentifierOptions,
): string[] {
  if (column.personal === 'name' || column.personal === 'email' || column.personal === 'address') {
    const series = keySeries(personalPlaces(column.personal), taken, seedOf(seed, column.name));
    return Array.from({ length: count }, (_, offset) => series(start + offset));
  }
  const shapes = column.shapes ?? [{ pattern: column.pattern, share: 1 }];
  const turns = turnsOf(shapes.map(({ share }) => share));
  const turnsOfShape = shapes.map((_, shape) => turns.filter((turn) => turn.shape === shape).length);
  const series = shapes.map(({ pattern }, shape) =>
    keySeries(
      placesOf(pattern).map((characters) => Array.from(characters)),
      taken,
      seedOf(seed, column.name, shape),
    ),
  );
  return Array.from({ length: count }, (_, offset) => {
    const index = start + offset;
    const { shape, before } = turns[index % turns.length]!;
    return series[shape]!(Math.floor(index / turns.length) * turnsOfShape[shape]! + before);
  });
}

/** The free keys of some places, by index: when all of one length are used up, the next length follows. */
function keySeries(places: readonly string[][], taken: readonly string[], seed: number): (index: number) => string {
  const levels: Level[] = [];
  return (first) => {
    let index = BigInt(first);
    for (let extra = 0; ; extra++) {
      const level = (levels[extra] ??= openLevel(lengthened(places, extra), taken, seedOf(seed, extra)));
      if (index < level.free) return keyAt(level, index);
      index -= level.free;
    }
  };
}

/** Whose turn it is in a cycle of so many keys, each shape as often as its share says, spread evenly. */
function turnsOf(shares: readonly number[]): { shape: number; before: number }[] {
  const given = shares.map(() => 0);
  return Array.from({ length: shares.length === 1 ? 1 : CYCLE }, (_, place) => {
    const debts = shares.map((share, shape) => share * (place + 1) - given[shape]!);
    const shape = debts.indexOf(Math.max(...debts));
    return { shape, before: given[shape]!++ };
  });
}

function openLevel(places: readonly string[][], keys: readonly string[], seed: number): Level {
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
function rankOf(places: readonly string[][], key: string): bigint | null {
  let rank = 0n;
  let rest = key;
  for (const choices of places) {
    const digit = choices.findIndex((choice) => rest.startsWith(choice));
    if (digit < 0) return null;
    rank = rank * BigInt(choices.length) + BigInt(digit);
    rest = rest.slice(choices[digit]!.length);
  }
  return rest === '' ? rank : null;
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
