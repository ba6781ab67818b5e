import { ApplicationFailure } from '@temporalio/workflow';
import type { Limits, RunLimits } from './contract.js';

/** Most model calls at once that a run may ask for; the range of the option. */
const MOST_IN_FLIGHT = 256;
const NAMES: readonly (keyof Limits)[] = ['maxCalls', 'maxTokens', 'maxCost', 'inFlight'];

/** Refuses a change of limits that cannot be meant. @throws ApplicationFailure that says why. */
export function validateLimits({ budget }: RunLimits, change: Limits): void {
  const unknown = Object.keys(change).find((name) => !(NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) throw refused(`there is no limit "${unknown}": expected ${NAMES.join(', ')}.`);
  for (const name of NAMES) {
    const value: unknown = change[name];
    if (value === undefined || (value === null && name !== 'inFlight')) continue;
    if (typeof value !== 'number' || !(value > 0))
      throw refused(`${name}: expected a number above 0, got ${text(value)}.`);
    if (name !== 'maxCost' && !Number.isInteger(value))
      throw refused(`${name}: expected a whole number, got ${text(value)}.`);
  }
  if ((change.inFlight ?? 1) > MOST_IN_FLIGHT)
    throw refused(`inFlight: expected at most ${MOST_IN_FLIGHT}, got ${text(change.inFlight)}.`);
  if (typeof change.maxCost === 'number' && budget.prices === null)
    throw refused(
      'maxCost: the run was started without prices, so that its cost is not known. Limit maxTokens instead.',
    );
}

/** The limits after a change, as a copy; what is left out stays. */
export function changedLimits({ inFlight, budget }: RunLimits, change: Limits): RunLimits {
  const { inFlight: given, ...ofBudget } = change;
  const bounds = Object.fromEntries(Object.entries(ofBudget).filter(([, value]) => value !== undefined));
  return { inFlight: given ?? inFlight, budget: { ...budget, ...bounds } };
}

/** The limits in force, as a user sees them. */
export function limitsShown({ inFlight, budget: { maxCalls, maxTokens, maxCost } }: RunLimits): Limits {
  return { inFlight, maxCalls, maxTokens, maxCost };
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'InvalidInput');
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
