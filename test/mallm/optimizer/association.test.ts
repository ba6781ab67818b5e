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

  it('is 1 for equal columns, and 0 where one of them is constant or there are no rows', () => {
    const levels = Array.from({ length: 60 }, (_, row) => row % 3);
    expect(associationOf(levels, levels).strength).toBeCloseTo(1, 12);
    expect(
      associationOf(
        levels,
        levels.map(() => 0),
      ),
    ).toEqual({ strength: 0, deviate: 0 });
    expect(associationOf([], [])).toEqual({ strength: 0, deviate: 0 });
  });
});
