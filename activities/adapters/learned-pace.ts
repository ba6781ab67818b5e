const MINUTE_MS = 60_000;
/** Taken of what was let through before a refusal, to stay below the limit. */
const CAUTION = 0.9;
/** Fewer calls, or a shorter time, than this tell nothing of a limit. */
const TELLING_CALLS = 5;
const TELLING_MS = 5000;
/** Refused although the pace is down to this share of what passed before, and more often than this: not for the pace. */
const LEAST_SHARE = 0.25;
const OFTEN = 0.15;
const SMOOTHING = 0.05;
/** How long the pace is left alone then. */
const LEFT_ALONE_MS = 10 * MINUTE_MS;
/** Growth with each call let through: small near the limit, larger once the limit is long not met. */
const SLOW_GROWTH = 1.002;
const FAST_GROWTH = 1.05;
const FAST_AFTER_CALLS = 40;

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
  private refusedShare = 0;
  private leftAloneUntil = 0;
  private level = 0;
  private at = 0;

  /** Milliseconds until the next call may start. */
  waitFor(now: number): number {
    if (this.perMinute === Infinity) return 0;
    this.level = Math.min(1, this.level + ((now - this.at) * this.perMinute) / MINUTE_MS);
    this.at = now;
    return this.level >= 1 ? 0 : Math.ceil(((1 - this.level) * MINUTE_MS) / this.perMinute);
  }

  /** Milliseconds in which so many calls pass; 0 when nothing is known. */
  timeFor(calls: number): number {
    return (calls * MINUTE_MS) / this.perMinute;
  }

  use(): void {
    if (this.perMinute !== Infinity) this.level -= 1;
  }

  /** A call that was started then was let through. */
  answered(startedAt: number, now: number): void {
    this.passed.push(startedAt);
    while (this.passed[0]! < now - MINUTE_MS) this.passed.shift();
    this.run++;
    this.refusedShare -= SMOOTHING * this.refusedShare;
    this.perMinute *= this.run > FAST_AFTER_CALLS ? FAST_GROWTH : SLOW_GROWTH;
  }

  /** A call was refused without a word on the limit. */
  refused(now: number): void {
    // Further refusals before a call is let through are one with the first: a minute that is used up.
    if (this.run > 0) this.refusedShare += SMOOTHING * (1 - this.refusedShare);
    this.run = 0;
    const letThrough = this.letThrough(now);
    if (letThrough === undefined || now < this.leftAloneUntil) return;
    this.best = Math.max(this.best, letThrough);
    this.perMinute = Math.max(CAUTION * letThrough, LEAST_SHARE * this.best);
    this.level = 0;
    this.at = now;
    if (CAUTION * letThrough > LEAST_SHARE * this.best || this.refusedShare < OFTEN) return;
    this.perMinute = Infinity;
    this.best = 0;
    this.leftAloneUntil = now + LEFT_ALONE_MS;
  }

  /** Calls a minute, as far as the last minute tells. */
  private letThrough(now: number): number | undefined {
    const recent = this.passed.filter((startedAt) => startedAt >= now - MINUTE_MS);
    const overMs = now - (recent[0] ?? now);
    if (recent.length < TELLING_CALLS || overMs < TELLING_MS) return undefined;
    return (recent.length * MINUTE_MS) / overMs;
  }
}
