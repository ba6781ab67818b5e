/** How the calls of a step are divided into activities. */
export interface WorkPlan {
  /** Calls to an activity. */
  size: number;
  /** How many of them it makes at once. */
  parallel: number;
}

/**
 * Divides calls into activities of about `callsPerActivity`, so that as many calls are in flight as may be, and each
 * activity keeps its share of them busy for long: between two activities nothing is in flight on it. With more calls
 * than can be in flight an activity makes them one after the other, or a few at once.
 */
export function workPlan(calls: number, inFlight: number, callsPerActivity: number): WorkPlan {
  if (calls <= inFlight) return { size: Math.max(1, callsPerActivity), parallel: callsPerActivity };
  if (calls >= inFlight * callsPerActivity) {
    const rounds = Math.ceil(calls / (inFlight * callsPerActivity));
    return { size: Math.ceil(calls / (inFlight * rounds)), parallel: 1 };
  }
  const parallel = Math.min(inFlight, Math.ceil((inFlight * callsPerActivity) / calls));
  return { size: Math.ceil(calls / Math.floor(inFlight / parallel)), parallel };
}
