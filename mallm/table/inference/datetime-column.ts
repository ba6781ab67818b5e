import type { DatetimeColumn } from '../dataset.js';
import { isDatetimeFormat, parseDatetime } from '../datetime-format.js';
import { readCell } from '../cell-text.js';
import type { Cells } from './column-heuristics.js';
import { inferDatetimeFormat, withFlags } from './datetime-inference.js';
import { extent } from './number-inference.js';
import { withSpecials } from './special-inference.js';

const ZONE = /:\d{2}(?:\.\d+)?( ?(?:Z|[+-]\d{2}:?\d{2}))$/i;
/** More offsets than this are not kept one by one. */
const MOST_ZONES = 20;
/** Dates without a day or a month, by what separates the parts of a whole date. */
const PARTIAL = ['%Y-%m', '%Y/%m', '%Y.%m', '%m/%Y', '%m.%Y', '%m-%Y', '%b %Y', '%b%Y', '%B %Y', '%Y'];
/** Dates that stand for "never" or "unknown", and texts without any digit. */
const NO_DATE = /^(?:9999|0000|0001|1111|2999|8888)\b|\b(?:9999|0000|0001|1111|2999|8888)$|^9999\d{4}$|^\D*$/;
/** Of the cells, so many must be dates in one format; all others dates in another form, or special values. */
const MOSTLY = 0.5;
const MOST_STRAYS = 0.2;
const FEW_STRAYS = 5;
/** Different texts that a column of dates with other cells needs. */
const FEWEST_DATES = 5;

/** A date without a day or a month, or with another offset, and how many texts have the form. */
interface Forms {
  format: string;
  forms: { format: string; share: number }[];
}

/**
 * The date column that cells make, or null where they do not: one format for all, or offsets that differ, dates without a
 * day or a month, and a few cells that are none.
 */
export function datetimeColumn(cells: Cells, declaredFormat?: string): DatetimeColumn | null {
  const dated = cells.present.filter((text) => !NO_DATE.test(text.trim()));
  const found = declaredFormat ? declaredForms(declaredFormat, dated) : formsOf(dated);
  if (!found || !isDatetimeFormat(found.format)) return null;
  const isDate = (text: string): boolean =>
    [found, ...found.forms].some(({ format }) => parseDatetime(format, text) !== null);
  const strays = cells.present.filter((text) => NO_DATE.test(text.trim()) || !isDate(text));
  if (!declaredFormat && strays.length > 0 && !mayHaveStrays(cells, strays)) return null;
  const { format, forms } = found;
  const column = {
    ...withSpecials(cells, strays),
    ...{ kind: 'datetime' as const, min: -Infinity, max: Infinity, format },
    ...(forms.length > 0 && { forms }),
  };
  const seconds = cells.all.map((text, row) => readCell(column, text, row)).filter((cell) => typeof cell === 'number');
  if (seconds.length === 0) return null;
  const [min, max] = extent(seconds);
  return { ...column, min, max };
}

function mayHaveStrays({ present, distinct }: Cells, strays: readonly string[]): boolean {
  const kinds = new Set(strays).size;
  const isFew = strays.length <= MOST_STRAYS * present.length || kinds <= FEW_STRAYS;
  return isFew && strays.length <= MOSTLY * present.length && distinct.length - kinds >= FEWEST_DATES;
}

function declaredForms(declared: string, texts: readonly string[]): Forms | null {
  const fitting = texts.filter((text) => parseDatetime(declared, text) !== null);
  if (fitting.length === texts.length) return { format: withFlags(declared, [...new Set(texts)]), forms: [] };
  const found = formsOf(texts);
  return found && fitting.some((text) => parseDatetime(found.format, text) !== null) ? found : null;
}

function formsOf(texts: readonly string[]): Forms | null {
  const format = inferDatetimeFormat([...new Set(texts)]);
  if (format !== null && !format.includes('%z') && !format.includes('%:z')) return { format, forms: [] };
  return zonedForms(texts) ?? (format === null ? partialForms(texts) : { format, forms: [] });
}

/** One local format and a few offsets: cells are local times, each offset is a form. */
function zonedForms(texts: readonly string[]): Forms | null {
  const zones = texts.map((text) => ZONE.exec(text.trim())?.[1] ?? null);
  const different = new Set(zones);
  if (different.has(null) || different.size < 2 || different.size > MOST_ZONES) return null;
  const locals = texts.map((text, place) => text.trim().slice(0, -zones[place]!.length));
  const local = inferDatetimeFormat([...new Set(locals)]);
  return local === null ? null : ranked(zones.map((zone) => local + zone!));
}

/** Whole dates in one format, and others without their day or month. */
function partialForms(texts: readonly string[]): Forms | null {
  const partial = texts.map((text) => PARTIAL.find((format) => parseDatetime(format, text) !== null) ?? null);
  const whole = texts.filter((_, place) => partial[place] === null);
  if (whole.length === texts.length || whole.length < MOSTLY * texts.length) return null;
  const format = inferDatetimeFormat([...new Set(whole)]);
  return format === null ? null : ranked(partial.map((each) => each ?? format));
}

/** The commonest format, and all others with their share. */
function ranked(formats: readonly string[]): Forms {
  const counts = new Map<string, number>();
  for (const format of formats) counts.set(format, (counts.get(format) ?? 0) + 1);
  const [first, ...others] = [...counts].sort((a, b) => b[1] - a[1]);
  return { format: first![0], forms: others.map(([each, rows]) => ({ format: each, share: rows / formats.length })) };
}
