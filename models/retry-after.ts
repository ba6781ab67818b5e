import type { Allowance, RateLimit } from './chat-model.js';

/** Numbers from here on are moments (seconds since 1970), smaller ones are durations. */
const LEAST_EPOCH_SECONDS = 1e9;
const LEAST_EPOCH_MS = 1e12;
const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A reply's headers, as `Headers` of the platform has them. */
export interface ReplyHeaders {
  get(name: string): string | null;
}

/**
 * How long an endpoint asks to be left alone, milliseconds; undefined when it does not say.
 * Reads `retry-after-ms`, then `retry-after` (seconds or an HTTP date), then, for a refused call, the reset of the
 * limits that are used up, or of all when none says so.
 *
 * @param now milliseconds since 1970, for dates; the endpoint's own `date` header is preferred, so that a wrong clock
 * on either side does no harm.
 */
export function retryAfterMs(headers: ReplyHeaders, now: number): number | undefined {
  const exact = Number(headers.get('retry-after-ms') ?? NaN);
  if (Number.isFinite(exact)) return Math.max(0, Math.ceil(exact));
  const asked = headers.get('retry-after');
  const wait = asked === null ? undefined : durationMs(asked, clockOf(headers, now));
  return wait ?? resetMs(rateLimitOf(headers, now));
}

/** What the headers say of requests and tokens a minute; undefined when they say nothing. */
export function rateLimitOf(headers: ReplyHeaders, now: number): RateLimit | undefined {
  const requests =
    allowance(headers, now, (part) => `x-ratelimit-${part}-requests`) ??
    allowance(headers, now, (part) => `x-ratelimit-${part}`) ??
    allowance(headers, now, (part) => `ratelimit-${part}`);
  const tokens = allowance(headers, now, (part) => `x-ratelimit-${part}-tokens`);
  return requests || tokens ? { requests, tokens } : undefined;
}

function allowance(headers: ReplyHeaders, now: number, name: (part: string) => string): Allowance | undefined {
  const limit = count(headers.get(name('limit')));
  const remaining = count(headers.get(name('remaining')));
  const reset = headers.get(name('reset'));
  if (limit === undefined && remaining === undefined) return undefined;
  return { limit, remaining, resetMs: reset === null ? undefined : durationMs(reset, clockOf(headers, now)) };
}

function resetMs(limits: RateLimit | undefined): number | undefined {
  const told = [limits?.requests, limits?.tokens].filter((one) => one?.resetMs !== undefined);
  const spent = told.filter((one) => one?.remaining === 0);
  const waits = (spent.length > 0 ? spent : told).map((one) => one!.resetMs!);
  return waits.length > 0 ? Math.max(...waits) : undefined;
}

/** `20`, `1.5s`, `20ms`, `6m0s`, a moment since 1970 in seconds or milliseconds, or a date. */
function durationMs(text: string, now: number): number | undefined {
  const value = text.trim();
  if (value === '') return undefined;
  const number = Number(value);
  if (Number.isFinite(number)) {
    if (number >= LEAST_EPOCH_MS) return Math.max(0, Math.ceil(number - now));
    if (number >= LEAST_EPOCH_SECONDS) return Math.max(0, Math.ceil(number * 1000 - now));
    return Math.max(0, Math.ceil(number * 1000));
  }
  if (/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(value)) {
    const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
    return Math.ceil(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNIT_MS[unit!]!, 0));
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function clockOf(headers: ReplyHeaders, now: number): number {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? now : date;
}

function count(text: string | null): number | undefined {
  const value = Number(/^\s*(\d+)/.exec(text ?? '')?.[1] ?? NaN);
  return Number.isFinite(value) ? value : undefined;
}
