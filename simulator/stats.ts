/** What a simulated model has been asked since it started. */
export interface SimulatorStats {
  /** Calls to chat completions, refused and failed ones included. */
  calls: number;
  /** How many got each HTTP status; `0` were closed without one. */
  byStatus: Record<number, number>;
  /** Requests that came more than once, and requests that were answered (200, delivered) more than once. */
  repeated: number;
  answeredTwice: number;
  /** Most calls in work at once. */
  mostInFlight: number;
  promptTokens: number;
  completionTokens: number;
}

export function nothingAsked(): SimulatorStats {
  return {
    calls: 0,
    byStatus: {},
    repeated: 0,
    answeredTwice: 0,
    mostInFlight: 0,
    promptTokens: 0,
    completionTokens: 0,
  };
}
