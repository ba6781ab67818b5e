import { describe, expect, it } from 'vitest';
import type { Column, Row, TableSchema } from '../../../mallm/table/dataset.js';
import { compareRows, feedbackLines } from '../../../mallm/optimizer/feedback.js';
import { createRandom } from '../../../mallm/random.js';
import { fileBytes, typedTable } from '../../support/tables.js';
import { label, numeric, schemaOf } from '../learning/learner-fixtures.js';

const date: Column = {
  name: 'visit',
  kind: 'datetime',
  description: '',
  nullable: false,
  missingToken: '',
  min: 0,
  max: 1e9,
  format: '%Y-%m-%d',
};
const schema = schemaOf(
  numeric('age', true),
  date,
  label('sex', ['Female', 'Male']),
  label('role', ['Husband', 'Wife', 'Child', 'Rare']),
  numeric('pay'),
);

interface Habits {
  age?: number;
  ageSpread?: number;
  days?: number;
  male?: number;
  missing?: number;
  tied?: boolean;
}

/** Rows in which role follows sex and pay follows age, unless they are not tied. */
function rowsOf(count: number, seed: number, habits: Habits = {}): Row[] {
  const { age = 40, ageSpread = 10, days = 0, male = 0.5, missing = 0, tied = true } = habits;
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const years = age + ageSpread * random.normal();
    const sex = random.uniform() < male ? 'Male' : 'Female';
    const spouse = (tied ? sex : random.pick(['Male', 'Female'])) === 'Male' ? 'Husband' : 'Wife';
    const role = random.uniform() < 0.2 ? 'Child' : spouse;
    const pay = 100 * (tied ? years : 40 + 10 * random.normal()) + 200 * random.normal();
    const visit = 1.6e9 + 86_400 * Math.round(days + 100 * random.normal());
    return [random.uniform() < missing ? null : years, visit, sex, role, pay];
  });
}

const real = rowsOf(200, 1);

function linesFor(synthetic: Row[], from: Row[] = real): string[] {
  return feedbackLines(compareRows(schema, from, synthetic));
}

describe('compareRows', () => {
  it('says next to nothing of rows that are as real ones are', () => {
    const counts = [11, 12, 13, 14, 15].map((seed) => linesFor(rowsOf(200, seed)).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(8);
  });

  it('names shifted means, spreads, shares, dates and missing cells, the worst first', () => {
    const { shifts } = compareRows(schema, real, rowsOf(300, 2, { age: 52, male: 0.75, days: 90, missing: 0.15 }));
    expect(new Set(shifts.map(({ column, of }) => `${column} ${of}`))).toEqual(
      new Set(['age mean', 'pay mean', 'sex label', 'role label', 'visit mean', 'age missing']),
    );
    const severities = shifts.map(({ severity }) => severity);
    expect(severities).toEqual([...severities].sort((a, b) => b - a));
    expect(shifts[0]!.column).toMatch(/age|pay/);
    const narrow = compareRows(schema, real, rowsOf(300, 3, { ageSpread: 4 })).shifts;
    expect(narrow.find(({ column }) => column === 'age')).toMatchObject({ of: 'spread' });
  });

  it('finds pairs that are tied in the real rows and not in the synthetic ones, and the other way round', () => {
    const lost = compareRows(schema, real, rowsOf(300, 4, { tied: false })).pairs;
    expect(lost.map(({ columns }) => columns.join(' '))).toEqual(expect.arrayContaining(['age pay', 'sex role']));
    for (const pair of lost) expect(pair.real - pair.synthetic).toBeGreaterThan(0.3);
    const invented = compareRows(schema, rowsOf(200, 5, { tied: false }), rowsOf(300, 6)).pairs;
    for (const pair of invented) expect(pair.synthetic - pair.real).toBeGreaterThan(0.3);
    expect(invented.length).toBeGreaterThanOrEqual(2);
  });

  it('names the features that a classifier leans on, and which way', () => {
    const { features } = compareRows(schema, real, rowsOf(300, 7, { male: 0.9 }));
    expect(features.find(({ feature }) => feature === 'sex = Male')!.weight).toBeGreaterThan(0);
    expect(features.find(({ feature }) => feature === 'sex = Female')!.weight).toBeLessThan(0);
  });

  it('finds combinations of common labels that no real row has', () => {
    const { impossible } = compareRows(schema, real, rowsOf(300, 8, { tied: false }));
    const named = impossible.map(({ columns, labels }) => [...columns, ...labels].join(' '));
    expect(named.sort()).toEqual(['sex role Female Husband', 'sex role Male Wife']);
    for (const { rows } of impossible) expect(rows).toBeGreaterThanOrEqual(3);
  });

  it('keeps each list short', () => {
    const { schema: adult, rows } = typedTable(fileBytes('test/fixtures/tables/adult-train-100.csv'), 'Income');
    const random = createRandom(9);
    const independent = Array.from({ length: 200 }, () => adult.columns.map((_, at) => random.pick(rows)[at]!));
    const feedback = compareRows(adult, rows, independent);
    for (const list of Object.values(feedback)) expect((list as unknown[]).length).toBeLessThanOrEqual(8);
    expect(feedback.pairs).toHaveLength(8);
    expect(feedback.impossible.map(({ labels }) => labels.join(' '))).toContain('Husband Female');
  });

  it('says nothing of fewer than five rows', () => {
    const empty = { shifts: [], pairs: [], features: [], impossible: [] };
    expect(compareRows(schema, real, rowsOf(4, 1, { age: 90 }))).toEqual(empty);
    expect(compareRows(schema, real.slice(0, 4), rowsOf(100, 1, { age: 90 }))).toEqual(empty);
    expect(compareRows(schema, [], [])).toEqual(empty);
  });

  it('survives constant columns, empty columns, one label, and unseen labels', () => {
    const odd: TableSchema = schemaOf(
      numeric('empty', true),
      numeric('constant'),
      label('one', ['a']),
      label('new', ['b']),
    );
    const realRows = Array.from({ length: 30 }, (): Row => [null, 5, 'a', 'b']);
    const syntheticRows = Array.from({ length: 30 }, (_, row): Row => [row, 6 + (row % 2), 'a', 'z']);
    const feedback = compareRows(odd, realRows, syntheticRows);
    expect(JSON.stringify(feedback)).not.toContain('null');
    expect(feedbackLines(feedback)).toContain(
      '- "empty": missing in 0 % of the synthetic rows, 100 % of the real ones',
    );
    expect(feedbackLines(feedback)).toContain('- "constant": synthetic mean 6.5, real 5.0');
  });
});

describe('what is said of single people', () => {
  /** One real row is extreme in every column. */
  const outlier: Row = [777, 1.6e9 - 86_400 * 4321, 'Female', 'Rare', 54_321];

  it('says of a share with fewer than five real rows behind it only that it is below that', () => {
    const rare = [...real, outlier];
    const synthetic = rowsOf(300, 21).map((row, index): Row => (index < 120 ? row.with(3, 'Rare') : row));
    const { shifts } = compareRows(schema, rare, synthetic);
    expect(shifts.find((shift) => shift.of === 'label' && shift.label === 'Rare')).toMatchObject({
      real: { value: 5 / 201, below: true },
    });
    expect(linesFor(synthetic, rare).join('\n')).toContain('"Rare" 40 % synthetic, under 3 % real');
  });

  it('quotes no cell of the extreme row', () => {
    const text = linesFor(rowsOf(300, 22, { tied: false, age: 60, male: 0.8, missing: 0.2 }), [...real, outlier]).join(
      '\n',
    );
    expect(text.length).toBeGreaterThan(200);
    expect(text).not.toMatch(/777|54.?321|Rare|2008|2009/);
  });
});

describe('feedbackLines', () => {
  it('writes the lines of the prompt', () => {
    const lines = feedbackLines({
      shifts: [
        {
          column: 'education-num',
          of: 'mean',
          severity: 0.4,
          date: false,
          real: 9.84,
          synthetic: 11.49,
          realDeviation: 2.54,
        },
        { column: 'visit', of: 'mean', severity: 0.3, date: true, real: 1.6e9, synthetic: 1.59e9, realDeviation: 1e7 },
        { column: 'hours', of: 'spread', severity: 0.2, date: false, real: 14.6, synthetic: 9.6, realDeviation: 14.6 },
        {
          column: 'sex',
          of: 'label',
          label: 'Male',
          severity: 0.05,
          real: { value: 0.66, below: false },
          synthetic: 0.71,
          totalVariation: 0.05,
        },
        { column: 'pulse', of: 'missing', severity: 0.1, real: { value: 0, below: false }, synthetic: 0.1 },
      ],
      pairs: [
        { columns: ['a', 'b'], real: 0.61, synthetic: 0.08 },
        { columns: ['say "x"', 'b'], real: 0.61, synthetic: 0.3 },
        { columns: ['a', 'c'], real: 0.02, synthetic: 0.5 },
      ],
      features: [
        { feature: 'age', isNumber: true, weight: -0.5 },
        { feature: 'sex = Male', isNumber: false, weight: 0.4 },
      ],
      impossible: [{ columns: ['relationship', 'sex'], labels: ['Husband', 'Female'], rows: 12 }],
    });
    expect(lines).toEqual([
      '- "education-num": synthetic mean 11.5, real 9.8 (+0.65 sd)',
      '- "visit": synthetic mean 2020-05-20, real 2020-09-13 (-1.00 sd)',
      '- "hours": synthetic sd 10, real 15',
      '- "sex": "Male" 71 % synthetic, 66 % real',
      '- "pulse": missing in 10 % of the synthetic rows, 0 % of the real ones',
      '- "a" and "b": related in the real rows (0.61), not in the synthetic ones (0.08)',
      '- "say \\"x\\"" and "b": related in the real rows (0.61), less in the synthetic ones (0.30)',
      '- "a" and "c": related in the synthetic rows (0.50), not in the real ones (0.02)',
      '- all else equal, a low "age" speaks for a synthetic row',
      '- all else equal, "sex = Male" speaks for a synthetic row',
      '- "relationship" = "Husband" together with "sex" = "Female": in 12 synthetic rows, in no real one',
    ]);
  });
});
