import { createRandom, seedOf } from '../random.js';

/**
 * The batches of one epoch: indexes of the training rows, shuffled and cut into slices of `batchSize`; every row is in
 * exactly one batch. A rest of less than half a batch goes into the batch before it, so that no θ is judged on a
 * handful of rows.
 *
 * Paper: Listing 1, §4.1.
 * Departs: exact slices; the authors' `.loc` slices are inclusive and give 51 real rows against 50 synthetic ones.
 */
export function epochBatches(ask: { rows: number; batchSize: number; seed: number; epoch: number }): number[][] {
  const random = createRandom(seedOf(ask.seed, 'batches', ask.epoch));
  const places = random.shuffle(Array.from({ length: ask.rows }, (_, place) => place));
  const count = batchesOf(ask.rows, ask.batchSize);
  return Array.from({ length: count }, (_, batch) =>
    places.slice(batch * ask.batchSize, batch === count - 1 ? undefined : (batch + 1) * ask.batchSize),
  );
}

/**
 * The same in people: places of the rows of each person, all of them in one batch. Where people have several rows, the
 * batches of an epoch have about equally many people.
 */
export function peopleBatches(
  people: readonly (readonly number[])[],
  ask: { batchSize: number; seed: number; epoch: number },
): (readonly number[])[][] {
  const rows = people.reduce((sum, { length }) => sum + length, 0);
  if (people.length === rows)
    return epochBatches({ ...ask, rows }).map((batch) => batch.map((place) => people[place]!));
  const count = batchesOf(rows, ask.batchSize);
  const shuffled = createRandom(seedOf(ask.seed, 'batches', ask.epoch)).shuffle(people);
  const from = (batch: number): number => Math.round((batch * people.length) / count);
  return Array.from({ length: count }, (_, batch) => shuffled.slice(from(batch), from(batch + 1)));
}

/**
 * The order in which the final generation walks the training rows as examples: all indexes once, shuffled.
 *
 * Paper: Listing 1, L17-18.
 */
export function finalPass(rows: number, seed: number): number[] {
  return createRandom(seedOf(seed, 'examples')).shuffle(Array.from({ length: rows }, (_, index) => index));
}

/** Batches of an epoch. */
export function batchesOf(rows: number, batchSize: number): number {
  return Math.max(1, Math.round(rows / batchSize));
}

/**
 * The examples in request number `chunk` (from 0): `count` items of the batch or the final pass, walked in order from
 * place `start` and round again at the end; never one twice in a request, so at most all of them.
 *
 * Paper: Listing 1, L4-6 and L17-18.
 */
export function chunkExamples<T>(walk: readonly T[], chunk: number, count: number, start = 0): T[] {
  const shown = Math.min(count, walk.length);
  return Array.from({ length: shown }, (_, step) => walk[(start + chunk * shown + step) % walk.length]!);
}
