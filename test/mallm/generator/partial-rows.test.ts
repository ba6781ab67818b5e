import { describe, expect, it } from 'vitest';
import type { Condition, PartialRow } from '../../../mallm/conditions/condition.js';
import { satisfies } from '../../../mallm/conditions/condition.js';
import type { NumericColumn, Row, TableSchema } from '../../../mallm/table/dataset.js';
import { columnNamed } from '../../../mallm/table/dataset.js';
import { OptionError } from '../../../mallm/errors.js';
import { marginalBins } from '../../../mallm/generator/marginal-bins.js';
import { drawPartialRows } from '../../../mallm/generator/partial-rows.js';
import { givenColumns } from '../../../mallm/theta/given-columns.js';
import { createRandom } from '../../../mallm/random.js';
import { clinicSchema } from '../../support/clinic-schema.js';

const random = createRandom(5);
/** 200 rows: sex 150 : 46 : 4, grade follows sex and is missing in 20, charges 0 in half, smoker follows grade. */
const rows: Row[] = Array.from({ length: 200 }, (_, place) => {
  const sex = place < 150 ? 'Female' : place < 196 ? 'Male' : 'say "x"';
  const grade = place % 10 === 0 ? null : sex === 'Female' ? 'I' : 'III';
  const charges = place % 2 === 0 ? 1121.8739 : 2000 + 60000 * random.uniform();
  const age = 17 + Math.floor(73 * random.uniform() ** 2);
  return [
    null,
    age,
    Number(charges.toFixed(4)),
    sex,
    grade,
    1577836800 + 86_400 * place,
    null,
    grade === 'III' ? 'yes' : 'no',
  ];
});
const edges = [
  { from: 'sex', to: 'grade' },
  { from: 'grade', to: 'smoker' },
  { from: 'age', to: 'smoker' },
];

function draw(ask: Partial<Parameters<typeof drawPartialRows>[0]> = {}): PartialRow[] {
  return drawPartialRows({ schema: clinicSchema, rows, edges, count: 200, seed: 1, ...ask });
}

function countOf(
  partialRows: PartialRow[],
  column: string,
  condition: Partial<Condition> & { value?: unknown },
): number {
  return partialRows.filter((row) =>
    Object.entries(condition).every(([key, value]) => (row[column] as never)?.[key] === value),
  ).length;
}

describe('givenColumns', () => {
  it('are the target and the roots that reach farthest, three at most', () => {
    expect(givenColumns(clinicSchema, edges)).toEqual(['smoker', 'sex', 'age']);
    const more = [...edges, { from: 'visit', to: 'charges' }];
    expect(givenColumns(clinicSchema, more)).toEqual(['smoker', 'sex', 'age']);
  });

  it('is the target alone when nothing is known of the causes', () => {
    expect(givenColumns(clinicSchema, [])).toEqual(['smoker']);
  });
});

describe('drawPartialRows', () => {
  it('gives every label its share to within one row, the rare one too', () => {
    const drawn = draw({ columns: ['sex'] });
    expect(countOf(drawn, 'sex', { is: 'equal', value: 'Female' })).toBe(150);
    expect(countOf(drawn, 'sex', { is: 'equal', value: 'say "x"' })).toBe(4);
    const few = Array.from({ length: 50 }, (_, seed) => draw({ columns: ['sex'], count: 10, seed }));
    expect(Math.abs(countOf(few.flat(), 'sex', { is: 'equal', value: 'say "x"' }) / 500 - 0.02)).toBeLessThan(0.015);
    for (const chunk of few) expect(countOf(chunk, 'sex', { value: 'Female' })).toBeGreaterThanOrEqual(7);
  });

  it('gives missing cells at their rate, and a value that many rows share as itself', () => {
    expect(countOf(draw({ columns: ['grade'] }), 'grade', { is: 'missing' })).toBe(20);
    expect(countOf(draw({ columns: ['charges'] }), 'charges', { is: 'equal', value: 1121.8739 })).toBe(100);
  });

  it('gives other numbers as ranges, equally filled', () => {
    const drawn = draw({ columns: ['age'] });
    const ranges = new Set(drawn.map((row) => JSON.stringify(row.age)));
    expect(ranges.size).toBeGreaterThanOrEqual(5);
    for (const range of ranges) {
      const condition = JSON.parse(range) as Condition;
      expect(condition.is).toBe('range');
      const share = rows.filter((row) => satisfies(row[1]!, condition)).length;
      expect(drawn.filter((row) => JSON.stringify(row.age) === range).length).toBeCloseTo(share, -0.5);
      expect(share).toBeLessThan(60);
    }
  });

  it('draws a column from the training rows that agree with the causes given before it, also through one not given', () => {
    const drawn = draw({ columns: ['smoker', 'sex'] });
    for (const { sex, smoker } of drawn) {
      if (sex?.is === 'equal' && sex.value === 'Female') expect(smoker).toEqual({ is: 'equal', value: 'no' });
    }
    const men = drawn.filter(({ sex }) => sex?.is === 'equal' && sex.value === 'Male');
    const yes = rows.filter((row) => row[3] === 'Male' && row[7] === 'yes').length;
    expect(countOf(men, 'smoker', { value: 'yes' }) / men.length).toBeCloseTo(yes / 46, 1);
  });

  it('fills up what few training rows say with what the others say', () => {
    const some = rows.slice(0, 160).concat(rows.slice(196, 199));
    const drawn = draw({ columns: ['smoker', 'sex'], rows: some, count: 4000 });
    const rare = drawn.filter(({ sex }) => sex?.is === 'equal' && sex.value === 'say "x"');
    // Three rows of their own, all yes, and two more that are as all rows are.
    const yes = some.filter((row) => row[7] === 'yes').length / some.length;
    expect(some.slice(160).map((row) => row[7])).toEqual(['yes', 'yes', 'yes']);
    expect(Math.abs(countOf(rare, 'smoker', { value: 'yes' }) / rare.length - (3 + 2 * yes) / 5)).toBeLessThan(0.05);
  });

  it('draws columns without a common cause independently, whatever the training rows hold', () => {
    const drawn = draw({ columns: ['sex', 'grade'], edges: [], count: 2000 });
    const women = drawn.filter(({ sex }) => sex?.is === 'equal' && sex.value === 'Female');
    const all = countOf(drawn, 'grade', { value: 'III' }) / drawn.length;
    expect(all).toBeCloseTo(0.225, 2);
    expect(Math.abs(countOf(women, 'grade', { value: 'III' }) / women.length - all)).toBeLessThan(0.03);
  });

  it('is the same for the same seed and another for another', () => {
    expect(draw()).toEqual(draw());
    expect(draw({ seed: 2 })).not.toEqual(draw());
  });

  it('draws nothing from no rows', () => {
    expect(draw({ rows: [], count: 2, columns: ['age', 'charges'] })).toEqual([{}, {}]);
    expect(draw({ count: 0 })).toEqual([]);
  });

  it.each(['note', 'patient id', 'weight'])('refuses to give %s', (column) => {
    expect(() => draw({ columns: [column] })).toThrow(OptionError);
    expect(() => draw({ columns: [column] })).toThrow(/cannot be given in partial rows: expected one of "age"/);
  });
});

describe('marginalBins', () => {
  it.each(['age', 'charges', 'visit'])(
    'covers %s from least to greatest, each training cell in its one bin',
    (name) => {
      const column = columnNamed(clinicSchema, name) as NumericColumn;
      const index = clinicSchema.columns.indexOf(column);
      const { conditions, codes, counts } = marginalBins(column, index, rows);
      for (const [place, row] of rows.entries()) {
        const fitting = [...conditions.keys()].filter((bin) => satisfies(row[index]!, conditions[bin]!));
        expect(fitting).toEqual([codes[place]]);
      }
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(rows.length);
      expect(satisfies(column.max, conditions.at(-1)!)).toBe(true);
      expect(satisfies(column.min, conditions[0]!)).toBe(true);
    },
  );

  it('bounds ranges by round numbers, not by cells of training rows', () => {
    const column = columnNamed(clinicSchema, 'charges') as NumericColumn;
    const cells = new Set(rows.map((row) => row[2]));
    const { conditions } = marginalBins(column, 2, rows);
    const inner = conditions.slice(2).map((condition) => (condition.is === 'range' ? condition.min! : NaN));
    expect(inner.length).toBeGreaterThan(1);
    for (const bound of inner) {
      expect(cells.has(bound)).toBe(false);
      expect(bound % 10).toBe(0);
    }
  });

  it('has bins that the column can write, for dates of whole months too', () => {
    const months: TableSchema['columns'][number] = {
      ...columnNamed(clinicSchema, 'visit'),
      kind: 'datetime',
      format: '%Y-%m',
      min: 1577836800,
      max: 1606780800,
    } as never;
    const monthly = rows.map((_, place) => [Date.UTC(2020, place % 12) / 1000]);
    const { conditions, counts } = marginalBins(months, 0, monthly);
    expect(conditions.length).toBeGreaterThanOrEqual(4);
    for (const condition of conditions) {
      for (const bound of condition.is === 'range' ? [condition.min!, condition.max!] : [])
        expect(new Date(bound * 1000).getUTCDate()).toBe(1);
    }
    expect(counts.every((count) => count > 0)).toBe(true);
  });
});
