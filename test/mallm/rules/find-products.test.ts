import { describe, expect, it } from 'vitest';
import { findRules } from '../../../mallm/rules/finding/find-rules.js';
import { ruleText } from '../../../mallm/table/rule.js';
import { createRandom } from '../../../mallm/random.js';
import { csvOf, typedTable } from '../../support/tables.js';

/** Texts of the rules of a table of numbers, beside a target that follows from nothing. */
function rulesOf(columns: Record<string, string[]>): string[] {
  const rows = Object.values(columns)[0]!.length;
  const random = createRandom(3);
  const y = Array.from({ length: rows }, () => random.pick(['no', 'yes']));
  const { schema, rows: typed } = typedTable(csvOf({ ...columns, y }), 'y');
  return findRules(schema, typed).rules.map(({ rule }) => ruleText(rule));
}

const random = createRandom(7);
const uniform = (low: number, high: number): number[] =>
  Array.from({ length: 60 }, () => low + (high - low) * random.uniform());
const fixed = (values: number[], decimals: number): string[] => values.map((value) => value.toFixed(decimals));

describe('products', () => {
  const [a, b, c] = [uniform(1, 9), uniform(20, 90), uniform(100, 700)].map((values) => fixed(values, 3).map(Number));

  it('are all found that do not follow from others, of factors that other products share', () => {
    const times = (x: number[], y: number[], decimals: number): string[] =>
      fixed(
        x.map((value, i) => value * y[i]!),
        decimals,
      );
    const found = rulesOf({
      ...{ a: fixed(a!, 3), b: fixed(b!, 3), c: fixed(c!, 3) },
      ...{ ab: times(a!, b!, 6), ac: times(a!, c!, 6), bc: times(b!, c!, 6) },
    });
    expect(found).toEqual(['ab = a * b', 'ac = a * c', 'bc = b * c']);
  });

  it('are found where the table was kept in single precision', () => {
    const single = a!.map((value, i) => Math.fround(Math.fround(value) * Math.fround(c![i]!)));
    const shortest = single.map((value) => String(Number(value.toPrecision(8))));
    expect(rulesOf({ a: fixed(a!, 3), c: fixed(c!, 3), ac: shortest })).toEqual(['ac = a * c']);
  });

  it('are not found among numbers that have nothing to do with each other', () => {
    expect(rulesOf({ a: fixed(a!, 3), b: fixed(b!, 3), c: fixed(c!, 3) })).toEqual([]);
    expect(rulesOf({ a: fixed(a!, 0), b: fixed(uniform(1, 12), 0), c: fixed(uniform(1, 60), 0) })).toEqual([]);
  });
});
