import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../mallm/random.js';
import type { ProcessName, Victim } from './processes.js';
import { PROCESS_NAMES } from './processes.js';

/** Kills so far, by process. */
export type Kills = Record<ProcessName, number>;

export interface Killing {
  kills: Kills;
  readonly made: number;
  /** Ends when all kills are made and every process is back; rejects when one cannot be started again. */
  done: Promise<void>;
}

/** Time between two kills, and until a killed process is started again: uniform between the two. Milliseconds. */
const BETWEEN_MS = [600, 5000] as const;
const DOWN_MS = [100, 2500] as const;
/** After a kill of the worker nothing is at work until the server misses its heartbeats; nor is anything at the very end. */
const LONGEST_LULL_MS = 40_000;
const POLL_MS = 20;

export interface KillingOptions {
  victims: Record<ProcessName, Victim>;
  wanted: number;
  random: Random;
  /** Grows while model calls are answered. */
  answered: () => number;
}

/**
 * Kills one process after another, `wanted` times: each process once before any of them again, in a random order; the
 * next may go while the last is still down. One half at random moments, the other half when model calls are being made.
 */
export function startKilling({ victims, wanted, random, answered }: KillingOptions): Killing {
  const kills: Kills = { worker: 0, temporal: 0, s3: 0, simulator: 0 };
  const between = ([least, most]: readonly [number, number]): number => least + (most - least) * random.uniform();
  const returns = new Map<ProcessName, Promise<void>>();
  const order: ProcessName[] = [];

  async function killNext(): Promise<void> {
    if (order.length === 0) order.push(...random.shuffle(PROCESS_NAMES));
    const name = order.shift()!;
    await returns.get(name);
    await victims[name].kill();
    kills[name] += 1;
    const back = sleep(between(DOWN_MS)).then(() => victims[name].start());
    back.catch(() => undefined);
    returns.set(name, back);
  }

  const killing: Killing = {
    kills,
    get made() {
      return Object.values(kills).reduce((sum, count) => sum + count, 0);
    },
    done: Promise.resolve(),
  };
  killing.done = (async () => {
    while (killing.made < wanted) {
      await sleep(between(BETWEEN_MS));
      if (killing.made % 2 === 1) await callsAreMade(answered);
      await killNext();
    }
    await Promise.all(returns.values());
  })();
  killing.done.catch(() => undefined);
  return killing;
}

async function callsAreMade(answered: () => number): Promise<void> {
  const before = answered();
  const end = Date.now() + LONGEST_LULL_MS;
  while (answered() === before && Date.now() < end) await sleep(POLL_MS);
}
