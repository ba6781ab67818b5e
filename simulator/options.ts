import { OptionError } from '../mallm/errors.js';

/** How a refused call says when to retry: in whole seconds, in milliseconds, as a date, or not at all. */
const RETRY_AFTER_FORMS = ['seconds', 'milliseconds', 'date', 'none'] as const;
/** What `response_format` may ask for at most; a richer one is answered with 400, as such endpoints do. */
const SHAPES = ['json_schema', 'json_object', 'text'] as const;

/** Options of the simulated model. With the defaults no call is refused or fails. */
export interface SimulatorOptions {
  /** Address to listen on; default 127.0.0.1. */
  host?: string;
  /** Port; 0, the default, takes a free one. */
  port?: number;
  /** Seed of the replies; default 1. */
  seed?: number;
  /** Seed of the faults, which never change what is replied in the end; default 1. */
  faultSeed?: number;
  /** Time a reply takes, milliseconds; default 0. */
  latencyMs?: number;
  /** Calls and tokens a minute; calls beyond are refused with 429. Default: unbounded. */
  requestsPerMinute?: number | null;
  tokensPerMinute?: number | null;
  /** How a refusal says when to come back; default `seconds`. */
  retryAfter?: (typeof RETRY_AFTER_FORMS)[number];
  /** What a refusal by `rate429` says, milliseconds; default 1,000. */
  retryAfterMs?: number;
  /** Share of calls refused with 429, failed with 5xx, left hanging, dropped in mid-reply; by call and attempt. Default 0. */
  rate429?: number;
  rate5xx?: number;
  rateHang?: number;
  rateDropped?: number;
  /** How long a hanging call is held before its connection is closed, milliseconds; default 600,000. */
  hangMs?: number;
  /** Share of calls answered with a reply that no rows can be read from, or stopped by a content filter. By call alone. */
  rateBroken?: number;
  rateContentFilter?: number;
  /** Answered calls after which the quota is spent: 429 `insufficient_quota` from then on. Default: never. */
  quotaAfterCalls?: number | null;
  /** Key that callers must show; others get 401. Default: any caller is served. */
  requireKey?: string | null;
  /** Richest shape of reply that `response_format` may ask for; default `json_schema`. */
  responseFormat?: (typeof SHAPES)[number];
  /** File that gets a JSON line a call: time, hash of the request, attempt, status, retry-after. Never a prompt. */
  logFile?: string | null;
}

export type SimulatorSettings = Required<SimulatorOptions>;

type Rule =
  | { kind: 'number'; min: number; max: number; integer: boolean; orNull?: boolean }
  | { kind: 'text'; orNull?: boolean }
  | { kind: 'choice'; choices: readonly string[] };

const SHARE: Rule = { kind: 'number', min: 0, max: 1, integer: false };
const SEED: Rule = { kind: 'number', min: 0, max: 0xffffffff, integer: true };
const MILLISECONDS: Rule = { kind: 'number', min: 0, max: 86_400_000, integer: false };
const COUNT_OR_NONE: Rule = { kind: 'number', min: 0, max: 1e12, integer: true, orNull: true };
const PER_MINUTE: Rule = { kind: 'number', min: 1, max: 1e12, integer: true, orNull: true };

const rules: Record<keyof SimulatorOptions, Rule> = {
  host: { kind: 'text' },
  port: { kind: 'number', min: 0, max: 65_535, integer: true },
  seed: SEED,
  faultSeed: SEED,
  latencyMs: MILLISECONDS,
  requestsPerMinute: PER_MINUTE,
  tokensPerMinute: PER_MINUTE,
  retryAfter: { kind: 'choice', choices: RETRY_AFTER_FORMS },
  retryAfterMs: MILLISECONDS,
  rate429: SHARE,
  rate5xx: SHARE,
  rateHang: SHARE,
  rateDropped: SHARE,
  hangMs: MILLISECONDS,
  rateBroken: SHARE,
  rateContentFilter: SHARE,
  quotaAfterCalls: COUNT_OR_NONE,
  requireKey: { kind: 'text', orNull: true },
  responseFormat: { kind: 'choice', choices: SHAPES },
  logFile: { kind: 'text', orNull: true },
};

const defaults: SimulatorSettings = {
  host: '127.0.0.1',
  port: 0,
  seed: 1,
  faultSeed: 1,
  latencyMs: 0,
  requestsPerMinute: null,
  tokensPerMinute: null,
  retryAfter: 'seconds',
  retryAfterMs: 1000,
  rate429: 0,
  rate5xx: 0,
  rateHang: 0,
  rateDropped: 0,
  hangMs: 600_000,
  rateBroken: 0,
  rateContentFilter: 0,
  quotaAfterCalls: null,
  requireKey: null,
  responseFormat: 'json_schema',
  logFile: null,
};

/**
 * Completes and checks options; numbers may come as text, as a command line gives them.
 * @throws OptionError naming the option, what was expected and what came.
 */
export function parseSimulatorOptions(given: Readonly<Record<string, unknown>>): SimulatorSettings {
  const settings: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) settings[name] = checked(name, value);
  }
  const { rate429, rate5xx, rateHang, rateDropped } = settings as unknown as SimulatorSettings;
  const faults = rate429 + rate5xx + rateHang + rateDropped;
  if (faults > 1) throw refused('rate429, rate5xx, rateHang and rateDropped', 'a sum of at most 1', faults);
  return settings as unknown as SimulatorSettings;
}

function checked(name: string, value: unknown): unknown {
  const rule = Object.hasOwn(rules, name) ? rules[name as keyof SimulatorOptions] : undefined;
  if (rule === undefined) throw refused(name, `one of ${Object.keys(rules).join(', ')}`, name);
  if (value === null && 'orNull' in rule && rule.orNull) return null;
  if (rule.kind === 'number') return checkedNumber(name, value, rule);
  if (typeof value !== 'string' || value === '') throw refused(name, 'a text', value);
  if (rule.kind === 'choice' && !rule.choices.includes(value)) {
    throw refused(name, `one of ${rule.choices.join(', ')}`, value);
  }
  return value;
}

function checkedNumber(name: string, value: unknown, { min, max, integer }: Extract<Rule, { kind: 'number' }>): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const sound = typeof number === 'number' && number >= min && number <= max && (!integer || Number.isInteger(number));
  if (!sound) throw refused(name, `${integer ? 'an integer' : 'a number'} from ${min} to ${max}`, value);
  return number;
}

function refused(name: string, expected: string, got: unknown): OptionError {
  return new OptionError({
    problem: `option ${name} of the simulated model is unknown or out of range`,
    expected,
    got: JSON.stringify(got),
    remedy: 'See `mallm-gan simulator --help`.',
  });
}
