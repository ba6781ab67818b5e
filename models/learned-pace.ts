const MINUTE_MS = 60_000;
/** Fewer calls, or a shorter time, than this are no evidence of a limit. */
const TELLING_CALLS = 5;
const TELLING_MS = 5000;
/** Share of the pace that is left after a refusal: near the limit, and where it comes so soon that it must be far above. */
const AFTER_REFUSAL = 0.9;
const AFTER_EARLY_REFUSAL = 0.7;
/** Calls let through in a row, fewer than which make a refusal an early one. */
const EARLY = 20;
/** Refusals in a row, in spite of waiting, that mean a minute is used up. */
const USED_UP_AFTER = 3;
/** Growth with each call let through: until the limit is met, shortly after it was, and once it is long not met. */
const SEARCHING_GROWTH = 1.05;
const SLOW_GROWTH = 1.002;
const FAST_GROWTH = 1.02;
const FAST_AFTER_CALLS = 40;
/** Refused although the pace is down to this share of what passed before, and more often than this: not for the pace. */
const LEAST_SHARE = 0.5;
const OFTEN = 0.15;
const SMOOTHING = 0.05;
/** How long the pace is left alone then. */
const LEFT_ALONE_MS = 10 * MINUTE_MS;

/**
 * The pace of calls to an endpoint that refuses without saying what it allows. The first refusal that is evidence
 * sets it to a little less than what was let through before; from there it grows until it meets the limit, and stays
 * close below it. An endpoint that refuses no less for being asked less is not slowed down for: it is overloaded by
 * others, or out of order.
 */
export class LearnedPace {
  /** Starts of calls let through in the last minute. */
  private readonly passed: number[] = [];
  private perMinute = Infinity;
  private searching = true;
  /** Since when there is a pace, and the most calls let through in a minute since. */
  private begunAt = 0;
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
    const near = this.run > FAST_AFTER_CALLS ? FAST_GROWTH : SLOW_GROWTH;
    this.perMinute *= this.searching ? SEARCHING_GROWTH : near;
  }

  /**
   * A call was refused without a word on the limit.
   * @param inARow refusals since a call was let through: after each of them it was waited for a while.
   */
  refused(inARow: number, now: number): void {
    if (inARow === 1) this.refusedShare += SMOOTHING * (1 - this.refusedShare);
    if (now < this.leftAloneUntil) return;
    if (this.perMinute === Infinity) this.begin(now);
    else if (inARow === 1) {
      this.perMinute *= this.run < EARLY ? AFTER_EARLY_REFUSAL : AFTER_REFUSAL;
      this.searching = false;
    } else if (inARow >= USED_UP_AFTER) {
      // Nothing passes until a minute is over: what passed of it is all that may.
      this.perMinute = Math.min(this.perMinute, AFTER_REFUSAL * (this.letThrough(now) ?? Infinity));
    }
    this.run = 0;
    this.level = 0;
    this.at = now;
    this.best = Math.max(this.best, this.passed.filter((startedAt) => startedAt >= this.begunAt).length);
    if (this.perMinute > LEAST_SHARE * this.best || this.refusedShare < OFTEN) return;
    this.perMinute = Infinity;
    this.leftAloneUntil = now + LEFT_ALONE_MS;
  }

  private begin(now: number): void {
    this.perMinute = AFTER_REFUSAL * (this.letThrough(now) ?? Infinity);
    this.searching = true;
    // A burst that is used up says nothing of what passes from now on.
    this.begunAt = now;
    this.best = 0;
  }

  /** Calls a minute, over the last minute: a burst included, a time of refusals too. */
  private letThrough(now: number): number | undefined {
    const recent = this.passed.filter((startedAt) => startedAt >= now - MINUTE_MS);
    const overMs = now - (recent[0] ?? now);
    if (recent.length < TELLING_CALLS || overMs < TELLING_MS) return undefined;
    return (recent.length * MINUTE_MS) / overMs;
  }
}
