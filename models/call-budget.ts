import type { Allowance } from './chat-model.js';

const MINUTE_MS = 60_000;
/** No endpoint counts over more than a day. */
const LEAST_SHARE_A_MS = 1 / 86_400_000;

/**
 * What may be used of requests or tokens, as a bucket that refills: its size and how full it is come from the
 * endpoint's headers. A bound of one's own is used evenly: not every endpoint lets a minute's calls through at once.
 * Without either the bucket is bottomless.
 */
export class CallBudget {
  private size: number | undefined;
  private level: number;
  private refillPerMs = 0;
  private at = 0;
  /** What may be used at once of the own bound: that of a second. */
  private readonly atOnce: number | undefined;

  /** @param perMinute most to be used a minute, whatever the endpoint allows. */
  constructor(private readonly perMinute?: number) {
    this.atOnce = perMinute && Math.max(1, perMinute / 60);
    this.size = this.atOnce;
    this.level = this.atOnce ?? 0;
    this.refillPerMs = (perMinute ?? 0) / MINUTE_MS;
  }

  /** Milliseconds until so much may be used. More than all there ever is waits for all there is. */
  waitFor(amount: number, now: number): number {
    if (this.size === undefined) return 0;
    this.refill(now);
    const missing = Math.min(amount, this.size) - this.level;
    return missing <= 0 ? 0 : Math.ceil(missing / this.refillPerMs);
  }

  /** Uses some; what was used less in the end is given back as a negative amount. */
  use(amount: number): void {
    if (this.size !== undefined) this.level -= amount;
  }

  /**
   * Takes the endpoint's word for what is left.
   * @param underWay what calls have used of which the endpoint did not know yet.
   */
  told({ limit, remaining, resetMs }: Allowance, underWay: number, now: number): void {
    if (limit === undefined || limit <= 0) return;
    this.size = Math.min(limit, this.atOnce ?? limit);
    const used = limit - (remaining ?? limit);
    // Limits a day look like limits a minute: the time to a full bucket shows how fast it fills.
    const told = used > 0 && resetMs !== undefined && resetMs > 0 ? used / resetMs : limit / MINUTE_MS;
    this.refillPerMs = Math.max(this.size * LEAST_SHARE_A_MS, Math.min(told, this.size / 1000));
    if (this.perMinute !== undefined) this.refillPerMs = Math.min(this.refillPerMs, this.perMinute / MINUTE_MS);
    if (remaining !== undefined) this.level = Math.min(this.size, remaining - underWay);
    this.at = now;
  }

  private refill(now: number): void {
    if (this.at > 0) this.level = Math.min(this.size!, this.level + this.refillPerMs * (now - this.at));
    this.at = now;
  }
}
