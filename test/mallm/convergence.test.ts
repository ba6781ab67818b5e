import { describe, expect, it } from 'vitest';
import { hasConverged } from '../../mallm/convergence.js';

describe('hasConverged', () => {
  it('waits for more iterations than its patience', () => {
    expect(hasConverged([], 2)).toBe(false);
    expect(hasConverged([0.9, 0.9], 2)).toBe(false);
    expect(hasConverged([0.9, 0.9, 0.9], 2)).toBe(true);
  });

  it('goes on while one of the last iterations is better than all before', () => {
    expect(hasConverged([0.9, 0.8, 0.7, 0.7], 2)).toBe(false);
    expect(hasConverged([0.9, 0.7, 0.7, 0.7], 2)).toBe(true);
  });

  it('takes a score that rises when it is scored again for no gain', () => {
    expect(hasConverged([0.6, 0.7, 0.65, 0.61], 3)).toBe(true);
    expect(hasConverged([0.6, 0.7, 0.65, 0.59], 3)).toBe(false);
  });

  it('never converges with a patience of 0', () => {
    expect(hasConverged(Array<number>(100).fill(0.5), 0)).toBe(false);
  });
});
