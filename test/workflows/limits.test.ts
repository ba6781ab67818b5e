import { describe, expect, it } from 'vitest';
import type { Limits, RunLimits } from '../../workflows/contract.js';
import { changedLimits, limitsShown, validateLimits } from '../../workflows/limits.js';

const prices = { prompt: 1, completion: 2, currency: 'EUR' };
const limits = (): RunLimits => ({
  inFlight: 8,
  budget: { maxCalls: 100, maxTokens: null, maxCost: null, prices },
});

describe('a change of limits', () => {
  it('leaves out what it does not name', () => {
    expect(changedLimits(limits(), { maxCalls: 200 })).toEqual({
      inFlight: 8,
      budget: { ...limits().budget, maxCalls: 200 },
    });
    expect(changedLimits(limits(), { inFlight: 4, maxCalls: undefined })).toEqual({
      ...limits(),
      inFlight: 4,
    });
  });

  it('takes a bound away with null', () => {
    expect(changedLimits(limits(), { maxCalls: null }).budget.maxCalls).toBeNull();
  });

  it('leaves the limits before it as they are', () => {
    const before = limits();
    changedLimits(before, { inFlight: 1, maxCalls: 1, maxTokens: 1, maxCost: 1 });
    expect(before).toEqual(limits());
  });

  it('is shown without prices', () => {
    expect(limitsShown(limits())).toEqual({ inFlight: 8, maxCalls: 100, maxTokens: null, maxCost: null });
  });
});

describe('limits are accepted', () => {
  it.each<Limits>([
    {},
    { maxCalls: 1 },
    { maxCalls: null, maxTokens: null, maxCost: null },
    { maxCost: 0.5 },
    { inFlight: 256 },
  ])('%o', (change) => expect(() => validateLimits(limits(), change)).not.toThrow());
});

describe('limits are refused with what was expected', () => {
  it.each<[object, RegExp]>([
    [{ maxCall: 1 }, /no limit "maxCall": expected maxCalls, maxTokens, maxCost, inFlight/],
    [{ maxCalls: 0 }, /maxCalls: expected a number above 0, got 0/],
    [{ maxTokens: -1 }, /maxTokens: expected a number above 0, got -1/],
    [{ maxTokens: '5' }, /maxTokens: expected a number above 0, got "5"/],
    [{ maxCalls: 1.5 }, /maxCalls: expected a whole number, got 1.5/],
    [{ inFlight: 2.5 }, /inFlight: expected a whole number, got 2.5/],
    [{ inFlight: null }, /inFlight: expected a number above 0, got null/],
    [{ inFlight: 257 }, /inFlight: expected at most 256, got 257/],
  ])('%o', (change, message) => {
    expect(() => validateLimits(limits(), change as Limits)).toThrow(message);
  });

  it('a bound on the cost of a run without prices', () => {
    const { inFlight, budget } = limits();
    expect(() => validateLimits({ inFlight, budget: { ...budget, prices: null } }, { maxCost: 1 })).toThrow(
      /maxCost: the run was started without prices.*maxTokens instead/,
    );
  });
});
