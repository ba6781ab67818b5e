/** Calls in flight that a fresh window starts from, unless fewer are allowed. */
const FIRST_SIZE = 32;
/** Shrinks to this share when the endpoint refuses or does not answer, and when it answers more slowly. */
const AFTER_REFUSAL = 0.5;
const AFTER_SLOWDOWN = 0.75;
/** Times the least latency seen: from here on the window does not grow, and from there on it shrinks. */
const HOLD = 1.5;
const SLOW = 2.5;
/** Latencies below this are not looked at: they are this machine's as much as the endpoint's. Milliseconds. */
const LEAST_SLOW_MS = 250;
const SMOOTHING = 0.2;
/** Replies before a latency counts as usual, and how fast it follows if all replies become slower for good. */
const WARM_UP = 8;
const DRIFT = 0.001;

/**
 * How many calls may be in flight: more by one a round while all goes well (twice as many at first), and a share of
 * them when the endpoint refuses calls, does not answer, or answers ever more slowly because it queues them.
 */
export class ConcurrencyWindow {
  private inFlight = 0;
  private size: number;
  private shrunkAt = -Infinity;
  private latency = 0;
  private usual = 0;
  private replies = 0;

  constructor(private readonly most: number) {
    this.size = Math.min(most, FIRST_SIZE);
  }

  get open(): boolean {
    return this.inFlight < Math.floor(this.size);
  }

  enter(): void {
    this.inFlight++;
  }

  leave(): void {
    this.inFlight--;
  }

  /** A call was answered. `startedAt` and `now` in milliseconds. */
  answered(startedAt: number, now: number): void {
    const took = now - startedAt;
    this.replies++;
    this.latency = this.replies === 1 ? took : this.latency + SMOOTHING * (took - this.latency);
    if (this.replies <= WARM_UP || this.latency < this.usual) this.usual = this.latency;
    else this.usual += DRIFT * (this.latency - this.usual);
    const ratio = this.latency < LEAST_SLOW_MS ? 0 : this.latency / this.usual;
    if (ratio > SLOW) this.shrink(AFTER_SLOWDOWN, startedAt, now);
    else if (ratio <= HOLD) this.grow();
  }

  /** A call was refused for there being too many, or never answered. */
  refused(startedAt: number, now: number): void {
    this.shrink(AFTER_REFUSAL, startedAt, now);
  }

  private grow(): void {
    const neverShrunk = this.shrunkAt === -Infinity;
    this.size = Math.min(this.most, this.size + (neverShrunk ? 1 : 1 / this.size));
  }

  /** Calls that were already under way at the last shrinking are no new evidence. */
  private shrink(share: number, startedAt: number, now: number): void {
    if (startedAt < this.shrunkAt) return;
    this.size = Math.max(1, this.size * share);
    this.shrunkAt = now;
  }
}
