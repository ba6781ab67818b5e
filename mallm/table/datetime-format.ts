import { DIRECTIVES, secondsOf, type DateParts } from './datetime-directives.js';

/** Ways to write a date that no order of day and month can confuse. */
export const ISO_FORMATS = [
  '%Y-%m-%d',
  '%Y-%m-%dT%H:%M:%S%z',
  '%Y-%m-%dT%H:%M:%S',
  '%Y-%m-%d %H:%M:%S',
  '%Y-%m-%d %H:%M:%S.%f',
  '%Y-%m-%dT%H:%M',
  '%Y-%m-%d %H:%M',
  '%H:%M:%S',
];
const PIECE = /%(?<flag>[-^:]?)(?<letter>[A-Za-z%])|%(?<digits>\d)f|[^%]+|%/g;
/** Two directives of digits side by side: only fixed widths can be separated. */
const ADJACENT = /%[YymdHIMSj]%-?[YymdHIMSj]/;
const MICRO = 1e6;

interface Instant {
  date: Date;
  /** Microseconds of the second. */
  micro: number;
}

/** One piece of a format: how its text looks, the part of the date it holds (none for literals), how it is written. */
interface Piece {
  pattern: string;
  read?: (text: string, parts: DateParts) => void;
  write: (instant: Instant) => string;
}

interface CompiledFormat {
  pieces: Piece[];
  pattern: RegExp;
}

const compiled = new Map<string, CompiledFormat>();

/**
 * Seconds since 1970-01-01 UTC of a text in a strftime-style format, or null when it is not one. Wall-clock time counts as
 * UTC unless the format has `%z`. Reads as Python's strptime does: with or without leading zeros, names in English in any
 * case, two-digit years as 1969 to 2068.
 */
export function parseDatetime(format: string, text: string): number | null {
  const { pieces, pattern } = compile(format);
  const match = pattern.exec(text.trim());
  if (!match) return null;
  const parts: DateParts = {
    ...{ year: 1970, month: 1, day: 1, dayOfYear: null },
    ...{ hour: 0, minute: 0, second: 0, fraction: 0, afternoon: false, offset: 0 },
  };
  let group = 1;
  for (const { read } of pieces) if (read) read(match[group++]!, parts);
  return secondsOf(parts);
}

/** Writes seconds since 1970-01-01 UTC in a strftime-style format; what the format has no room for is cut off. */
export function formatDatetime(format: string, seconds: number): string {
  const total = Math.round(seconds * MICRO);
  const whole = Math.floor(total / MICRO);
  const instant = { date: new Date(whole * 1000), micro: total - whole * MICRO };
  return compile(format)
    .pieces.map(({ write }) => write(instant))
    .join('');
}

/** The nearest point in time that the format can write. */
export function roundDatetime(format: string, seconds: number): number {
  const step = datetimeStep(format);
  const near = step === null ? seconds : Math.round(seconds / step) * step;
  return parseDatetime(format, formatDatetime(format, near)) ?? near;
}

/** Seconds between two neighbouring points in time of the format; null for months and years, which vary. */
export function datetimeStep(format: string): number | null {
  const letters = new Set<string>();
  for (const { groups } of format.matchAll(PIECE)) {
    if (groups?.letter === 'f' || groups?.digits) return 10 ** -Number(groups.digits ?? 6);
    letters.add(groups?.letter ?? '');
  }
  if (letters.has('S')) return 1;
  if (letters.has('M')) return 60;
  if (letters.has('H') || letters.has('I')) return 3600;
  return letters.has('d') || letters.has('j') ? 86_400 : null;
}

/** Days that a format of dates does not distinguish: 1, 28 without a day, 365 without a month as well. */
export function periodOf(format: string): number {
  if (/%[-^]?[dj]/.test(format) || !hasDate(format)) return 1;
  return /%[-^]?[mbB]/.test(format) ? 28 : 365;
}

/** Whether a format has any part of a date: `%H:%M` has none. */
export function hasDate(format: string): boolean {
  return /%[-^]?[YymdjbBaA]/.test(format);
}

/** Whether a format has directives, all of them known here. */
export function isDatetimeFormat(format: string): boolean {
  const pieces = [...format.matchAll(PIECE)];
  const isKnown = (letter: string): boolean => letter === '%' || letter === 'f' || Object.hasOwn(DIRECTIVES, letter);
  const directives = pieces.filter(([text]) => text.startsWith('%') && text !== '%%');
  return (
    directives.length > 0 && directives.every(({ groups }) => Boolean(groups?.digits) || isKnown(groups?.letter ?? ''))
  );
}

/** The format as Python's strptime understands it: without the flags. */
export function portableFormat(format: string): string {
  return format.replace(/%[-^:]([A-Za-z])/g, '%$1').replace(/%\df/g, '%f');
}

function compile(format: string): CompiledFormat {
  const known = compiled.get(format);
  if (known) return known;
  const fixed = ADJACENT.test(format);
  const pieces = [...format.matchAll(PIECE)].map(({ 0: text, groups }) => {
    if (groups?.letter === 'f' || groups?.digits) return fraction(Number(groups.digits ?? 6));
    if (groups?.letter && groups.letter in DIRECTIVES) return directive(groups.letter, groups.flag ?? '', fixed);
    return literal(text === '%%' ? '%' : text);
  });
  const body = pieces.map(({ read, pattern }) => (read ? `(${pattern})` : pattern)).join('');
  const result = { pieces, pattern: new RegExp(`^${body}$`, 'i') };
  compiled.set(format, result);
  return result;
}

function directive(letter: string, flag: string, fixed: boolean): Piece {
  const { pattern, fixedPattern, width, read, write } = DIRECTIVES[letter]!;
  const digits = flag === '-' ? 1 : (width ?? 0);
  return {
    pattern: fixed ? (fixedPattern ?? pattern) : pattern,
    read,
    write: ({ date }) => {
      const text = String(write(date)).padStart(digits, '0');
      if (flag === ':') return text.replace(/(\d\d)$/, ':$1');
      return flag === '^' ? text.toUpperCase() : text;
    },
  };
}

function fraction(digits: number): Piece {
  return {
    pattern: '\\d{1,9}',
    read: (text, parts) => (parts.fraction = Number(`0.${text}`)),
    write: ({ micro }) => String(micro).padStart(6, '0').padEnd(digits, '0').slice(0, digits),
  };
}

function literal(text: string): Piece {
  return { pattern: text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replace(/ +/g, ' +'), write: () => text };
}
