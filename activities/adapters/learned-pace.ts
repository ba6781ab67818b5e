const MINUTE_MS = 60_000;
/** Taken of what was let through before a refusal, to stay below the limit. */
const CAUTION = 0.9;
/** Growth with each call let through: small near the limit, larger once the limit is long not met. */
const SLOW_GROWTH = 1.002;
const FAST_GROWTH = 1.02;
const FAST_AFTER_CALLS = 100;
/** Calls that may follow each other at once after a pause, as a share of a minute's. */
const BURST_SHARE = 1 / 12;

/**
 * The pace of calls to an endpoint that refuses without saying what it allows: after a refusal, a little less than
 * it let through in the minute before; then slowly more.
 */
export class LearnedPace {
  private readonly passed: number[] = [];
  private perMinute = Infinity;
  private since = 0;
  private level = 0;
  private at = 0;

  /** Milliseconds until the next call may start. */
  waitFor(now: number): number {
    if (this.perMinute === Infinity) return 0;
    const most = Math.max(1, this.perMinute * BURST_SHARE);
    this.level = Math.min(most, this.level + ((now - this.at) * this.perMinute) / MINUTE_MS);
    this.at = now;
    return this.level >= 1 ? 0 : Math.ceil(((1 - this.level) * MINUTE_MS) / this.perMinute);
  }

  use(): void {
    if (this.perMinute !== Infinity) this.level -= 1;
  }

  /** A call that was started then was let through. */
  answered(startedAt: number, now: number): void {
    this.passed.push(startedAt);
    while (this.passed.length > 0 && this.passed[0]! < now - MINUTE_MS) this.passed.shift();
    this.since++;
    this.perMinute *= this.since > FAST_AFTER_CALLS ? FAST_GROWTH : SLOW_GROWTH;
  }

  /** A call was refused without a word on the limit. */
  refused(now: number): void {
    const recent = this.passed.filter((startedAt) => startedAt >= now - MINUTE_MS);
    const overMs = Math.max(1000, now - (recent[0] ?? now));
    this.perMinute = Math.max(1, (CAUTION * recent.length * MINUTE_MS) / overMs);
    this.level = 0;
    this.since = 0;
    this.at = now;
  }
}
