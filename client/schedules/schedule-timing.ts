import { ScheduleOverlapPolicy } from '@temporalio/client';
import type { ScheduleOptions } from '@temporalio/client';
import { OptionError } from '../../mallm/errors.js';

/** What happens when a slot is due while an earlier one is still at work. */
export const OVERLAPS = ['skip', 'buffer-one', 'buffer-all', 'cancel-other', 'terminate-other', 'allow-all'] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** When a schedule acts. Durations as `30s`, `5m`, `6h`, `1d`. */
export interface ScheduleTiming {
  /** Between two slots; they are counted from 1970-01-01 UTC: `6h` is 0, 6, 12 and 18 o'clock UTC. */
  every?: string;
  /** Minute, hour, day of month, month, day of week; or `@daily` and the like. */
  cron?: string;
  /** IANA name of the zone that `cron` means; UTC by default. */
  timeZone?: string;
  /** Each slot is put off by a random time up to this. */
  jitter?: string;
  /** `skip` by default. */
  overlap?: Overlap;
  /** How late a slot may be made up for after an outage; later ones are missed. A day by default. */
  catchUp?: string;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** The server knows no shorter window. */
const LEAST_CATCH_UP_MS = 10_000;

/** Timing as the server takes it. @throws OptionError for what cannot be meant; cron itself is judged by the server. */
export function timingOf(timing: ScheduleTiming): Pick<ScheduleOptions, 'spec' | 'policies'> {
  const { every, cron, timeZone, jitter, overlap = 'skip', catchUp = '1d' } = timing;
  if ((every === undefined) === (cron === undefined)) throw oneOfBoth(every !== undefined);
  if (timeZone !== undefined) assertTimeZone(timeZone, cron);
  const spread = jitter === undefined ? {} : { jitter: milliseconds('--jitter', jitter) };
  return {
    spec:
      every === undefined
        ? {
            cronExpressions: [withoutZone(cron!)],
            ...(timeZone === undefined ? {} : { timezone: timeZone }),
            ...spread,
          }
        : { intervals: [{ every: milliseconds('--every', every) }], ...spread },
    policies: { overlap: policyOf(overlap), catchupWindow: milliseconds('--catch-up', catchUp, LEAST_CATCH_UP_MS) },
  };
}

/** Timing in words. */
export function describeTiming({ every, cron, timeZone, jitter }: ScheduleTiming): string {
  const when = every === undefined ? `cron "${cron}" ${timeZone ?? 'UTC'}` : `every ${every}`;
  return jitter === undefined ? when : `${when}, up to ${jitter} later`;
}

/** A policy's name at the server. @throws OptionError. */
export function policyOf(overlap: string): ScheduleOverlapPolicy {
  const known = OVERLAPS.find((name) => name === overlap);
  if (known) return ScheduleOverlapPolicy[known.toUpperCase().replace('-', '_') as keyof typeof ScheduleOverlapPolicy]!;
  throw new OptionError({
    problem: '--overlap is not known',
    expected: OVERLAPS.join(', '),
    got: overlap,
    remedy: 'Choose one of them.',
  });
}

function milliseconds(option: string, text: string, least = 1000): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text.trim()) ?? [];
  const value = Math.round(Number(count) * (UNITS[unit ?? ''] ?? NaN));
  if (value >= least) return value;
  throw new OptionError({
    problem: `${option} is not a duration that can be used`,
    expected: `a number and s, m, h or d, at least ${least / 1000}s`,
    got: text,
    remedy: `For six hours: ${option} 6h.`,
  });
}

function assertTimeZone(timeZone: string, cron: string | undefined): void {
  if (cron === undefined) {
    throw new OptionError({
      problem: '--time-zone says nothing about --every',
      remedy: 'Leave it out, or give the times with --cron "0 6 * * *".',
    });
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new OptionError({
      problem: '--time-zone is not known',
      expected: 'an IANA name, such as Europe/Vienna',
      got: timeZone,
      remedy: 'Correct it, or leave it out for UTC.',
    });
  }
}

/** A zone within the expression would go past the check. */
function withoutZone(cron: string): string {
  if (!/^\s*(CRON_)?TZ=/.test(cron)) return cron;
  throw new OptionError({
    problem: '--cron names a time zone itself',
    got: cron,
    remedy: 'Give it as --time-zone.',
  });
}

function oneOfBoth(both: boolean): OptionError {
  return new OptionError({
    problem: 'a schedule acts at intervals or at given times',
    expected: 'one of --every and --cron',
    got: both ? 'both' : 'neither',
    remedy: 'For every six hours: --every 6h; for six in the morning: --cron "0 6 * * *".',
  });
}
