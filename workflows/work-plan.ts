/** How the calls of a step are divided into activities. */
export interface WorkPlan {
  /** Calls of each activity, in the order in which they start: as many in each, but for one. */
  sizes: number[];
  /** How many of them an activity makes at once. */
  parallel: number;
}

/**
 * Divides calls into activities of about `callsPerActivity`, so that as many calls are in flight as may be, and each
 * activity keeps its share of them busy for long: between two activities nothing is in flight on it. With more calls
 * than can be in flight an activity makes them one after the other, or a few at once. Activities are of the same length,
 * or the last of them would leave most of what may be in flight unused.
 */
export function workPlan(calls: number, inFlight: number, callsPerActivity: number): WorkPlan {
  if (calls <= inFlight) {
    return { sizes: evenly(calls, Math.ceil(calls / callsPerActivity)), parallel: callsPerActivity };
  }
  if (calls >= inFlight * callsPerActivity) {
    const rounds = Math.ceil(calls / (inFlight * callsPerActivity));
    return { sizes: evenly(calls, inFlight * rounds), parallel: 1 };
  }
  const parallel = Math.min(inFlight, Math.ceil((inFlight * callsPerActivity) / calls));
  return { sizes: evenly(calls, Math.floor(inFlight / parallel)), parallel };
}

function evenly(calls: number, activities: number): number[] {
  return Array.from(
    { length: activities },
    (_, place) => Math.floor(calls / activities) + (place < calls % activities ? 1 : 0),
  );
}
