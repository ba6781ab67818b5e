import type { Cell, Column, Row, TableSchema } from '../../../mallm/table/dataset.js';
import { isNumber } from '../../../mallm/table/dataset.js';
import { createRandom, seedOf } from '../../../mallm/random.js';

/** What a generator learns from. */
export interface Lesson {
  schema: TableSchema;
  train: readonly Row[];
  seed: number;
}

type Generator = (lesson: Lesson) => Row[];

/** Generators that give training rows away, each in its own way. */
export const LEAKY: Record<string, Generator> = {
  'copies of the training rows': ({ train }) => [...train],
  'copies with the last decimal of one number changed': (lesson) => nudged(lesson, 1),
  'copies with the last decimal of every number changed': (lesson) => nudged(lesson, Infinity),
  'copies with one cell changed': (lesson) => swapped(lesson, 1),
  'copies with two cells changed': (lesson) => swapped(lesson, 2),
  ...Object.fromEntries(
    [0.01, 0.05, 0.1, 0.2, 0.5].map((size): [string, Generator] => [
      `copies with a jitter of ${size} standard deviations`,
      (lesson) => jittered(lesson, size),
    ]),
  ),
};

/** The other rows, with so large a share of leaky ones among them. */
export function mixed(leaky: readonly Row[], other: readonly Row[], share: number): Row[] {
  return other.map((row, place) => (place < share * other.length ? leaky[place]! : row));
}

function decimalsOf(column: Column): number {
  return column.kind === 'numeric' ? column.decimals.max : 0;
}

function numbersOf(schema: TableSchema): number[] {
  return schema.columns.flatMap((column, index) => (isNumber(column) ? [index] : []));
}

function nudged({ schema, train, seed }: Lesson, most: number): Row[] {
  const random = createRandom(seedOf(seed, 'nudged'));
  return train.map((row) => {
    const places = new Set(random.shuffle(numbersOf(schema)).slice(0, most));
    return row.map((cell, index): Cell => {
      if (!places.has(index) || typeof cell !== 'number') return cell;
      const decimals = decimalsOf(schema.columns[index]!);
      return Number((cell + random.pick([-1, 1]) * 10 ** -decimals).toFixed(decimals));
    });
  });
}

function jittered({ schema, train, seed }: Lesson, size: number): Row[] {
  const random = createRandom(seedOf(seed, 'jittered'));
  const deviations = schema.columns.map((column, index) =>
    isNumber(column) ? deviationOf(train.flatMap((row) => (typeof row[index] === 'number' ? [row[index]] : []))) : 0,
  );
  return train.map((row) =>
    row.map((cell, index): Cell => {
      const column = schema.columns[index]!;
      if (!isNumber(column) || typeof cell !== 'number') return cell;
      return Number((cell + size * deviations[index]! * random.normal()).toFixed(decimalsOf(column)));
    }),
  );
}

/** Cells of other training rows in so many places of each row. */
function swapped({ schema, train, seed }: Lesson, cells: number): Row[] {
  const random = createRandom(seedOf(seed, 'swapped'));
  const places = schema.columns.map((_, index) => index);
  return train.map((row) => {
    const chosen = new Set(random.shuffle(places).slice(0, cells));
    return row.map((cell, index) => {
      const others = train.map((other) => other[index]!).filter((other) => other !== cell);
      return chosen.has(index) && others.length > 0 ? random.pick(others) : cell;
    });
  });
}

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
