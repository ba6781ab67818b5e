import { describe, expect, it } from 'vitest';
import { hasConverged } from '../../../mallm/fit/convergence.js';

describe('hasConverged', () => {
  it('waits for as many iterations without a gain as its patience', () => {
    expect([0, 1, 2, 3].map((iterations) => hasConverged(iterations, 2))).toEqual([false, false, true, true]);
  });

  it('never converges with a patience of 0', () => {
    expect(hasConverged(100, 0)).toBe(false);
  });
});
