import { describe, expect, it } from 'vitest';
import { rateLimitOf, retryAfterMs } from '../../models/retry-after.js';

const NOW = Date.parse('2026-11-25T10:00:00Z');

function waitAfter(headers: Record<string, string>): number | undefined {
  return retryAfterMs(new Headers(headers), NOW);
}

describe('retryAfterMs', () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after-ms': '1500.5' }, 1501],
    [{ 'retry-after-ms': '20', 'retry-after': '60' }, 20],
    [{ 'retry-after': '20' }, 20_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '-3' }, 0],
    [{ 'retry-after': 'Wed, 25 Nov 2026 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Wed, 25 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '20ms' }, 20],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 7) }, 7000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW + 7000) }, 7000],
    [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '9' }, 9000],
    [{}, undefined],
  ])('of %o is %s', (headers, expected) => {
    expect(waitAfter(headers)).toBe(expected);
  });

  it('measures a date against the endpoint’s own clock', () => {
    const headers = { 'retry-after': 'Wed, 25 Nov 2026 08:00:05 GMT', date: 'Wed, 25 Nov 2026 08:00:00 GMT' };
    expect(waitAfter(headers)).toBe(5000);
  });

  it('waits for the limit that is used up, not for the one that is not', () => {
    const requests = { 'x-ratelimit-remaining-requests': '59', 'x-ratelimit-reset-requests': '1s' };
    const tokens = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1m30.5s' };
    expect(waitAfter({ ...requests, ...tokens })).toBe(90_500);
  });
});

describe('rateLimitOf', () => {
  it('reads requests and tokens apart', () => {
    const headers = new Headers({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-tokens': '149984',
    });
    expect(rateLimitOf(headers, NOW)).toEqual({
      requests: { limit: 60, remaining: 59, resetMs: 1000 },
      tokens: { limit: 150_000, remaining: 149_984, resetMs: undefined },
    });
  });

  it('is undefined when the headers say nothing', () => {
    expect(rateLimitOf(new Headers({ 'x-ratelimit-reset-requests': '1s' }), NOW)).toBeUndefined();
  });
});
