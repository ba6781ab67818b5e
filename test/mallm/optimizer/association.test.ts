import { describe, expect, it } from 'vitest';
import { associationOf } from '../../../mallm/optimizer/association.js';
import { readLearners } from '../learning/learner-fixtures.js';

const oracles = (
  readLearners('learners.json') as {
    association: { first: number[]; second: number[]; strength: number; deviate: number }[];
  }
).association;

describe('associationOf', () => {
  it.each(oracles)("is Bergsma's V and the deviate of scipy's p-value ($strength)", ({ first, second, ...oracle }) => {
    const { strength, deviate } = associationOf(first, second);
    expect(strength).toBeCloseTo(oracle.strength, 10);
    // The approximation is made for the neighbourhood of what is significant; far out it only has to be far out.
    if (oracle.deviate > 8) expect(deviate).toBeGreaterThan(8);
    else expect(Math.abs(deviate - oracle.deviate)).toBeLessThan(0.05 * Math.max(1, Math.abs(oracle.deviate)));
  });

  it.each(oracles)('is the same for the columns changed over ($strength)', ({ first, second }) => {
    const { strength, deviate } = associationOf(second, first);
    expect(strength).toBeCloseTo(associationOf(first, second).strength, 10);
    expect(deviate).toBeCloseTo(associationOf(first, second).deviate, 10);
  });

  it('is 0 where each row has a level of its own: any column would follow from it', () => {
    const own = Array.from({ length: 20 }, (_, row) => row);
    const two = own.map((row) => row % 2);
    expect(associationOf(own, two).strength).toBe(0);
    expect(associationOf(own, own).strength).toBe(0);
  });

  it('is 1 for equal columns, and 0 where one of them is constant or there are no rows', () => {
    const levels = Array.from({ length: 60 }, (_, row) => row % 3);
    expect(associationOf(levels, levels).strength).toBeCloseTo(1, 12);
    const constant = levels.map(() => 0);
    expect(associationOf(levels, constant)).toEqual({ strength: 0, deviate: 0 });
    expect(associationOf(constant, levels)).toEqual({ strength: 0, deviate: 0 });
    expect(associationOf([], [])).toEqual({ strength: 0, deviate: 0 });
  });
});
