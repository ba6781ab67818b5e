import { roundToGrid } from '../table/cell.js';
import { nextOnGrid } from '../table/column-grid.js';
import type { Column, DatetimeColumn, NumericColumn } from '../table/dataset.js';
import { datetimeStep } from '../table/datetime-format.js';

/** Formats of whole dates, without an offset from UTC: their grid is that of their step. */
const WHOLE_DATE = /^(?=.*%Y)(?=.*%[-^]?[mbB])(?=.*%-?d)(?!.*(?:%:?z|[+-]\d\d|Z))/;

/** Numbers of a column brought onto its grid: the nearest one that it can write. */
export function nearestOnGrid(column: Column): (value: number) => number {
  const step = stepOfDates(column);
  return step === null ? (value) => roundToGrid(column, value) : (value) => Math.round(value / step) * step;
}

/** The least number on a column's grid that is not below a value. */
export function leastOnGrid(column: NumericColumn | DatetimeColumn): (value: number) => number {
  const step = stepOfDates(column);
  const nearestTo = nearestOnGrid(column);
  return (value) => {
    const nearest = nearestTo(value);
    if (nearest >= value) return nearest;
    return step === null ? nextOnGrid(column, nearest, 1) : nearest + step;
  };
}

/** Whole seconds between two dates of a column, where formatting them would say no more than that; it is slow. */
function stepOfDates(column: Column): number | null {
  if (column.kind !== 'datetime' || !WHOLE_DATE.test(column.format)) return null;
  const step = datetimeStep(column.format);
  return step !== null && step >= 1 ? step : null;
}
