import type { Column } from '../table/dataset.js';
import { datetimeStep } from '../table/datetime-format.js';
import { decimalsOf, significantDigits } from '../table/number-grid.js';

/** Decimals beyond which a grid is rounding: numbers then lie on one of significant digits. */
const MOST_DECIMALS = 9;
/** Most significant digits that JavaScript writes. */
const MOST_DIGITS = 17;
/** Significant digits beyond which a number names the row that has it. */
const NAMING_DIGITS = 6;
const POWERS = [10_000, 1000, 100, 10, 1];
/** Day, hour, minute, second. */
const TIME_STEPS = [86_400, 3600, 60, 1];

/** The grid on which a column's numbers lie. */
export type Grid = StepGrid | { digits: number };

export interface StepGrid {
  step: number;
  /** Ten to the power of the decimals that a step needs. */
  factor: number;
}

/**
 * The coarsest grid on which all numbers of a column lie: the step that it has, else 1, 2 or 5 times a power of ten (29.925 and 26.7 give 0.005), for
 * times a day, an hour, a minute or a second; as many significant digits as they have where they have very many decimals.
 * Null for months and years.
 */
export function gridOf(column: Column, numbers: readonly number[]): Grid | null {
  if (column.kind === 'datetime') return timeGrid(datetimeStep(column.format), numbers);
  if (column.kind === 'numeric' && column.step !== undefined) return stepGrid(column.step);
  const decimals = numbers.reduce((most, number) => Math.max(most, decimalsOf(number)), 0);
  const factor = 10 ** decimals;
  const whole = numbers.map((number) => Math.round(number * factor));
  if (decimals > MOST_DECIMALS || !whole.every(Number.isSafeInteger)) return digitGrid(numbers);
  const power = POWERS.find((times) => whole.every((number) => number % times === 0))!;
  const times = [5, 2].find((digit) => whole.every((number) => number % (power * digit) === 0)) ?? 1;
  return { step: (power * times) / factor, factor };
}

/** The point of the grid nearest to a number. */
export function toGrid(grid: Grid, number: number): number {
  if ('digits' in grid) return Number(number.toPrecision(grid.digits));
  const { step, factor } = grid;
  return Math.round(Math.round(number / step) * step * factor) / factor;
}

/** Whether a number has so many digits on its grid that it names the row that has it. */
export function namesRow(grid: Grid, number: number): boolean {
  return significantDigits('digits' in grid ? number : Math.round(number / grid.step)) > NAMING_DIGITS;
}

function stepGrid(step: number): Grid {
  return { step, factor: 10 ** decimalsOf(step) };
}

function digitGrid(numbers: readonly number[]): Grid {
  const digits = numbers.reduce((most, number) => Math.max(most, significantDigits(number)), 1);
  return { digits: Math.min(MOST_DIGITS, digits) };
}

/** The coarsest unit of time of which all are multiples; none where the format has only months or years. */
function timeGrid(formatStep: number | null, numbers: readonly number[]): Grid | null {
  if (formatStep === null) return null;
  const step = TIME_STEPS.find((unit) => unit >= formatStep && numbers.every((number) => number % unit === 0));
  return step === undefined ? null : { step, factor: 1 };
}
