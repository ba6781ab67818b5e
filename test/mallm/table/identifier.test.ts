import { describe, expect, test } from 'vitest';
import type { IdentifierColumn } from '../../../mallm/table/dataset.js';
import { TableError } from '../../../mallm/errors.js';
import { freshIdentifiers } from '../../../mallm/table/identifier.js';
import { finishedRows, identifiersOf } from '../../../mallm/table/finished-rows.js';
import { isKeyShape, patternFromRegex, patternOf, patternToRegex } from '../../../mallm/table/identifier-pattern.js';

function column(pattern: string): IdentifierColumn {
  return { name: 'id', kind: 'identifier', description: '', nullable: false, missingToken: '', pattern };
}

const UUIDS = [
  '3f2b8c1e-9a4d-4e21-8f3a-0c5d7e9b1a2f',
  'b0c9d8e7-1f2a-4b3c-9d4e-5f6a7b8c9d0e',
  '00aa11bb-c2d3-4e4f-a5b6-778899aabbcc',
];

describe('the shape of keys', () => {
  test.each([
    ['a constant beginning', ['P-0417', 'P-0993', 'P-0200'], 'P-9999', 'P-[0-9]{4}'],
    ['a constant beginning that is a code', ['A17', 'A20'], '\\A99', 'A[0-9]{2}'],
    ['letters and digits mixed', ['X7K2', 'B9Q4', '3ZZ1'], 'XXXX', '[0-9A-Z]{4}'],
    ['row numbers', ['1', '2', '10', '100'], 'N99', '[1-9][0-9]{2}'],
    ['numbers of one length without leading zero', ['417', '993', '200'], 'N99', '[1-9][0-9]{2}'],
    ['numbers with leading zeros', ['0417', '0993', '1200'], '9999', '[0-9]{4}'],
    ['runs of several lengths', ['a1', 'd333', 'bc22', 'xy104'], 'aaN99', '[a-z]{2}[1-9][0-9]{2}'],
    ['a year that all share', ['2021-417', '2021-993'], '2021-999', '2021-[0-9]{3}'],
    ['a nine that all share', ['x9-1', 'x9-2'], '\\x\\9-9', 'x9-[0-9]'],
  ])('%s', (_, keys, pattern, regex) => {
    expect(patternOf(keys)).toBe(pattern);
    expect(patternToRegex(pattern)).toBe(regex);
    expect(patternFromRegex(regex)).toBe(pattern);
    expect(keys.at(-1)).toMatch(new RegExp(`^${regex}$`));
  });

  test('a version digit that all UUIDs share stays', () => {
    const [fresh] = freshIdentifiers(column(patternOf(UUIDS)), { count: 1, seed: 1, taken: UUIDS });
    expect(fresh).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  });

  test('keys are neither words nor prose', () => {
    expect(isKeyShape(['P-1', 'Q-2'])).toBe(true);
    expect(isKeyShape(UUIDS)).toBe(true);
    for (const texts of [['ab', 'cd'], ['12', '13'], ['P1', 'P10'], ['a 1b', 'b 2c'], []])
      expect(isKeyShape(texts)).toBe(false);
  });

  test.each([
    ['\\d{3}-[A-Z]{2}', '999-AA'],
    ['U_[0-9]{3}', 'U_999'],
    ['[A-Za-z]{5}', 'LLLLL'],
    ['^ID\\.\\w$', 'ID.w'],
    ['[0-9]{2,4}', '9999'],
    ['[1-9]\\d', 'N9'],
  ])('a regular expression is read: %s', (regex, pattern) => expect(patternFromRegex(regex)).toBe(pattern));

  test.each(['(a|b)', 'a+', '[^a]', '.*', '[aeiou]', 'x{999}', '\\s'])('another is refused: %s', (regex) => {
    expect(() => patternFromRegex(regex)).toThrow(TableError);
  });
});

describe('fresh keys', () => {
  test('are unique, of the shape, and never those of the data', () => {
    const taken = ['P001', 'P017', 'P999'];
    const keys = freshIdentifiers(column('P999'), { count: 900, seed: 5, taken });
    expect(new Set(keys).size).toBe(900);
    expect(keys.every((key) => /^P\d{3}$/.test(key))).toBe(true);
    expect(keys.filter((key) => taken.includes(key))).toEqual([]);
  });

  test('go on with one digit more when the shape is used up', () => {
    const taken = ['P1', 'P2', 'P07'];
    const keys = freshIdentifiers(column('P9'), { count: 500, seed: 5, taken });
    expect(new Set(keys).size).toBe(500);
    expect(keys.filter((key) => key.length === 2)).toHaveLength(8);
    expect(keys.filter((key) => key.length === 3)).toHaveLength(99);
    expect(keys.filter((key) => key.length === 4)).toHaveLength(393);
    expect(keys.filter((key) => taken.includes(key))).toEqual([]);
  });

  test('even where the shape is a single key', () => {
    expect(new Set(freshIdentifiers(column('\\A-1'), { count: 30, seed: 1, taken: ['A-1'] })).size).toBe(30);
  });

  test('are the same for the same seed, others for another, and shards share none', () => {
    const options = { seed: 9, taken: ['AB12'] };
    const whole = freshIdentifiers(column('AA99'), { ...options, count: 600 });
    const parts = [0, 200, 400].flatMap((start) => freshIdentifiers(column('AA99'), { ...options, start, count: 200 }));
    expect(parts).toEqual(whole);
    expect(freshIdentifiers(column('AA99'), { ...options, seed: 10, count: 600 })).not.toEqual(whole);
  });

  test('of the number of rows of a small data set do not repeat it in order', () => {
    const keys = freshIdentifiers(column('N99'), {
      count: 100,
      seed: 2,
      taken: Array.from({ length: 100 }, (_, i) => String(i + 1)),
    });
    expect(keys).not.toContain('100');
    expect([...keys].sort()).not.toEqual(keys);
  });

  test('a hundred thousand are made in a second or two', () => {
    const start = performance.now();
    const keys = freshIdentifiers(column('hhhhhhhh-hhhh'), { count: 100_000, seed: 2, taken: UUIDS });
    expect(new Set(keys).size).toBe(100_000);
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  test('are put into the rows of a table, and nothing else is touched', () => {
    const other = {
      name: 'y',
      kind: 'numeric',
      description: '',
      nullable: true,
      missingToken: '',
      min: 0,
      max: 9,
      decimals: { min: 0, max: 0 },
    } as const;
    const schema = { columns: [other, column('P99')], target: 'y' };
    const keys = identifiersOf(schema, [
      [1, 'P11'],
      [2, null],
      [3, 'P12'],
    ]);
    expect(keys).toEqual({ id: ['P11', 'P12'] });
    const rows = finishedRows(
      schema,
      [
        [5, null],
        [null, 'P11'],
      ],
      { seed: 3, keys },
    );
    expect(rows.map(([cell]) => cell)).toEqual([5, null]);
    expect(rows.every(([, key]) => /^P\d\d$/.test(String(key)) && key !== 'P11' && key !== 'P12')).toBe(true);
  });
});
