import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Turn } from '../../activities/paid-call.js';
import { makeCalls } from '../../activities/paid-call.js';
import { ModelFailure } from '../../models/chat-model.js';

const details = { host: 'model.test' };

/** Calls that take their turn, then go on for a while, as storing a reply does. */
function callsOf(count: number, ask: (index: number) => Promise<void>) {
  const seen = { asked: [] as number[], asking: 0, most: 0, storing: 0, askedWhileStoring: 0 };
  const calls = Array.from({ length: count }, (_, index) => async (turn: Turn) => {
    await turn(async () => {
      seen.asked.push(index);
      seen.most = Math.max(seen.most, ++seen.asking);
      if (seen.storing > 0) seen.askedWhileStoring++;
      try {
        await sleep(2);
        await ask(index);
      } finally {
        seen.asking--;
      }
    });
    seen.storing++;
    await sleep(2);
    seen.storing--;
    return index;
  });
  return { calls, seen };
}

describe('makeCalls', () => {
  it.each([1, 3])('asks the model %i at a time, in order, and while others store their reply', async (parallel) => {
    const { calls, seen } = callsOf(12, async () => undefined);
    expect(await makeCalls(calls, parallel)).toEqual(Array.from({ length: 12 }, (_, index) => index));
    expect(seen.asked).toEqual([...seen.asked].sort((a, b) => a - b));
    expect(seen.most).toBe(parallel);
    expect(seen.askedWhileStoring).toBeGreaterThan(0);
  });

  it('makes no further call once one has failed for good, and throws that failure', async () => {
    const refusal = new ModelFailure('quota', 'no credit is left', details);
    const { calls, seen } = callsOf(12, async (index) => {
      if (index === 2) throw refusal;
    });
    await expect(makeCalls(calls, 1)).rejects.toBe(refusal);
    expect(seen.asked).toEqual([0, 1, 2]);
  });

  it('goes on after failures of the moment, and throws the one that names the longest wait', async () => {
    const { calls, seen } = callsOf(6, async (index) => {
      if (index === 1) throw new ModelFailure('server', 'an error', details);
      if (index === 3) throw new ModelFailure('rate-limited', 'too many', { ...details, retryAfterMs: 5000 });
    });
    await expect(makeCalls(calls, 2)).rejects.toMatchObject({ kind: 'rate-limited' });
    expect(seen.asked).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('begins no further call after its time, and gives what it has', async () => {
    const { calls, seen } = callsOf(50, async () => undefined);
    const results = await makeCalls(calls, 2, 10);
    expect(results).toEqual(seen.asked);
    expect(results.length).toBeGreaterThan(0);
    expect(results.length).toBeLessThan(50);
    expect(await makeCalls(calls, 1, 0)).toEqual([0]);
  });
});
