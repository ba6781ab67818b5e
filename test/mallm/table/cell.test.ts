import { describe, expect, test } from 'vitest';
import { cellFromJson, cellToJson, cellViolation, roundToGrid } from '../../../mallm/table/cell.js';
import type { Cell, Column, LabelColumn } from '../../../mallm/table/dataset.js';
import { schemaViolation, contentKey } from '../../../mallm/table/released-rows.js';

const base = { description: '', nullable: false, missingToken: 'NA' };
const age: Column = { ...base, name: 'age', kind: 'numeric', min: 17, max: 90, decimals: { min: 1, max: 0 } };
const charges: Column = {
  ...base,
  name: 'charges',
  kind: 'numeric',
  min: 0.5,
  max: 9.75,
  decimals: { min: 0, max: 2 },
  nullable: true,
};
const visit: Column = {
  ...{ ...base, name: 'visit', kind: 'datetime', format: '%d.%m.%Y' },
  ...{ min: Date.UTC(2020, 0, 1) / 1000, max: Date.UTC(2020, 11, 31) / 1000 },
};
const note: Column = { ...base, name: 'note', kind: 'text', maxLength: 5 };
const id: Column = { ...base, name: 'id', kind: 'identifier', pattern: 'A99' };

function labels(kind: LabelColumn['kind'], ...categories: string[]): LabelColumn {
  return { ...base, name: 'label', kind, categories };
}

const yesNo = labels('boolean', 'no', 'yes');
const zeroOne = labels('boolean', '0', '1');
const places = labels('categorical', 'Married', 'Never-married', '1.0');

describe('a value of a reply becomes a cell, or is refused with a reason', () => {
  test.each<[string, Column, unknown, Cell | { reason: string }]>([
    ['a number', age, 35, 35],
    ['a numeric string', age, ' 35 ', 35],
    ['rounded to the grid', age, 35.4, 35],
    ['rounded into the range', age, 16.6, 17],
    ['rounded out of the range', age, 90.5, { reason: 'out-of-range' }],
    ['decimals', charges, '3.14159', 3.14],
    ['below the range', age, 16, { reason: 'out-of-range' }],
    ['an exponent as text', age, '1e1', { reason: 'not-a-number' }],
    ['money', charges, '$1,200', { reason: 'not-a-number' }],
    ['a unit', age, '35 years', { reason: 'not-a-number' }],
    ['not finite', age, Infinity, { reason: 'not-a-number' }],
    ['not a number at all', age, NaN, { reason: 'not-a-number' }],
    ['truth for a number', age, true, { reason: 'not-a-number' }],
    ['a list for a number', age, [35], { reason: 'not-a-number' }],
    ['an object for a number', age, { value: 35 }, { reason: 'not-a-number' }],
    ['null where cells may be missing', charges, null, null],
    ['a missing token where cells may be missing', charges, 'N/A', null],
    ['null where none may', age, null, { reason: 'missing-not-allowed' }],
    ['nothing where none may', age, undefined, { reason: 'missing-not-allowed' }],
    ['an empty text where none may', age, '', { reason: 'missing-not-allowed' }],
    ['a label', places, 'Married', 'Married'],
    ['a label in another case', places, 'never-MARRIED ', 'Never-married'],
    ['a number for a label', places, 1, '1.0'],
    ['a label that is not one of the column', places, 'Divorced', { reason: 'unknown-label' }],
    ['half a label', places, 'Never', { reason: 'unknown-label' }],
    ['an object for a label', places, {}, { reason: 'not-a-label' }],
    ['1 for the label 1', zeroOne, 1, '1'],
    ['1.0 for the label 1', zeroOne, '1.0', '1'],
    ['2 for the label 1', zeroOne, 2, { reason: 'unknown-label' }],
    ['true for 1', zeroOne, true, '1'],
    ['false for no', yesNo, false, 'no'],
    ['true for yes', yesNo, true, 'yes'],
    ['"True" for yes', yesNo, 'True', 'yes'],
    ['true where labels are no yes or no', places, true, { reason: 'unknown-label' }],
    ['true where two labels could be meant', labels('boolean', 'yes', 'true'), true, { reason: 'unknown-label' }],
    ['another case where two labels could be meant', labels('categorical', 'a', 'A', 'b'), ' a', 'a'],
    [
      'a third case where two labels could be meant',
      labels('categorical', 'ab', 'AB'),
      'Ab',
      { reason: 'unknown-label' },
    ],
    ['NA where it is a label', labels('categorical', 'NA', 'EU'), 'NA', 'NA'],
    ['a date in the format', visit, '03.02.2020', Date.UTC(2020, 1, 3) / 1000],
    ['a date in ISO', visit, '2020-02-03', Date.UTC(2020, 1, 3) / 1000],
    ['a moment in ISO', visit, '2020-02-03T09:30:00Z', Date.UTC(2020, 1, 3) / 1000],
    ['a date out of the range', visit, '03.02.2021', { reason: 'out-of-range' }],
    ['a day that is none', visit, '31.02.2020', { reason: 'not-a-date' }],
    ['the other order of day and month', visit, '02/03/2020', { reason: 'not-a-date' }],
    ['seconds for a date', visit, 1_580_688_000, { reason: 'not-a-date' }],
    ['a text', note, ' fine ', 'fine'],
    ['a number for a text', note, 12, '12'],
    ['a text of five characters beyond 16 bits', note, '🐧🐧🐧🐧🐧', '🐧🐧🐧🐧🐧'],
    ['a text too long', note, 'too long', { reason: 'too-long' }],
    ['a text with a bell', note, 'a\u0007b', { reason: 'control-character' }],
    ['half a character', note, 'a\uD83D', { reason: 'control-character' }],
    ['truth for a text', note, true, { reason: 'not-a-text' }],
    ['anything for an identifier', id, 'A17', null],
  ])('%s', (_, column, value, expected) => {
    const result = cellFromJson(column, value);
    expect(result).toEqual(typeof expected === 'object' && expected !== null ? expected : { cell: expected });
  });

  test('what is accepted never violates the column, whatever comes', () => {
    const values = [
      0,
      -0,
      1,
      50.5,
      1e300,
      'yes',
      '1',
      '0.0',
      'NA',
      '',
      ' ',
      '2020-05-05',
      '05.05.2020',
      'ok',
      true,
      false,
      null,
      [],
      {},
    ];
    for (const column of [age, charges, visit, note, id, yesNo, zeroOne, places]) {
      for (const value of values) {
        const result = cellFromJson(column, value);
        if ('cell' in result) expect(cellViolation(column, result.cell)).toBeNull();
      }
    }
  });
});

test('a cell is shown in a prompt as the column writes it, and read back the same', () => {
  expect(cellToJson(age, 35)).toBe(35);
  expect(cellToJson(charges, 0.1 + 0.2)).toBe(0.3);
  expect(cellToJson(charges, null)).toBeNull();
  expect(cellToJson(zeroOne, '1')).toBe('1');
  expect(cellToJson(visit, visit.min)).toBe('01.01.2020');
  expect(cellFromJson(visit, cellToJson(visit, visit.max))).toEqual({ cell: visit.max });
});

test('only numbers and dates have a grid', () => {
  expect(roundToGrid(age, 35.6)).toBe(36);
  expect(roundToGrid(visit, visit.min + 3600)).toBe(visit.min);
  expect(roundToGrid(note, 1.5)).toBe(1.5);
});

describe('a row is released, or violates the schema', () => {
  const schema = { columns: [id, age, charges, yesNo, visit, note], target: 'charges' };
  const good: Cell[] = ['A01', 35, null, 'yes', visit.min, 'fine'];

  test.each<[string, number, Cell, string | null]>([
    ['as it should be', 1, 35, null],
    ['without its identifier, made later', 0, null, null],
    ['off the grid', 1, 35.5, 'off-the-grid'],
    ['out of range', 1, 91, 'out-of-range'],
    ['a text for a number', 1, '35', 'not-a-number'],
    ['not finite', 1, NaN, 'not-a-number'],
    ['missing', 1, null, 'missing-not-allowed'],
    ['an unknown label', 3, 'Yes', 'unknown-label'],
    ['a number for a label', 3, 1, 'not-a-label'],
    ['half a day', 4, visit.min + 43_200, 'off-the-grid'],
    ['a long text', 5, 'long note', 'too-long'],
    ['a text that would read as missing', 5, 'NA', 'missing-not-allowed'],
  ])('%s', (_, index, cell, violation) => {
    expect(schemaViolation(schema, good.with(index, cell))).toBe(violation);
  });

  test('with a cell too few', () => expect(schemaViolation(schema, good.slice(1))).toBe('wrong-number-of-columns'));

  test('its content is what is left without identifiers', () => {
    expect(contentKey(schema, good)).toBe(contentKey(schema, good.with(0, 'A02')));
    expect(contentKey(schema, good)).not.toBe(contentKey(schema, good.with(1, 36)));
  });
});
