import { describe, expect, it } from 'vitest';
import type { Budget, Spending } from '../../../mallm/fit/spending.js';
import { addSpending, budgetLeft, callsLeft, costOf, nothingSpent } from '../../../mallm/fit/spending.js';

const prices = { prompt: 2, completion: 10, currency: 'EUR' };
const unbounded: Budget = { maxCalls: null, maxTokens: null, maxCost: null, prices: null };
/** Ten calls of 1,000 and 500 tokens: 0.02 for the prompts and 0.05 for the completions. */
const spent: Spending = { calls: 10, promptTokens: 10_000, completionTokens: 5_000 };

describe('spending', () => {
  it('is added up call by call and token by token', () => {
    const more = { calls: 1, promptTokens: 7, completionTokens: 3 };
    expect(addSpending(spent, more, more)).toEqual({ calls: 12, promptTokens: 10_014, completionTokens: 5_006 });
    expect(addSpending()).toEqual(nothingSpent);
  });

  it('costs what a million tokens of either kind cost, and is of unknown cost without prices', () => {
    expect(costOf(spent, prices)).toBeCloseTo(0.07, 12);
    expect(costOf({ calls: 1, promptTokens: 1_000_000, completionTokens: 0 }, prices)).toBe(2);
    expect(costOf(nothingSpent, prices)).toBe(0);
    expect(costOf(spent, null)).toBeNull();
  });
});

describe('the calls that a budget still allows', () => {
  it.each<[string, Partial<Budget>, number]>([
    ['no bound', {}, Infinity],
    ['calls', { maxCalls: 12 }, 2],
    ['tokens, at 1,500 a call', { maxTokens: 24_000 }, 6],
    ['tokens for less than one more call', { maxTokens: 16_499 }, 0],
    ['money, at 0.007 a call', { maxCost: 0.0981, prices }, 4],
    ['money without prices', { maxCost: 0.01 }, Infinity],
    ['prices without a bound', { prices }, Infinity],
    ['the narrowest of several', { maxCalls: 13, maxTokens: 18_000, maxCost: 1, prices }, 2],
  ])('with %s', (_name, bounds, calls) => {
    expect(callsLeft(spent, { ...unbounded, ...bounds })).toBe(calls);
  });

  it.each<[string, Partial<Budget>]>([
    ['calls', { maxCalls: 9 }],
    ['tokens', { maxTokens: 14_000 }],
    ['money', { maxCost: 0.05, prices }],
  ])('are none, not fewer, when more %s than allowed is spent', (_name, bounds) => {
    expect(callsLeft(spent, { ...unbounded, ...bounds })).toBe(0);
  });

  it('are unknown by tokens and money before the first call, but not by calls', () => {
    const bounds = { ...unbounded, maxTokens: 10, maxCost: 0.001, prices };
    expect(callsLeft(nothingSpent, bounds)).toBe(Infinity);
    expect(callsLeft(nothingSpent, { ...bounds, maxCalls: 3 })).toBe(3);
  });

  it('are none where nothing of a budget is left for work that counts from zero', () => {
    expect(callsLeft(nothingSpent, { ...unbounded, maxTokens: 0 })).toBe(0);
    expect(callsLeft(nothingSpent, { ...unbounded, maxCost: 0, prices })).toBe(0);
  });

  it('are none once a bound is reached exactly', () => {
    expect(callsLeft(spent, { ...unbounded, maxCalls: 10 })).toBe(0);
    expect(callsLeft(spent, { ...unbounded, maxTokens: 15_000 })).toBe(0);
  });
});

describe('what is left of a budget', () => {
  it('is each bound less what is spent, and never below 0', () => {
    const left = budgetLeft(spent, { maxCalls: 12, maxTokens: 16_000, maxCost: 0.1, prices });
    expect(left).toEqual({ maxCalls: 2, maxTokens: 1_000, maxCost: expect.closeTo(0.03, 12) as number, prices });
    const none = budgetLeft(spent, { maxCalls: 1, maxTokens: 1, maxCost: 0.001, prices });
    expect(none).toEqual({ maxCalls: 0, maxTokens: 0, maxCost: 0, prices });
  });

  it('is unbounded where the budget is', () => {
    expect(budgetLeft(spent, unbounded)).toEqual(unbounded);
  });
});
