import type { Formula, ProductRule } from '../../table/rule.js';
import { halfStep, PRODUCT_NOISE } from '../formula.js';
import { bitsNeeded, FEWEST_ROWS, type FoundRule } from './evidence.js';
import { combinations, type NumberCells } from './number-columns.js';
import { productSpace } from './product-space.js';

/** Fewest different values of a column that is computed, and of one it is computed from. */
const FEWEST_VALUES = { computed: 6, input: 3 };
/** Most digits of a constant factor. */
const MOST_DIGITS = 6;

/** How often each of one or two columns is a factor, and how often a divisor: x · y, x ÷ y, x ÷ y². */
const POWERS_OF_ONE = [[1]];
const POWERS_OF_TWO = [
  [1, 1],
  [1, -1],
  [-1, 1],
  [1, -2],
  [-2, 1],
];

interface Found {
  rule: ProductRule;
  of: number;
  /** Place of the computed column; whether there is no rounding. */
  place: number;
  isExact: boolean;
}

/** Columns that are a constant times another: `grams = 1000 * kilograms`. */
export function findScales(columns: readonly NumberCells[]): FoundRule[] {
  const usable = columns.filter(isInput);
  const pairs = combinations(usable, 2);
  const needed = bitsNeeded(pairs.length * 2);
  return pairs.flatMap((pair) => bestOf(pair, columns, POWERS_OF_ONE, needed));
}

/**
 * Numbers that are the product or ratio of two others, times a constant, rounded to the column's grid: those that other
 * rules do not say already.
 *
 * @param known rules by which other columns are computed.
 */
export function findProducts(columns: readonly NumberCells[], known: readonly Formula[]): FoundRule[] {
  const computed = new Set(known.map(({ column }) => column));
  const triples = combinations(columns.filter(isInput), 3);
  const needed = bitsNeeded(triples.length * 3 * POWERS_OF_TWO.length);
  const found = triples.flatMap((three) => bestOf(three, columns, POWERS_OF_TWO, needed, computed));
  const plainFirst = found.sort((a, b) => Number(timesOf(a) !== 1) - Number(timesOf(b) !== 1));
  const space = productSpace(known);
  return plainFirst.filter(({ rule }) => rule.is === 'product' && space.add(rule));
}

function timesOf({ rule }: FoundRule): number {
  return rule.is === 'product' ? rule.times : 1;
}

function isInput({ column, distinct, present, mostCommon }: NumberCells): boolean {
  return column.kind === 'numeric' && distinct >= FEWEST_VALUES.input && present * (1 - mostCommon) >= 5;
}

/** Of the ways in which some columns make each other, the one that a user would write. */
function bestOf(
  some: readonly NumberCells[],
  columns: readonly NumberCells[],
  powers: readonly number[][],
  needed: number,
  computed: ReadonlySet<string> = new Set(),
): FoundRule[] {
  const found = some.flatMap((result) => {
    if (result.distinct < FEWEST_VALUES.computed || computed.has(result.name)) return [];
    const inputs = some.filter((each) => each !== result);
    return powers.flatMap((power) => productOf(result, inputs, power, needed, columns.indexOf(result)) ?? []);
  });
  const rank = ({ rule, place, isExact }: Found): number[] => [
    Number(!isExact),
    isExact ? rule.divisors.length : 0,
    Number(rule.times !== 1),
    -place,
  ];
  const best = found.sort((a, b) => compare(rank(a), rank(b)))[0];
  return best ? [{ rule: best.rule, of: best.of, kept: best.of }] : [];
}

function productOf(
  result: NumberCells,
  inputs: readonly NumberCells[],
  powers: readonly number[],
  needed: number,
  place: number,
): Found | null {
  const half = halfStep(result.column);
  let [low, high] = [-Infinity, Infinity];
  let of = 0;
  let telling = 0;
  for (let row = 0; row < result.values.length; row++) {
    const cell = result.values[row]!;
    const product = productIn(inputs, powers, row);
    if (Number.isNaN(cell) || !Number.isFinite(product)) continue;
    of++;
    const reach = half + PRODUCT_NOISE * Math.max(Math.abs(cell), 1e-6);
    if (product === 0) {
      if (Math.abs(cell) > reach) return null;
      continue;
    }
    telling++;
    const ends = [(cell - reach) / product, (cell + reach) / product];
    low = Math.max(low, Math.min(...ends));
    high = Math.min(high, Math.max(...ends));
    if (low > high) return null;
  }
  if (telling < FEWEST_ROWS || -telling * Math.log2(result.mostCommon) < needed) return null;
  const times = shortestBetween(low, high);
  if (times === null || times === 0) return null;
  return { rule: ruleOf(result, inputs, powers, times), of, place, isExact: isExact(result, inputs, powers, times) };
}

function productIn(inputs: readonly NumberCells[], powers: readonly number[], row: number): number {
  let product = 1;
  for (let i = 0; i < inputs.length; i++) {
    const value = inputs[i]!.values[row]!;
    const power = powers[i]!;
    product *= power === 1 ? value : power === -1 ? 1 / value : 1 / (value * value);
  }
  return product;
}

function isExact(
  result: NumberCells,
  inputs: readonly NumberCells[],
  powers: readonly number[],
  times: number,
): boolean {
  return result.values.every((cell, row) => {
    const difference = Math.abs(times * productIn(inputs, powers, row) - cell);
    return !(difference > PRODUCT_NOISE * Math.max(1, Math.abs(cell)));
  });
}

function ruleOf(
  result: NumberCells,
  inputs: readonly NumberCells[],
  powers: readonly number[],
  times: number,
): ProductRule {
  const names = (sign: number): string[] =>
    inputs.flatMap(({ name }, i) =>
      Math.sign(powers[i]!) === sign ? Array<string>(Math.abs(powers[i]!)).fill(name) : [],
    );
  return { is: 'product', column: result.name, factors: names(1), divisors: names(-1), times };
}

/** The number of fewest digits from `low` to `high`, or null where even six are not enough. */
function shortestBetween(low: number, high: number): number | null {
  const middle = (low + high) / 2;
  for (let digits = 1; digits <= MOST_DIGITS; digits++) {
    const number = Number(middle.toPrecision(digits));
    if (number >= low && number <= high) return number;
  }
  return null;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
