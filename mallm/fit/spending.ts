/** What model calls a run has paid for. Calls whose reply was found in the store are counted once, when they were paid. */
export interface Spending {
  calls: number;
  promptTokens: number;
  completionTokens: number;
}

/** Bounds of a run; null is unbounded. `maxCost` in the currency of `prices`. */
export interface Budget {
  maxCalls: number | null;
  maxTokens: number | null;
  maxCost: number | null;
  /** Price of a million tokens. */
  prices: { prompt: number; completion: number; currency: string } | null;
}

export const nothingSpent: Spending = { calls: 0, promptTokens: 0, completionTokens: 0 };

export function addSpending(...parts: readonly Spending[]): Spending {
  return parts.reduce(
    (sum, part) => ({
      calls: sum.calls + part.calls,
      promptTokens: sum.promptTokens + part.promptTokens,
      completionTokens: sum.completionTokens + part.completionTokens,
    }),
    nothingSpent,
  );
}

/** Cost in the currency of the prices, or null when no prices are known. */
export function costOf(spending: Spending, prices: Budget['prices']): number | null {
  if (!prices) return null;
  return (spending.promptTokens * prices.prompt + spending.completionTokens * prices.completion) / 1e6;
}

/**
 * How many more calls the budget allows, reckoning each at the mean of those already paid.
 * Infinity when unbounded; never negative.
 */
export function callsLeft(spending: Spending, budget: Budget): number {
  const perCall = spending.calls > 0 ? 1 / spending.calls : 0;
  const tokens = spending.promptTokens + spending.completionTokens;
  const cost = costOf(spending, budget.prices);
  const bounds = [Infinity];
  if (budget.maxCalls !== null) bounds.push(budget.maxCalls - spending.calls);
  if (budget.maxTokens !== null) bounds.push(within(budget.maxTokens - tokens, tokens * perCall));
  if (budget.maxCost !== null && cost !== null) bounds.push(within(budget.maxCost - cost, cost * perCall));
  return Math.max(0, Math.floor(Math.min(...bounds)));
}

/** What is left of a budget, for work that counts from zero. */
export function budgetLeft(spending: Spending, { maxCalls, maxTokens, maxCost, prices }: Budget): Budget {
  const left = (bound: number | null, spent: number): number | null =>
    bound === null ? null : Math.max(0, bound - spent);
  return {
    maxCalls: left(maxCalls, spending.calls),
    maxTokens: left(maxTokens, spending.promptTokens + spending.completionTokens),
    maxCost: left(maxCost, costOf(spending, prices) ?? 0),
    prices,
  };
}

function within(left: number, each: number): number {
  if (left <= 0) return 0;
  return each > 0 ? left / each : Infinity;
}
