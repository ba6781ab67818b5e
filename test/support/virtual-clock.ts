import type { Clock } from '../../models/clock.js';

interface Sleeper {
  at: number;
  wake: () => void;
}

/** A clock whose time passes only when nothing else is left to do: hours in milliseconds. */
export class VirtualClock implements Clock {
  private time = Date.parse('2026-11-25T00:00:00Z');
  private readonly start = this.time;
  private readonly sleepers = new Set<Sleeper>();

  /** Milliseconds since the clock was made. */
  get elapsed(): number {
    return this.time - this.start;
  }

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const sleeper = { at: this.time + ms, wake: resolve };
      this.sleepers.add(sleeper);
      signal?.addEventListener('abort', () => this.sleepers.delete(sleeper) && reject(signal.reason as Error));
    });
  }

  /** Lets time pass until the work is done, or for so long. */
  async run(work: Promise<unknown>, mostMs = Infinity): Promise<void> {
    let done = false;
    const end = this.time + mostMs;
    const watched = work.finally(() => (done = true));
    watched.catch(() => undefined);
    for (;;) {
      await settled();
      if (done) break;
      const next = [...this.sleepers].reduce<Sleeper | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined);
      if (!next) throw new Error('everybody waits, and nothing will happen');
      if (next.at > end) break;
      this.sleepers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.wake();
    }
    if (done) await watched;
  }
}

/** When all that can be done without time passing is done. */
async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
