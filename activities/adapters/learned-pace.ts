const MINUTE_MS = 60_000;
/** Taken of what was let through before a refusal, to stay below the limit. */
const CAUTION = 0.9;
/** Fewer calls, or a shorter time, than this tell nothing of a limit. */
const TELLING_CALLS = 5;
const TELLING_MS = 5000;
/** Calls that pass between two refusals if the pace was the reason for the first one. */
const LONG_RUN = 15;
/** Shorter runs in a row after which the pace is not the reason, and refusals after which it is looked at again. */
const MOST_DOUBTS = 5;
const NEXT_LOOK = 50;
/** Growth with each call let through: small near the limit, larger once the limit is long not met. */
const SLOW_GROWTH = 1.002;
const FAST_GROWTH = 1.02;
const FAST_AFTER_CALLS = 100;
/** Calls that may follow each other at once after a pause, as a share of a minute's. */
const BURST_SHARE = 1 / 12;

/**
 * The pace of calls to an endpoint that refuses without saying what it allows: after a refusal, a little less than
 * it let through in the minute before; then slowly more. An endpoint that refuses no less for being asked less is not
 * slowed down for: it is overloaded by others, or out of order.
 */
export class LearnedPace {
  private readonly passed: number[] = [];
  private perMinute = Infinity;
  private best = 0;
  private run = 0;
  private doubts = 0;
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
    while (this.passed[0]! < now - MINUTE_MS) this.passed.shift();
    this.run++;
    this.perMinute *= this.run > FAST_AFTER_CALLS ? FAST_GROWTH : SLOW_GROWTH;
  }

  /** A call was refused without a word on the limit. */
  refused(now: number): void {
    const letThrough = this.letThrough(now);
    this.doubts = this.run >= LONG_RUN || this.doubts > NEXT_LOOK ? 0 : this.doubts + 1;
    this.run = 0;
    if (letThrough === undefined) return;
    this.best = this.doubts === 0 ? letThrough : Math.max(this.best, letThrough);
    this.perMinute = this.doubts > MOST_DOUBTS ? this.best : CAUTION * letThrough;
    this.level = 0;
    this.at = now;
  }

  /** Calls a minute, as far as the last minute tells. */
  private letThrough(now: number): number | undefined {
    const recent = this.passed.filter((startedAt) => startedAt >= now - MINUTE_MS);
    const overMs = now - (recent[0] ?? now);
    if (recent.length < TELLING_CALLS || overMs < TELLING_MS) return undefined;
    return (recent.length * MINUTE_MS) / overMs;
  }
}
