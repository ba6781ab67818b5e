import { describe, expect, it } from 'vitest';
import { baselineRows, type BaselineMethod } from '../../../mallm/baselines/baseline.js';
import type { Cell, Row, TableSchema } from '../../../mallm/table/dataset.js';
import { TableError } from '../../../mallm/errors.js';
import { createRandom } from '../../../mallm/random.js';

const METHODS: BaselineMethod[] = ['marginals', 'smote', 'cart', 'copula'];
const common = { description: '', nullable: false, missingToken: '' };

const schema: TableSchema = {
  target: 'ill',
  columns: [
    { ...common, name: 'id', kind: 'identifier', pattern: 'A99' },
    { ...common, name: 'age', kind: 'numeric', min: 20, max: 79, decimals: { min: 0, max: 0 } },
    { ...common, name: 'dose', kind: 'numeric', min: 0, max: 10, decimals: { min: 1, max: 2 }, nullable: true },
    { ...common, name: 'grade', kind: 'ordered', categories: ['I', 'II', 'III'] },
    { ...common, name: 'note', kind: 'text', maxLength: 10 },
    { ...common, name: 'ill', kind: 'boolean', categories: ['no', 'yes'] },
  ],
};
const AGE = 1;
const DOSE = 2;
const GRADE = 3;
const ILL = 5;

/** Dose rises with age, grade follows dose, the old are ill, one dose in six is missing. */
const rows: Row[] = makeRows(120);

describe.each(METHODS)('baseline %s', (method) => {
  const made = baselineRows(method, { schema, rows, count: 600, seed: 3 });

  it('makes as many rows as asked, the same for the same seed, others for another', () => {
    expect(made).toHaveLength(600);
    expect(baselineRows(method, { schema, rows, count: 600, seed: 3 })).toEqual(made);
    expect(baselineRows(method, { schema, rows, count: 600, seed: 4 })).not.toEqual(made);
  });

  it('keeps to the columns: numbers on the grid and in range, labels of the training rows, keys and texts blank', () => {
    for (const row of made) {
      expect(row[0]).toBeNull();
      expect(row[AGE]).toSatisfy((age: Cell) => Number.isInteger(age) && Number(age) >= 20 && Number(age) <= 79);
      expect(row[DOSE]).toSatisfy((dose: Cell) => dose === null || isMultiple(Number(dose), 0.05));
      expect(['I', 'II', 'III']).toContain(row[GRADE]);
      expect(row[4]).toBe('');
      expect(['no', 'yes']).toContain(row[ILL]);
    }
  });

  it('has about the shares of the training rows: missing doses, classes, mean age', () => {
    expect(share(made, (row) => row[DOSE] === null)).toBeCloseTo(
      share(rows, (row) => row[DOSE] === null),
      1,
    );
    expect(Math.abs(share(made, (row) => row[ILL] === 'yes') - share(rows, (row) => row[ILL] === 'yes'))).toBeLessThan(
      0.08,
    );
    expect(Math.abs(meanOf(made, AGE) - meanOf(rows, AGE))).toBeLessThan(3);
  });

  it.each([1, 2, 5])('works on a table of %i rows', (count) => {
    const tiny = baselineRows(method, { schema, rows: rows.slice(0, count), count: 20, seed: 1 });
    expect(tiny).toHaveLength(20);
    expect(tiny.flat()).not.toContain(undefined);
    expect(tiny.flat()).not.toContain(NaN);
  });

  it('works where a column is constant, all missing, or the target a number', () => {
    const flat = rows.map((row) => row.with(DOSE, null).with(GRADE, 'II'));
    const regression = { ...schema, target: 'age' };
    const made = baselineRows(method, { schema: regression, rows: flat, count: 30, seed: 1 });
    expect(made.every((row) => row[DOSE] === null && row[GRADE] === 'II')).toBe(true);
  });

  it('refuses a table without rows', () => {
    expect(() => baselineRows(method, { schema, rows: [], count: 1, seed: 1 })).toThrow(TableError);
  });
});

describe('what the baselines differ in', () => {
  const training = correlation(rows);
  const drawn = (method: BaselineMethod): number =>
    correlation(baselineRows(method, { schema, rows, count: 3000, seed: 5 }));

  it('marginals lose the relation of age and dose', () => {
    expect(training).toBeGreaterThan(0.8);
    expect(Math.abs(drawn('marginals'))).toBeLessThan(0.06);
  });

  it('CART, SMOTE and the copula keep most of it', () => {
    for (const method of ['cart', 'smote', 'copula'] as const) expect(drawn(method)).toBeGreaterThan(0.8 * training);
  });

  it('CART reuses the values of training rows, SMOTE and the copula make others', () => {
    const known = new Set(rows.map((row) => row[DOSE]));
    const reused = (method: BaselineMethod): number =>
      share(baselineRows(method, { schema, rows, count: 1000, seed: 5 }), (row) => known.has(row[DOSE]));
    expect(reused('cart')).toBe(1);
    expect(reused('smote')).toBeLessThan(0.9);
    expect(reused('copula')).toBeLessThan(0.9);
  });

  it('SMOTE lies between two rows of one class', () => {
    const twoClasses: Row[] = [
      ...[20, 21, 22, 23, 24, 25].map((age): Row => [null, age, 1, 'I', '', 'no']),
      ...[70, 71, 72, 73, 74, 75].map((age): Row => [null, age, 9, 'III', '', 'yes']),
    ];
    for (const row of baselineRows('smote', { schema, rows: twoClasses, count: 200, seed: 2 })) {
      const [low, high] = row[ILL] === 'no' ? [20, 25] : [70, 75];
      expect(row[AGE]).toBeGreaterThanOrEqual(low);
      expect(row[AGE]).toBeLessThanOrEqual(high);
      expect(row[GRADE]).toBe(row[ILL] === 'no' ? 'I' : 'III');
    }
  });
});

function makeRows(count: number): Row[] {
  const random = createRandom(9);
  return Array.from({ length: count }, (_, i): Row => {
    const age = 20 + random.integer(60);
    const dose = Math.min(10, Math.max(0, Math.round((age / 8 + random.normal()) * 20) / 20));
    const grade = dose < 4 ? 'I' : dose < 7 ? 'II' : 'III';
    return [
      `A${i}`,
      age,
      random.uniform() < 1 / 6 ? null : dose,
      grade,
      'seen',
      age + 10 * random.normal() > 55 ? 'yes' : 'no',
    ];
  });
}

function isMultiple(number: number, step: number): boolean {
  return Math.abs(number / step - Math.round(number / step)) < 1e-9;
}

function share(table: readonly Row[], test: (row: Row) => boolean): number {
  return table.filter(test).length / table.length;
}

function meanOf(table: readonly Row[], column: number): number {
  return table.reduce((sum, row) => sum + Number(row[column]), 0) / table.length;
}

/** Pearson correlation of age and dose where both are there. */
function correlation(table: readonly Row[]): number {
  const pairs = table.filter((row) => row[DOSE] !== null);
  const centred = (column: number): number[] => pairs.map((row) => Number(row[column]) - meanOf(pairs, column));
  const [a, b] = [centred(AGE), centred(DOSE)];
  const dot = (x: number[], y: number[]): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
