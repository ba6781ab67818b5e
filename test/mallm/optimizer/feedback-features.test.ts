import { describe, expect, it } from 'vitest';
import { tellingFeatures } from '../../../mallm/optimizer/feedback-features.js';
import { createRandom } from '../../../mallm/random.js';
import type { Row } from '../../../mallm/table/dataset.js';
import { label, numeric, schemaOf } from '../learning/learner-fixtures.js';

const schema = schemaOf(numeric('age', true), label('sex', ['female', 'male', 'other']));

/** Rows of a mean age, the first of them with `other` or without an age. */
function rowsOf(
  count: number,
  seed: number,
  { age = 40, others = 0, missing = 0 }: { age?: number; others?: number; missing?: number } = {},
): Row[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => [
    i < missing ? null : age + 10 * random.normal(),
    i < others ? 'other' : i % 2 ? 'female' : 'male',
  ]);
}

const real = rowsOf(100, 1);

function featuresOf(synthetic: Row[], from: Row[] = real) {
  return tellingFeatures(schema, from, synthetic).map(({ feature, isNumber, weight }) => ({
    feature,
    isNumber,
    sign: Math.sign(weight),
  }));
}

describe('tellingFeatures', () => {
  it('are none of rows of the same kind', () => {
    expect(featuresOf(rowsOf(100, 2))).toEqual([]);
  });

  it('name a number that is higher in synthetic rows as positive, and in real rows as negative', () => {
    expect(featuresOf(rowsOf(100, 2, { age: 60 }))).toEqual([{ feature: 'age', isNumber: true, sign: 1 }]);
    expect(featuresOf(rowsOf(100, 2, { age: 20 }))).toEqual([{ feature: 'age', isNumber: true, sign: -1 }]);
  });

  it('weigh a number in its deviations: the same shift in other units weighs the same', () => {
    const [weight] = tellingFeatures(schema, real, rowsOf(100, 2, { age: 60 })).map((found) => found.weight);
    const days = (rows: Row[]): Row[] => rows.map(([years, sex]) => [1000 + 365 * (years as number), sex!]);
    const [same] = tellingFeatures(schema, days(real), days(rowsOf(100, 2, { age: 60 }))).map((found) => found.weight);
    expect(same).toBeCloseTo(weight!, 1);
    expect(weight).toBeGreaterThan(1);
  });

  it('name a label by the side that has it, and not one that four rows have', () => {
    const other = { feature: expect.stringContaining('other') as string, isNumber: false };
    expect(featuresOf(rowsOf(100, 2, { others: 30 }), real)).toContainEqual({ ...other, sign: 1 });
    expect(featuresOf(rowsOf(100, 2), rowsOf(100, 1, { others: 30 }))).toContainEqual({ ...other, sign: -1 });
    expect(featuresOf(rowsOf(40, 2, { others: 4 }), rowsOf(40, 1))).not.toContainEqual({ ...other, sign: 1 });
    expect(featuresOf(rowsOf(40, 2), rowsOf(40, 1, { others: 4 }))).not.toContainEqual({ ...other, sign: -1 });
  });

  it('name missing cells as a flag, the features after it as what they are', () => {
    const found = featuresOf(rowsOf(100, 2, { missing: 60 }), rowsOf(100, 1, { missing: 10 }));
    expect(found).toContainEqual({ feature: expect.stringContaining('missing') as string, isNumber: false, sign: 1 });
    expect(found.filter(({ feature }) => feature.includes('sex')).every(({ isNumber }) => !isNumber)).toBe(true);
  });
});
