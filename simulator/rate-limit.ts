import type { SimulatorSettings } from './options.js';

/** An allowance that refills evenly over a minute. */
interface Bucket {
  limit: number;
  left: number;
  at: number;
}

/** Calls and tokens a minute, as providers count them. */
export interface RateLimit {
  /** Takes one call of so many tokens, or says in how many milliseconds it may come again. */
  take(tokens: number): { refusedForMs: number | null };
  /** The provider's `x-ratelimit-*` headers at this moment. */
  headers(): Record<string, string>;
}

/**
 * Limits that hold from the first call: a full allowance at the start, refilled evenly. A refused call costs nothing.
 * A call of more tokens than a minute's allowance is let through when the allowance is full.
 * @param now milliseconds of a clock that never goes back
 */
export function createRateLimit(
  { requestsPerMinute, tokensPerMinute }: Pick<SimulatorSettings, 'requestsPerMinute' | 'tokensPerMinute'>,
  now: () => number,
): RateLimit {
  const bucketOf = (limit: number | null): Bucket | null => (limit === null ? null : { limit, left: limit, at: now() });
  const requests = bucketOf(requestsPerMinute);
  const tokens = bucketOf(tokensPerMinute);
  return {
    take: (used) => {
      const at = now();
      const wait = Math.max(waitFor(requests, 1, at), waitFor(tokens, used, at));
      if (wait > 0) return { refusedForMs: wait };
      if (requests !== null) requests.left -= 1;
      if (tokens !== null) tokens.left -= Math.min(used, tokens.limit);
      return { refusedForMs: null };
    },
    headers: () => ({ ...headersOf('requests', requests, now()), ...headersOf('tokens', tokens, now()) }),
  };
}

/** Milliseconds until a bucket holds what is wanted. */
function waitFor(bucket: Bucket | null, wanted: number, at: number): number {
  if (bucket === null) return 0;
  refill(bucket, at);
  const lacking = Math.min(wanted, bucket.limit) - bucket.left;
  return lacking <= 1e-9 ? 0 : (lacking / bucket.limit) * 60_000;
}

function refill(bucket: Bucket, at: number): void {
  bucket.left = Math.min(bucket.limit, bucket.left + ((at - bucket.at) / 60_000) * bucket.limit);
  bucket.at = at;
}

function headersOf(what: string, bucket: Bucket | null, at: number): Record<string, string> {
  if (bucket === null) return {};
  refill(bucket, at);
  return {
    [`x-ratelimit-limit-${what}`]: String(bucket.limit),
    [`x-ratelimit-remaining-${what}`]: String(Math.max(0, Math.floor(bucket.left))),
    [`x-ratelimit-reset-${what}`]: duration((1 - bucket.left / bucket.limit) * 60_000),
  };
}

/** As providers write it: `850ms`, `12.5s`, `1m0s`. */
function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.ceil(milliseconds)}ms`;
  const seconds = Math.ceil(milliseconds / 100) / 10;
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${Math.round(seconds % 60)}s`;
}
