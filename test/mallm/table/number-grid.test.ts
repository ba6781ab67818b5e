import { describe, expect, test } from 'vitest';
import {
  decimalsOf,
  formatNumber,
  numberStyle,
  parseNumber,
  roundToDecimals,
} from '../../../mallm/table/number-grid.js';
import { createRandom } from '../../../mallm/random.js';

describe('a text is a number or is not', () => {
  test.each([
    ['3', 3],
    ['-3.50', -3.5],
    ['+.5', 0.5],
    ['3.', 3],
    ['1e-7', 1e-7],
    ['1E3', 1000],
    [' 4 ', 4],
    ['-0', 0],
  ])('%j is %d', (text, value) => expect(parseNumber(text)).toBe(value));

  test.each(['', '1,200', '$5', '5 %', '1e999', 'Infinity', 'NaN', '0x10', '1_000', '1 2', '--1', '1e', '.', 'one'])(
    '%j is none',
    (text) => {
      expect(parseNumber(text)).toBeNull();
    },
  );
});

describe('numbers are written as they were', () => {
  const columns: [string, string[]][] = [
    ['whole', ['1', '-20', '0']],
    ['whole with a decimal', ['1.0', '-20.0']],
    ['shortest', ['22.0', '22.515', '30.8']],
    ['fixed', ['1.20', '3.45', '6.00', '-0.05']],
    ['mixed', ['18', '18.7']],
    ['large', ['123456789012345', '2']],
    ['small', ['0.000000123', '0.5']],
    ['exponents as Python and R write them', ['0.0001', '5e-05', '1.25e-10', '0.5', '1e+16']],
    ['decimal commas', ['3,5', '0,125', '12']],
    ['long fractions', ['0.1', '0.30000000000000004']],
  ];

  test.each(columns)('%s', (_, texts) => {
    const style = numberStyle(texts)!;
    expect(texts.map((text) => formatNumber(style, parseNumber(text, style.decimalMark)!))).toEqual(texts);
  });

  test('what lies between is rounded to the grid', () => {
    const style = numberStyle(['22.0', '22.515'])!;
    expect(formatNumber(style, 22.51549)).toBe('22.515');
    expect(formatNumber(style, 21.99996)).toBe('22.0');
    expect(formatNumber(numberStyle(['35.0', '17.0'])!, 35.4)).toBe('35.0');
  });
});

test('these are no numbers: leading zeros, long keys, thousands, words', () => {
  for (const texts of [
    ['007', '12'],
    ['1234567890123456789', '1'],
    ['1,200', '15,300'],
    ['1', 'two'],
    ['1,5', '1.5,0'],
  ]) {
    expect(numberStyle(texts)).toBeNull();
  }
  expect(numberStyle(['007', '12'], true)).toEqual({ decimals: { min: 0, max: 0 } });
});

test('decimals are those of the shortest way to write a number', () => {
  expect([22.5, 3, 1e-7, 1.25e-9, 1e21, 0.1 + 0.2].map(decimalsOf)).toEqual([1, 0, 7, 11, 0, 17]);
});

test('rounding leaves numbers on the grid as they are', () => {
  const random = createRandom(3);
  for (let i = 0; i < 2000; i++) {
    const decimals = random.integer(9);
    const value = Number((random.normal() * 10 ** random.integer(7)).toFixed(decimals)) + 0;
    expect(roundToDecimals(decimals, value)).toBe(value);
    expect(decimalsOf(value)).toBeLessThanOrEqual(decimals);
  }
});
