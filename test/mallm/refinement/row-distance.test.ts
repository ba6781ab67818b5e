import { describe, expect, it } from 'vitest';
import type { Row, TableSchema } from '../../../mallm/table/dataset.js';
import { createDistanceFilter, fitDistanceRule } from '../../../mallm/refinement/row-distance.js';

const common = { description: '', nullable: true, missingToken: '' };
const schema: TableSchema = {
  target: 'ill',
  columns: [
    { ...common, name: 'id', kind: 'identifier', pattern: '99' },
    { ...common, name: 'age', kind: 'numeric', min: 20, max: 70, decimals: { min: 0, max: 0 } },
    { ...common, name: 'sex', kind: 'categorical', categories: ['f', 'm'] },
    { ...common, name: 'note', kind: 'text', maxLength: 20 },
    { ...common, name: 'ill', kind: 'boolean', categories: ['no', 'yes'] },
  ],
};

/** Range of age is 50; distances to the nearest other row are 0.1, 0.1, 0.2, 0.2, 1. */
const rows: Row[] = [
  ['1', 20, 'f', 'a', 'no'],
  ['2', 25, 'f', 'b', 'no'],
  ['3', 60, 'm', 'c', 'yes'],
  ['4', 70, 'm', 'd', 'yes'],
  ['5', null, 'm', 'e', 'yes'],
];

describe('how near a row may come', () => {
  it('takes its floor from the quantile of the nearest-neighbour distances (NumPy: linear)', () => {
    expect(fitDistanceRule(schema, rows, 'off').floor).toBe(0);
    expect(fitDistanceRule(schema, rows, 'mild').floor).toBeCloseTo(0.1, 12);
    expect(fitDistanceRule(schema, rows, 'strict').floor).toBeCloseTo(0.14, 12);
    const spread: Row[] = [20, 21, 23, 26, 30, 35, 41, 48].map((age) => ['', age, 'f', '', 'no']);
    // Gaps in ages: 1 1 2 3 4 5 6 7, over a range of 28. numpy.quantile([1,1,2,3,4,5,6,7], [.15, .35]) is [1.05, 2.45].
    expect(fitDistanceRule(schema, spread, 'mild').floor).toBeCloseTo(1.05 / 28, 12);
    expect(fitDistanceRule(schema, spread, 'strict').floor).toBeCloseTo(2.45 / 28, 12);
  });

  it('drops copies at every level, whatever the identifier and the text', () => {
    for (const level of ['off', 'mild', 'strict'] as const) {
      const filter = createDistanceFilter(fitDistanceRule(schema, rows, level));
      expect(filter.rejectRow(['99', 25, 'f', 'other', 'no'])).toBe('exact-copy');
      expect(filter.rejectRow(['99', null, 'm', 'other', 'yes'])).toBe('exact-copy');
      expect(filter.isCopyRow(['99', 25, 'f', 'other', 'no'])).toBe(true);
    }
  });

  it('drops what is nearer than the floor, and keeps what is as far', () => {
    const filter = createDistanceFilter(fitDistanceRule(schema, rows, 'mild'));
    expect(filter.rejectRow(['', 63, 'm', '', 'yes'])).toBe('too-near');
    expect(filter.rejectRow(['', 65, 'm', '', 'yes'])).toBeNull();
    expect(filter.rejectRow(['', 65, 'f', '', 'yes'])).toBeNull();
    expect(createDistanceFilter(fitDistanceRule(schema, rows, 'off')).rejectRow(['', 63, 'm', '', 'yes'])).toBeNull();
  });

  it('counts a missing cell as 1 away from one that is there', () => {
    const filter = createDistanceFilter(fitDistanceRule(schema, rows, 'strict'));
    expect(filter.rejectRow(['', null, 'f', '', 'no'])).toBeNull();
    expect(filter.rejectRow(['', 66, null, '', 'yes'])).toBeNull();
  });

  it('lets rows repeat where they do so by nature', () => {
    const binary: Row[] = Array.from({ length: 40 }, (_, i) => ['', null, i % 3 ? 'f' : 'm', '', i % 2 ? 'yes' : 'no']);
    const rule = fitDistanceRule(schema, binary, 'strict');
    const filter = createDistanceFilter(rule);
    expect(rule).toMatchObject({ repeatsByNature: true, floor: 0 });
    expect(filter.rejectRow(['', null, 'f', '', 'yes'])).toBeNull();
    expect(filter.isCopyRow(['', null, 'f', '', 'yes'])).toBe(true);
  });

  it('does not take a table whose every row is there twice for one that repeats by nature', () => {
    const ages: Row[] = Array.from({ length: 30 }, (_, i) => ['', 20 + i, 'f', '', 'no']);
    expect(fitDistanceRule(schema, [...ages, ...ages], 'mild').repeatsByNature).toBe(false);
  });

  it('works on constant columns and on one row, and survives JSON', () => {
    const rule = fitDistanceRule(schema, [rows[0]!], 'strict');
    const filter = createDistanceFilter(JSON.parse(JSON.stringify(rule)) as typeof rule);
    expect(filter.rejectRow(['', 20, 'f', '', 'no'])).toBe('exact-copy');
    expect(filter.rejectRow(['', 21, 'f', '', 'no'])).toBeNull();
  });
});
