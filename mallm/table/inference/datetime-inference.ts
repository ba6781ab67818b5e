import { formatDatetime, parseDatetime } from '../datetime-format.js';

const DATES = [
  ...['%Y-%m-%d', '%Y/%m/%d', '%Y.%m.%d', '%d.%m.%Y', '%m/%d/%Y', '%d/%m/%Y', '%d-%m-%Y', '%m-%d-%Y'],
  ...['%d.%m.%y', '%m/%d/%y', '%d/%m/%y', '%d-%b-%Y', '%d-%b-%y', '%d %b %Y', '%d %B %Y', '%d%b%Y', '%d%b%y'],
  ...['%b %d, %Y', '%B %d, %Y', '%b %d %Y', '%Y%m%d', '%Y-%m', '%b %Y', '%B %Y'],
];
const TIMES = ['%H:%M', '%H:%M:%S', '%H:%M:%S.%f', '%I:%M %p', '%I:%M:%S %p', '%I:%M%p'];
const FORMATS = [
  ...DATES,
  ...DATES.flatMap((date) => TIMES.flatMap((time) => [`${date} ${time}`, `${date}T${time}`, `${date}, ${time}`])),
  ...['%Y%m%d%H%M%S', '%Y%m%dT%H%M%S', '%a %d %b %Y', '%a, %d %b %Y'],
  ...TIMES,
];
const ZONE = /:\d{2}(?:\.\d+)?( ?(?:Z|[+-]\d{2}:?\d{2})|(?<=:\d{2}:\d{2}(?:\.\d+)?)[+-]\d{2})$/i;
/** Digits without separators are a date only in years that tables have. */
const UNSEPARATED = /^%Y%m%d/;
const PLAUSIBLE = { from: Date.UTC(1850, 0, 1) / 1000, to: Date.UTC(2150, 0, 1) / 1000 };
const LONGEST = 40;

/**
 * The strftime-style format in which every text is a date or a time, as it would write them back, or null. Day and month
 * are identified by looking at all texts; where both orders read them all, the part that varies far less is the day
 * (monthly tables), else `/` means month first, `-` day first.
 */
export function inferDatetimeFormat(texts: readonly string[]): string | null {
  const trimmed = texts.map((text) => text.trim());
  if (trimmed.length === 0 || trimmed.some((text) => text.length > LONGEST || !/\d/.test(text))) return null;
  const zone = zoneOf(trimmed);
  const local = zone === '' ? trimmed : trimmed.map((text) => text.slice(0, text.length - zoneIn(text).length));
  const fitting = FORMATS.filter((format) => local.every((text) => isIn(format, text)));
  if (fitting.length === 0) return null;
  const family = fitting.length > 1 && fitting[0]!.includes('%m') ? byOrder(fitting, local) : fitting[0]!;
  return withFlags(family, local) + zone;
}

/** The format with flags, so that it writes the texts as they are written: leading zeros, capitals, digits of a second. */
export function withFlags(format: string, texts: readonly string[]): string {
  let [best, most] = [format, -1];
  for (const candidate of variants(format, texts)) {
    const same = texts.filter(
      (text) => formatDatetime(candidate, parseDatetime(candidate, text) ?? 0) === text.trim(),
    ).length;
    if (same > most) [best, most] = [candidate, same];
    if (same === texts.length) break;
  }
  return best;
}

/** The offset from UTC at the end of a text, with the space before it. */
function zoneIn(text: string): string {
  return ZONE.exec(text)?.[1] ?? '';
}

/** What the format says about the offset: nothing, the one that all texts have, or a directive. */
function zoneOf(texts: string[]): string {
  const zones = texts.map(zoneIn);
  const [first = ''] = zones;
  if (zones.every((zone) => zone === first)) return first;
  const space = first.startsWith(' ') ? ' ' : '';
  return space + (zones.some((zone) => zone.includes(':')) ? '%:z' : '%z');
}

function isIn(format: string, text: string): boolean {
  const seconds = parseDatetime(format, text);
  if (seconds === null) return false;
  return !UNSEPARATED.test(format) || (seconds >= PLAUSIBLE.from && seconds < PLAUSIBLE.to);
}

/** Of two formats with day and month in either order, the one that the texts speak for. */
function byOrder(formats: string[], texts: string[]): string {
  const parts = texts.map((text) => text.split(/\D+/));
  const [first, second] = [0, 1].map((index) => new Set(parts.map((part) => Number(part[index]))).size);
  const clear = first! * 2 <= second! ? '%d' : second! * 2 <= first! ? '%m' : '';
  return formats.find((format) => format.startsWith(clear))!;
}

/** Every choice of flags that could matter, the plain format first. */
function variants(format: string, texts: readonly string[]): string[] {
  const digits = new Set(texts.map((text) => /\.(\d+)/.exec(text.trim().slice(-11))?.[1]?.length ?? 0));
  const [count = 6] = digits;
  const counted = digits.size === 1 && count !== 6 && count > 0 ? format.replace('%f', `%${count}f`) : format;
  let all = [counted];
  for (const letter of ['m', 'd', 'H', 'I'].filter((each) => format.includes(`%${each}`))) {
    all = all.flatMap((each) => [each, each.replace(`%${letter}`, `%-${letter}`)]);
  }
  if (/%[bB]/.test(format)) all = all.flatMap((each) => [each, each.replace(/%([bB])/, '%^$1')]);
  return format.includes('%z') ? all.flatMap((each) => [each, each.replace('%z', '%:z')]) : all;
}
