import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deadline } from '../../store/deadline.js';

describe('deadline', () => {
  it('passes after its time', async () => {
    const limit = deadline(5);
    expect([limit.passed(), limit.signal.aborted]).toEqual([false, false]);
    await sleep(20);
    expect([limit.passed(), limit.signal.aborted]).toEqual([true, true]);
  });

  it('is aborted, but has not passed, when the other signal is, also from the beginning', () => {
    const other = new AbortController();
    const limits = [deadline(1000, other.signal)];
    other.abort(new Error('cancelled'));
    limits.push(deadline(1000, other.signal));
    for (const { signal, passed, end } of limits) {
      expect([signal.aborted, passed()]).toEqual([true, false]);
      expect(() => signal.throwIfAborted()).toThrow('cancelled');
      end();
    }
  });

  it('lets go of the other signal and of its time at the end', async () => {
    const other = new AbortController();
    const limit = deadline(5, other.signal);
    limit.end();
    expect(getEventListeners(other.signal, 'abort')).toEqual([]);
    await sleep(20);
    other.abort();
    expect([limit.passed(), limit.signal.aborted]).toEqual([false, false]);
  });
});
