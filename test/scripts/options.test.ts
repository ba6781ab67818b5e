import { describe, expect, it } from 'vitest';
import { decimal, decimalOrNone, whole, wholeOrNone } from '../../scripts/options.js';

describe('a number on the command line', () => {
  it.each(['', ' ', '0x10', '1e400', '1e3', '2.5', 'NaN', 'Infinity', '9007199254740993', '1_000'])(
    '%j is no whole number',
    (text) => {
      expect(() => whole(text)).toThrow('expected a whole number.');
      expect(() => wholeOrNone(text)).toThrow('expected a whole number.');
    },
  );

  it.each(['', ' ', '0x10', '1e400', '-1e400', 'NaN', 'Infinity', '1,5', '.'])('%j is no number', (text) => {
    expect(() => decimal(text)).toThrow('expected a number.');
    expect(() => decimalOrNone(text)).toThrow('expected a number.');
  });

  it('is read as it is written', () => {
    expect([whole('20'), whole('-5'), wholeOrNone('none')]).toEqual([20, -5, null]);
    expect([decimal('0.2'), decimal('.5'), decimal('1e-3'), decimalOrNone('none')]).toEqual([0.2, 0.5, 0.001, null]);
  });
});
