import { satisfies, type Condition } from '../../conditions/condition.js';
import type { Column } from '../../table/dataset.js';
import { toGrid } from '../number-grids.js';
import { scoreOf, type NumberScores } from '../number-scores.js';

/** What a condition allows of one drawn column. */
export type Allowed = AllowedLabels | AllowedNumbers;

/** By label: 1 where allowed. */
export interface AllowedLabels {
  labels: Uint8Array;
}

/** Intervals of scores that decode to allowed numbers, or to numbers beside them. */
export interface AllowedNumbers {
  low: Float64Array;
  high: Float64Array;
  /** The allowed number nearest to one that was drawn, or null when there is none that near. */
  nearest: (value: number) => number | null;
}

/** The stretches of a number column that a condition allows; null where none lies in its range. */
export function allowedNumbers(column: Column, numbers: NumberScores, condition: Condition): AllowedNumbers | null {
  const accepts = (value: number): boolean => satisfies(value, condition);
  const { values, scores } = numbers;
  const low: number[] = [];
  const high: number[] = [];
  const last = values.length - 1;
  for (const [from, to] of stretchesOf(condition)) {
    if (from > values[last]! || to < values[0]!) continue;
    const below = values.findLastIndex((value) => value < from);
    const above = values.findIndex((value) => value > to);
    const first = scoreOf(numbers, from);
    const end = scoreOf(numbers, to);
    // Half-way to the values beside it: a score there is read as a number within.
    low.push(below < 0 ? -Infinity : (scores[below]! + first) / 2);
    high.push(above < 0 ? Infinity : (scores[above]! + end) / 2);
  }
  const nearest = nearestAllowed(numbers, stretchesOf(condition), accepts);
  const reachable =
    low.length > 0 &&
    stretchesOf(condition).some(([from, to]) => nearest((clip(from, values) + clip(to, values)) / 2) !== null);
  return reachable ? { low: Float64Array.from(low), high: Float64Array.from(high), nearest } : null;
}

/** Whether a score lies in one of the stretches. */
export function isAllowed({ low, high }: AllowedNumbers, score: number): boolean {
  for (let i = 0; i < low.length; i++) if (score >= low[i]! && score <= high[i]!) return true;
  return false;
}

function stretchesOf(condition: Condition): [number, number][] {
  switch (condition.is) {
    case 'equal':
      return typeof condition.value === 'number' ? [[condition.value, condition.value]] : [];
    case 'one-of':
      return condition.values.flatMap((value): [number, number][] =>
        typeof value === 'number' ? [[value, value]] : [],
      );
    case 'range':
      return [[condition.min ?? -Infinity, condition.max ?? Infinity]];
    case 'not-equal':
    case 'present':
      return [[-Infinity, Infinity]];
    case 'missing':
      return [];
  }
}

/** Looks at the number itself, at the ends of the stretches, and at the points of the grid or the values beside them. */
function nearestAllowed(
  { values, grid }: NumberScores,
  stretches: readonly [number, number][],
  accepts: (value: number) => boolean,
): (value: number) => number | null {
  const least = values[0]!;
  const most = values.at(-1)!;
  const isFit = (value: number): boolean => value >= least && value <= most && accepts(value);
  return (value) => {
    if (isFit(value)) return value;
    const ends = stretches.map(([from, to]) => Math.min(to, Math.max(from, value)));
    const beside = [value, ...ends].flatMap((end) => {
      if (grid === null || 'digits' in grid) return [end];
      const point = toGrid(grid, end);
      return [end, point, toGrid(grid, point - grid.step), toGrid(grid, point + grid.step)];
    });
    const onGrid = (candidate: number): boolean =>
      grid === null || 'digits' in grid || Math.abs(toGrid(grid, candidate) - candidate) < grid.step * 1e-6;
    const known = values.filter(accepts);
    const fit = [
      ...beside
        .filter(onGrid)
        .filter(isFit)
        .filter((candidate) => grid !== null || values.includes(candidate)),
      ...known,
    ];
    if (fit.length === 0) return null;
    return fit.reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a));
  };
}

function clip(value: number, values: readonly number[]): number {
  return Math.min(values.at(-1)!, Math.max(values[0]!, value));
}
