import type { Cell, DatetimeColumn, LabelColumn, NumericColumn } from '../table/dataset.js';
import { isLabel } from '../table/dataset.js';
import type { RealShare, Shift } from './feedback.js';

/** Standard errors from which a difference is significant. */
const SIGNIFICANT = 2.5;
/** Fewest real rows behind any figure: one of fewer could describe a single person. */
export const FEWEST_REAL_ROWS = 5;
/** Most labels reported of a column. */
const MOST_LABELS = 2;

interface Moments {
  count: number;
  mean: number;
  deviation: number;
  /** Fourth standardised moment; 3 for a normal distribution. */
  kurtosis: number;
}

/** How the cells of one column differ: mean and spread of numbers, shares of labels, share of missing cells. */
export function columnShifts(
  column: NumericColumn | DatetimeColumn | LabelColumn,
  real: readonly Cell[],
  synthetic: readonly Cell[],
): Shift[] {
  const values = isLabel(column) ? labelShifts(column, real, synthetic) : numberShifts(column, real, synthetic);
  return [...values, ...missingShift(column.name, real, synthetic)];
}

function numberShifts(
  column: NumericColumn | DatetimeColumn,
  realCells: readonly Cell[],
  syntheticCells: readonly Cell[],
): Shift[] {
  const [real, synthetic] = [momentsOf(realCells), momentsOf(syntheticCells)];
  if (Math.min(real.count, synthetic.count) < FEWEST_REAL_ROWS) return [];
  const shared = { column: column.name, date: column.kind === 'datetime', realDeviation: real.deviation };
  const shifts: Shift[] = [];
  const standardError = Math.hypot(
    real.deviation / Math.sqrt(real.count),
    synthetic.deviation / Math.sqrt(synthetic.count),
  );
  const difference = Math.abs(synthetic.mean - real.mean);
  if (difference > SIGNIFICANT * standardError) {
    const severity = normalVariation(difference / Math.max(real.deviation, Number.MIN_VALUE));
    shifts.push({ ...shared, of: 'mean', severity, real: real.mean, synthetic: synthetic.mean });
  }
  if (real.deviation === 0 || synthetic.deviation === 0) return shifts;
  const ratio = Math.abs(Math.log(synthetic.deviation / real.deviation));
  const ratioError = Math.sqrt(
    (real.kurtosis - 1) / (4 * real.count) + (synthetic.kurtosis - 1) / (4 * synthetic.count),
  );
  if (ratio > SIGNIFICANT * ratioError) {
    shifts.push({
      ...shared,
      of: 'spread',
      severity: scaleVariation(ratio),
      real: real.deviation,
      synthetic: synthetic.deviation,
    });
  }
  return shifts;
}

/** The labels whose shares differ most: the one most in excess, and the one most lacking. */
function labelShifts(column: LabelColumn, realCells: readonly Cell[], syntheticCells: readonly Cell[]): Shift[] {
  const [real, synthetic] = [countsOf(realCells), countsOf(syntheticCells)];
  if (Math.min(real.total, synthetic.total) < FEWEST_REAL_ROWS) return [];
  const labels = column.categories.map((label) => {
    const [realRows, rows] = [real.counts.get(label) ?? 0, synthetic.counts.get(label) ?? 0];
    const difference = rows / synthetic.total - realRows / real.total;
    return { label, realRows, rows, difference };
  });
  const totalVariation = labels.reduce((sum, { difference }) => sum + Math.abs(difference), 0) / 2;
  const significant = labels
    .filter(({ realRows, rows }) => sharesDiffer(realRows, real.total, rows, synthetic.total))
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  const first = significant[0];
  const second = significant.find(({ difference }) => difference * first!.difference < 0);
  const reported = column.categories.length > 2 ? [first, second] : [first];
  return reported
    .filter((label) => label !== undefined)
    .slice(0, MOST_LABELS)
    .map(({ label, realRows, rows, difference }) => ({
      column: column.name,
      of: 'label',
      label,
      severity: Math.abs(difference),
      real: realShare(realRows, real.total),
      synthetic: rows / synthetic.total,
      totalVariation,
    }));
}

function missingShift(column: string, realCells: readonly Cell[], syntheticCells: readonly Cell[]): Shift[] {
  const [real, synthetic] = [realCells, syntheticCells].map((cells) => cells.filter((cell) => cell === null).length);
  if (!sharesDiffer(real!, realCells.length, synthetic!, syntheticCells.length)) return [];
  const syntheticShare = synthetic! / syntheticCells.length;
  const severity = Math.abs(syntheticShare - real! / realCells.length);
  return [{ column, of: 'missing', severity, real: realShare(real!, realCells.length), synthetic: syntheticShare }];
}

function sharesDiffer(first: number, firstTotal: number, second: number, secondTotal: number): boolean {
  const pooled = (first + second) / (firstTotal + secondTotal);
  const standardError = Math.sqrt(pooled * (1 - pooled) * (1 / firstTotal + 1 / secondTotal));
  return Math.abs(first / firstTotal - second / secondTotal) > SIGNIFICANT * standardError;
}

function realShare(rows: number, total: number): RealShare {
  const below = rows > 0 && rows < FEWEST_REAL_ROWS;
  return { value: (below ? FEWEST_REAL_ROWS : rows) / total, below };
}

function countsOf(cells: readonly Cell[]): { counts: Map<Cell, number>; total: number } {
  const counts = new Map<Cell, number>();
  let total = 0;
  for (const cell of cells) {
    if (cell === null) continue;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
    total += 1;
  }
  return { counts, total };
}

function momentsOf(cells: readonly Cell[]): Moments {
  const values = cells.filter((cell) => cell !== null).map((cell) => Number(cell));
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(count, 1);
  const power = (exponent: number): number =>
    values.reduce((sum, value) => sum + (value - mean) ** exponent, 0) / Math.max(count, 1);
  const variance = power(2);
  return { count, mean, deviation: Math.sqrt(variance), kurtosis: variance > 0 ? power(4) / variance ** 2 : 3 };
}

/** Total variation between two normal distributions whose means are `distance` standard deviations apart. */
function normalVariation(distance: number): number {
  // 2 Φ(d/2) − 1, with the logistic approximation of Φ (error below 0.01).
  return Math.tanh(0.7988 * (distance / 2) * (1 + 0.04417 * (distance / 2) ** 2));
}

/** Total variation between two centred normal distributions, `ratio` the logarithm of their standard deviations' ratio. */
function scaleVariation(ratio: number): number {
  return Math.min(1, 0.484 * ratio);
}
