import { roundToGrid } from './cell.js';
import type { DatetimeColumn, NumericColumn } from './dataset.js';
import { datetimeStep } from './datetime-format.js';

const DAY = 86_400;
/** Longer than any month, longer than any year: where a format has no finer part. */
const LONG_STEPS = [32 * DAY, 367 * DAY];
const DATE_UNITS = [30 * DAY, 7 * DAY, DAY, 3_600, 60, 1];
/** Numbers are rounded to 10^12 at most. */
const COARSEST_POWER = 12;

/** The first number on the column's grid above (`1`) or below (`-1`) one that lies on it; dates in seconds. */
export function nextOnGrid(column: NumericColumn | DatetimeColumn, value: number, direction: 1 | -1): number {
  if (column.kind === 'numeric')
    return roundToGrid(column, value + direction * (column.step ?? 10 ** -column.decimals.max));
  const step = datetimeStep(column.format);
  if (step !== null) return roundToGrid(column, value + direction * step);
  if (direction < 0) return roundToGrid(column, value - 1);
  const above = LONG_STEPS.map((long) => roundToGrid(column, value + long));
  return above.find((next) => next > value) ?? value;
}

/** The roundest number of the column's grid in [low, high): a multiple of the largest unit that has one there, or `low`. */
export function roundestBetween(column: NumericColumn | DatetimeColumn, low: number, high: number): number {
  for (const unit of units(column)) {
    const value = roundToGrid(column, Math.ceil(low / unit) * unit);
    if (value < high && value >= low) return value;
  }
  return low;
}

function units(column: NumericColumn | DatetimeColumn): number[] {
  if (column.kind === 'datetime') return DATE_UNITS;
  return Array.from({ length: COARSEST_POWER + 1 + column.decimals.max }, (_, place) => 10 ** (COARSEST_POWER - place));
}
