import { expect, test } from 'vitest';
import { didYouMean, editDistance, nearNames } from '../../../mallm/table/near-names.js';

test('letters to change, add and leave out are counted', () => {
  expect([editDistance('kitten', 'sitting'), editDistance('', 'abc'), editDistance('abc', 'abc')]).toEqual([3, 3, 0]);
});

test('near names are found, nearest first, and far ones are not', () => {
  const columns = ['age', 'sex', 'hours-per-week', 'native-country', 'Income'];
  expect(nearNames('Age', columns)).toEqual(['age']);
  expect(nearNames('agee', columns)).toEqual(['age']);
  expect(nearNames('hours', columns)).toEqual(['hours-per-week']);
  expect(nearNames('incme', columns)).toEqual(['Income']);
  expect(nearNames('species', columns)).toEqual([]);
  expect(didYouMean('incme', columns, 'Else.')).toBe('Did you mean "Income"?');
  expect(didYouMean('species', columns, 'Else.')).toBe('Else.');
});
