import { describe, expect, it } from 'vitest';
import { workPlan } from '../../workflows/work-plan.js';

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

/** Calls that one slot makes one after the other, when every activity takes its slots as soon as they are free. */
function rounds(calls: number, inFlight: number, callsPerActivity: number): number {
  const { sizes, parallel } = workPlan(calls, inFlight, callsPerActivity);
  const busy = Array.from({ length: Math.floor(inFlight / Math.min(parallel, ...sizes)) }, () => 0);
  for (const size of sizes) {
    const free = busy.indexOf(Math.min(...busy));
    busy[free]! += Math.ceil(size / Math.min(parallel, size));
  }
  return Math.max(...busy);
}

describe('workPlan', () => {
  it('makes every call once, whatever the numbers', () => {
    for (const calls of [0, 1, 2, 7, 8, 63, 64, 65, 100, 511, 512, 513, 1600, 4001]) {
      for (const inFlight of [1, 3, 16, 64]) {
        const { sizes, parallel } = workPlan(calls, inFlight, 8);
        expect(sum(sizes)).toBe(calls);
        expect(Math.min(1, ...sizes)).toBe(1);
        expect(Math.max(0, ...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(parallel).toBeGreaterThanOrEqual(1);
        if (calls > inFlight) expect(parallel).toBeLessThanOrEqual(inFlight);
      }
    }
  });

  it.each([
    [1600, 64],
    [800, 16],
    [513, 64],
    [4000, 64],
    [50, 1],
  ])('keeps all slots busy to the end: %i calls, %i in flight', (calls, inFlight) => {
    expect(rounds(calls, inFlight, 8)).toBe(Math.ceil(calls / inFlight));
  });

  it('keeps to about as many calls an activity as asked where there are many', () => {
    const { sizes } = workPlan(1600, 64, 8);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8);
    expect(sizes.length).toBe(256);
  });
});
