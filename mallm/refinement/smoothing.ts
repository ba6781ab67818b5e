import type { Column } from '../table/dataset.js';
import { datetimeStep } from '../table/datetime-format.js';
import { decimalsOf } from '../table/number-grid.js';
import type { CodedColumn } from './column-codes.js';

/** Decimals beyond which a grid is rounding: numbers then have none. */
const MOST_DECIMALS = 9;
const POWERS = [10_000, 1000, 100, 10, 1];
/** Day, hour, minute, second. */
const TIME_STEPS = [86_400, 3600, 60, 1];

/** The grid on which a column's numbers lie. */
export interface Grid {
  step: number;
  /** Ten to the power of the decimals that a step needs. */
  factor: number;
}

/** What a number that is drawn may become: any point of the grid between two bounds. */
export interface Smoothing extends Grid {
  /** By code: least and greatest number; the same where the value stays as it is. */
  low: Float64Array;
  high: Float64Array;
}

/**
 * The coarsest grid on which all numbers of a column lie, or null where there is none: 1, 2 or 5 times a power of ten
 * (29.925 and 26.7 give 0.005), for times a day, an hour, a minute or a second.
 */
export function gridOf(column: Column, numbers: readonly number[]): Grid | null {
  if (column.kind === 'datetime') return timeGrid(datetimeStep(column.format), numbers);
  const decimals = numbers.reduce((most, number) => Math.max(most, decimalsOf(number)), 0);
  const factor = 10 ** decimals;
  const whole = numbers.map((number) => Math.round(number * factor));
  if (column.kind !== 'numeric' || decimals > MOST_DECIMALS || !whole.every(Number.isSafeInteger)) return null;
  const power = POWERS.find((times) => whole.every((number) => number % times === 0))!;
  const times = [5, 2].find((digit) => whole.every((number) => number % (power * digit) === 0)) ?? 1;
  return { step: (power * times) / factor, factor };
}

/** The point of the grid nearest to a number. */
export function toGrid({ step, factor }: Grid, number: number): number {
  return Math.round(Math.round(number / step) * step * factor) / factor;
}

/**
 * By code, how far a drawn number may move: one that a single training row has, to the middle of the gaps beside it,
 * on the grid of the training numbers and within their range. Numbers that several training rows share, or that only
 * model rows have, stay as they are. Null where nothing moves.
 */
export function smoothingOf(column: Column, coded: CodedColumn, trainNumbers: readonly number[]): Smoothing | null {
  const grid = gridOf(column, trainNumbers);
  if (grid === null || trainNumbers.length === 0) return null;
  const values = coded.values as number[];
  const rows = new Map<number, number>();
  for (const number of trainNumbers) rows.set(number, (rows.get(number) ?? 0) + 1);
  const low = Float64Array.from([NaN, ...values]);
  const high = Float64Array.from([NaN, ...values]);
  const least = Math.min(...trainNumbers);
  const greatest = Math.max(...trainNumbers);
  values.forEach((value, i) => {
    if (rows.get(value) !== 1) return;
    const below = Math.max(least, values[i - 1] ?? value);
    const above = Math.min(greatest, values[i + 1] ?? value);
    low[i + 1] = toGrid(grid, value - wholeSteps(grid, (value - below) / 2));
    high[i + 1] = toGrid(grid, value + wholeSteps(grid, (above - value) / 2));
  });
  return { ...grid, low, high };
}

/** The coarsest unit of time of which all are multiples; none where the format tells only months or years. */
function timeGrid(formatStep: number | null, numbers: readonly number[]): Grid | null {
  if (formatStep === null) return null;
  const step = TIME_STEPS.find((unit) => unit >= formatStep && numbers.every((number) => number % unit === 0));
  return step === undefined ? null : { step, factor: 1 };
}

/** The greatest multiple of the step that is not above a length. */
function wholeSteps({ step }: Grid, length: number): number {
  return Math.floor(length / step + 1e-9) * step;
}
