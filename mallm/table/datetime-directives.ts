/** The parts of a point in time, as read; what a format leaves out stays at 1970-01-01 00:00:00 UTC. */
export interface DateParts {
  year: number;
  month: number;
  day: number;
  dayOfYear: number | null;
  hour: number;
  minute: number;
  second: number;
  fraction: number;
  afternoon: boolean;
  offset: number;
}

/** What one strftime directive stands for. Texts are matched in any case. */
export interface Directive {
  pattern: string;
  /** Where digits stand on both sides without a separator. */
  fixedPattern?: string;
  /** Digits written, with leading zeros; left out for words. */
  width?: number;
  read: (text: string, parts: DateParts) => void;
  write: (date: Date) => number | string;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const ONE_OR_TWO = { pattern: '\\d{1,2}', fixedPattern: '\\d{2}', width: 2 };

/** The directives of Python's strptime that tables use; a fraction of a second (`%f`) is apart. */
export const DIRECTIVES: Record<string, Directive> = {
  Y: {
    pattern: '\\d{4}',
    width: 4,
    read: (text, parts) => (parts.year = Number(text)),
    write: (date) => date.getUTCFullYear(),
  },
  y: { pattern: '\\d{2}', width: 2, read: readCentury, write: (date) => date.getUTCFullYear() % 100 },
  m: { ...ONE_OR_TWO, read: (text, parts) => (parts.month = Number(text)), write: (date) => date.getUTCMonth() + 1 },
  d: { ...ONE_OR_TWO, read: (text, parts) => (parts.day = Number(text)), write: (date) => date.getUTCDate() },
  j: {
    pattern: '\\d{1,3}',
    fixedPattern: '\\d{3}',
    width: 3,
    read: (text, parts) => (parts.dayOfYear = Number(text)),
    write: dayOfYear,
  },
  b: { pattern: alternatives(MONTHS, 3), read: readMonth, write: (date) => MONTHS[date.getUTCMonth()]!.slice(0, 3) },
  B: { pattern: alternatives(MONTHS), read: readMonth, write: (date) => MONTHS[date.getUTCMonth()]! },
  a: { pattern: alternatives(WEEKDAYS, 3), read: ignore, write: (date) => WEEKDAYS[date.getUTCDay()]!.slice(0, 3) },
  A: { pattern: alternatives(WEEKDAYS), read: ignore, write: (date) => WEEKDAYS[date.getUTCDay()]! },
  H: { ...ONE_OR_TWO, read: (text, parts) => (parts.hour = Number(text)), write: (date) => date.getUTCHours() },
  I: { ...ONE_OR_TWO, read: readHalfDayHour, write: (date) => date.getUTCHours() % 12 || 12 },
  M: { ...ONE_OR_TWO, read: (text, parts) => (parts.minute = Number(text)), write: (date) => date.getUTCMinutes() },
  S: { ...ONE_OR_TWO, read: (text, parts) => (parts.second = Number(text)), write: (date) => date.getUTCSeconds() },
  p: {
    pattern: '[ap]m',
    read: (text, parts) => (parts.afternoon = /^p/i.test(text)),
    write: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  },
  z: { pattern: 'Z|[+-]\\d{2}(?::?\\d{2})?', read: readOffset, write: () => '+0000' },
};

/** Seconds since 1970-01-01 UTC, or null where the parts name no day or no time of day. */
export function secondsOf(parts: DateParts): number | null {
  const hour = parts.hour + (parts.afternoon ? 12 : 0);
  if (!(hour < 24 && parts.minute < 60 && parts.second < 60)) return null;
  const date = new Date(0);
  if (parts.dayOfYear === null) date.setUTCFullYear(parts.year, parts.month - 1, parts.day);
  else date.setUTCFullYear(parts.year, 0, parts.dayOfYear);
  const isDay = parts.dayOfYear === null ? date.getUTCDate() === parts.day : date.getUTCFullYear() === parts.year;
  if (!isDay || parts.month < 1 || parts.month > 12) return null;
  return date.getTime() / 1000 + hour * 3600 + parts.minute * 60 + parts.second - parts.offset + parts.fraction;
}

function alternatives(names: string[], length?: number): string {
  return names.map((name) => name.slice(0, length)).join('|');
}

function ignore(): void {
  // A weekday says nothing that the date does not.
}

function readMonth(text: string, parts: DateParts): void {
  parts.month = MONTHS.findIndex((name) => name.toLowerCase().startsWith(text.slice(0, 3).toLowerCase())) + 1;
}

/** 69 to 99 are 1969 to 1999, as for Python. */
function readCentury(text: string, parts: DateParts): void {
  parts.year = Number(text) + (Number(text) < 69 ? 2000 : 1900);
}

/** 1 to 12; anything else is no hour of a half day. */
function readHalfDayHour(text: string, parts: DateParts): void {
  const hour = Number(text);
  parts.hour = hour >= 1 && hour <= 12 ? hour % 12 : NaN;
}

function readOffset(text: string, parts: DateParts): void {
  if (/^z$/i.test(text)) return;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3).replace(':', ''));
  parts.offset = (text.startsWith('-') ? -60 : 60) * minutes;
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}
