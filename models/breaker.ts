/** Failures in a row after which an endpoint is left alone. */
const FAILURES = 5;
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;

/**
 * Leaves an endpoint alone that fails again and again, and then lets a single call try whether it is back: a second
 * after the first time, twice as long after each try that fails.
 */
export class Breaker {
  private failures = 0;
  private restMs = 0;
  private closedUntil = 0;
  private probing = false;

  /** Milliseconds until a call may try; infinite while another one is trying. */
  waitFor(now: number): number {
    if (this.restMs === 0) return 0;
    return this.probing ? Infinity : Math.max(0, this.closedUntil - now);
  }

  enter(): void {
    this.probing = this.restMs > 0;
  }

  /** The endpoint answered, if only to refuse. */
  answered(): void {
    this.failures = 0;
    this.restMs = 0;
    this.probing = false;
  }

  /** A call ended without a sign of the endpoint: the next one may try. */
  left(): void {
    this.probing = false;
  }

  failed(now: number): void {
    this.failures++;
    if (this.failures < FAILURES) return;
    // Calls that were under way when the rest began fail during it: they do not make it longer.
    if (this.restMs > 0 && !this.probing) return;
    this.restMs = Math.min(LONGEST_REST_MS, Math.max(FIRST_REST_MS, this.restMs * 2));
    this.closedUntil = now + this.restMs;
    this.probing = false;
  }
}
