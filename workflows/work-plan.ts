import type { ModelCall } from './activity-contract.js';

/** Model calls to one activity, which makes fewer where they take long. */
const CALLS_PER_ACTIVITY = 50;

/** How the calls of a step are divided into activities. */
export interface WorkPlan {
  /** Calls of each activity, in the order in which they start: the longer ones first, by one call at most. */
  sizes: number[];
  /** How many of them an activity makes at once. */
  parallel: number;
}

/**
 * Divides calls into activities of about 50, so that as many calls are in flight as may be, and each activity keeps its
 * share of them busy for long: between two activities nothing is in flight on it. With more calls than can be in flight
 * an activity makes them one after the other, or a few at once. Activities are of the same length, or the last of them
 * would leave most of what may be in flight unused.
 */
export function workPlan(calls: number, inFlight: number): WorkPlan {
  if (calls <= inFlight)
    return { sizes: sizesOf(calls, Math.ceil(calls / CALLS_PER_ACTIVITY)), parallel: CALLS_PER_ACTIVITY };
  if (calls >= inFlight * CALLS_PER_ACTIVITY) {
    const rounds = Math.ceil(calls / (inFlight * CALLS_PER_ACTIVITY));
    return { sizes: sizesOf(calls, inFlight * rounds), parallel: 1 };
  }
  const wanted = Math.min(inFlight, Math.ceil((inFlight * CALLS_PER_ACTIVITY) / calls));
  const activities = Math.floor(inFlight / wanted);
  return { sizes: sizesOf(calls, activities), parallel: Math.floor(inFlight / activities) };
}

/** The calls that ask for `rows` rows together, as evenly as whole numbers go. */
export function evenCalls(rows: number, calls: number): ModelCall[] {
  return callsFor(evenly(rows, calls));
}

/** Calls of which each asks for so many rows. */
export function callsFor(rowsOfCalls: readonly number[]): ModelCall[] {
  let first = 0;
  return rowsOfCalls.map((rows, index) => {
    const call = { index, first, rows };
    first += rows;
    return call;
  });
}

function sizesOf(calls: number, activities: number): number[] {
  return evenly(calls, activities).sort((a, b) => b - a);
}

function evenly(count: number, shares: number): number[] {
  const upTo = (share: number): number => Math.floor((share * count) / shares);
  return Array.from({ length: shares }, (_, share) => upTo(share + 1) - upTo(share));
}
