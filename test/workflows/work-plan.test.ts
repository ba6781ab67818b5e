import { describe, expect, it } from 'vitest';
import { callsFor, evenCalls, workPlan } from '../../workflows/work-plan.js';

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

/** Calls that one slot makes one after the other, when every activity takes its slots as soon as they are free. */
function rounds(calls: number, inFlight: number): number {
  const { sizes, parallel } = workPlan(calls, inFlight);
  const busy = Array.from({ length: Math.floor(inFlight / Math.min(parallel, ...sizes)) }, () => 0);
  for (const size of sizes) {
    const free = busy.indexOf(Math.min(...busy));
    busy[free]! += Math.ceil(size / Math.min(parallel, size));
  }
  return Math.max(...busy);
}

describe('workPlan', () => {
  it('makes every call once, whatever the numbers', () => {
    for (const calls of [0, 1, 2, 7, 49, 50, 51, 63, 64, 65, 100, 511, 800, 3199, 3200, 3201, 9001]) {
      for (const inFlight of [1, 3, 7, 16, 64]) {
        const { sizes, parallel } = workPlan(calls, inFlight);
        expect(sum(sizes)).toBe(calls);
        expect(Math.min(1, ...sizes)).toBe(1);
        expect(Math.max(0, ...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(parallel).toBeGreaterThanOrEqual(1);
        if (calls > inFlight) expect(parallel).toBeLessThanOrEqual(inFlight);
      }
    }
  });

  it.each([
    { calls: 40, inFlight: 64, sizes: [40], parallel: 50 },
    { calls: 60, inFlight: 64, sizes: [30, 30], parallel: 50 },
    { calls: 100, inFlight: 7, sizes: [100], parallel: 7 },
    { calls: 200, inFlight: 8, sizes: [50, 50, 50, 50], parallel: 2 },
    { calls: 100, inFlight: 2, sizes: [50, 50], parallel: 1 },
    { calls: 101, inFlight: 2, sizes: [26, 25, 25, 25], parallel: 1 },
  ])('divides $calls calls, $inFlight in flight, into $sizes', ({ calls, inFlight, sizes, parallel }) => {
    expect(workPlan(calls, inFlight)).toEqual({ sizes, parallel });
  });

  it.each([
    [6400, 64],
    [3200, 16],
    [3250, 64],
    [16_000, 64],
    [300, 1],
    [100, 7],
  ])('keeps all slots busy to the end: %i calls, %i in flight', (calls, inFlight) => {
    expect(rounds(calls, inFlight)).toBe(Math.ceil(calls / inFlight));
  });
});

describe('evenCalls', () => {
  it.each([
    { rows: 10, calls: 4, each: [2, 3, 2, 3] },
    { rows: 9, calls: 3, each: [3, 3, 3] },
    { rows: 1, calls: 1, each: [1] },
  ])('asks for $rows rows in $calls calls: $each', ({ rows, calls, each }) => {
    expect(evenCalls(rows, calls).map((call) => call.rows)).toEqual(each);
  });

  it('places each call after the rows of those before it', () => {
    expect(callsFor([3, 4, 2])).toEqual([
      { index: 0, first: 0, rows: 3 },
      { index: 1, first: 3, rows: 4 },
      { index: 2, first: 7, rows: 2 },
    ]);
  });
});
