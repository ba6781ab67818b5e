import {
  isLabel,
  type Cell,
  type Column,
  type DatetimeColumn,
  type LabelColumn,
  type NumericColumn,
} from './dataset.js';
import { ISO_FORMATS, parseDatetime, periodOf } from './datetime-format.js';
import { areTruths, findLabel, meantLabel } from './label-match.js';
import { isMissing } from './missing.js';
import { parseWritten } from './number-format.js';
import { parseNumber } from './number-grid.js';
import { isSpecial } from './special-values.js';

const DAY = 86_400;
/** Multiples of the golden ratio are spread evenly over [0, 1). */
const GOLDEN = 0.6180339887498949;

/** How a file writes its cells, where that is not the column's own way. */
export interface CellReading {
  /** Whether numbers are written plainly, whatever the column's format. Default: no. */
  plainNumbers?: boolean;
  /** Keep special values and dates in another form as texts, to be written again. Default: no. */
  asWritten?: boolean;
}

/**
 * A cell of a file, typed, or undefined where its text is neither missing nor a value of the column. Labels are taken as
 * written, seen or not; `1.0` counts as the label `1` where there is no other, `true` as `yes`. Dates may also be written
 * as in ISO 8601; one without a day or a month gets one by its row, so that they are spread evenly.
 */
export function readCell(column: Column, text: string, row: number, reading: CellReading = {}): Cell | undefined {
  if (isMissing(column, text)) return null;
  if (isLabel(column)) return labelOf(column, text) ?? text;
  if (isSpecial(column, text)) return reading.asWritten ? text : null;
  if (column.kind === 'numeric') return numberOf(column, text, reading);
  if (column.kind === 'datetime') return dateOf(column, text, row, reading);
  return text;
}

function labelOf(column: LabelColumn, text: string): string | null {
  const found = findLabel(column.categories, text);
  if (found !== null || !areTruths(column.categories)) return found;
  return text === 'true' || text === 'false' ? meantLabel(column, text === 'true') : null;
}

function numberOf(column: NumericColumn, text: string, { plainNumbers }: CellReading): number | undefined {
  return (plainNumbers ? parseNumber(text) : null) ?? parseWritten(text, column) ?? undefined;
}

function dateOf(column: DatetimeColumn, text: string, row: number, reading: CellReading): Cell | undefined {
  const own = parseDatetime(column.format, text);
  if (own !== null) return own;
  for (const { format } of column.forms ?? []) {
    const start = parseDatetime(format, text);
    if (start === null) continue;
    const days = Math.floor(((row * GOLDEN) % 1) * periodOf(format));
    return reading.asWritten ? text : start + days * DAY;
  }
  for (const format of ISO_FORMATS) {
    const seconds = parseDatetime(format, text);
    if (seconds !== null) return seconds;
  }
  return undefined;
}
