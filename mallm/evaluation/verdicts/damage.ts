import type { Damage } from '../result.js';
import type { EvaluationTables } from '../tables.js';
import { stacked, type EvaluationColumn } from '../typed-table.js';
import { levelAbove, percent } from './concern.js';

/** A difference this many standard errors from none is not chance, over some dozens of columns. */
const SURE = 3.5;

/** Fewest synthetic rows of which shares and moments say something. */
const FEWEST_ROWS = 10;

/** Differences from which a column counts as damaged, and as badly so. */
const MARKS = {
  /** Of means, in standard deviations of the real rows. */
  mean: [0.3, 0.75],
  /** Of the logarithm of the standard deviation: a third more or less, twice or half. */
  spread: [0.3, 0.69],
  /** Of shares: of one label, of missing cells. */
  share: [0.12, 0.35],
} as const;

/** Columns that have a value in real rows and none in synthetic ones, by index. */
export function lostColumns({ train, heldOut, synthetic }: EvaluationTables): number[] {
  const isEmpty = (cells: Float64Array): boolean => cells.every(Number.isNaN);
  return synthetic.cells.flatMap((cells, column) => {
    const isReal = !isEmpty(train.cells[column]!) || !isEmpty(heldOut.cells[column]!);
    return isReal && isEmpty(cells) ? [column] : [];
  });
}

/**
 * What is wrong with single columns beyond chance and beyond what matters: lost or emptied, a shifted mean, spread or
 * share of a label. Compared with training and held-out rows together, worst first.
 */
export function damagedColumns(tables: EvaluationTables): Damage[] {
  const real = stacked(tables.train, tables.heldOut);
  const lost = new Set(lostColumns(tables));
  const found = tables.columns.flatMap((column, index): Damage[] => {
    const name = column.name;
    if (lost.has(index)) {
      return [{ column: name, kind: 'lost', level: 'poor', size: 1, finding: 'has no value in any synthetic row' }];
    }
    if (tables.synthetic.rows < FEWEST_ROWS) return [];
    const [a, b] = [real.cells[index]!, tables.synthetic.cells[index]!];
    const missing = missingShares(name, a, b);
    return missing ? [missing] : column.kind === 'number' ? numberDamage(name, a, b) : labelDamage(column, a, b);
  });
  const rank = ({ kind, level }: Damage): number => Number(kind === 'lost') + Number(level === 'poor');
  return found.toSorted((a, b) => rank(b) - rank(a) || b.size - a.size);
}

function missingShares(column: string, real: Float64Array, made: Float64Array): Damage | null {
  const [a, b] = [real, made].map((cells) => cells.filter(Number.isNaN).length / cells.length) as [number, number];
  const level = shareLevel(a, b, real.length, made.length);
  const finding = `is missing in ${percent(b, 0)} of the synthetic rows, in ${percent(a, 0)} of the real ones`;
  return level && { column, kind: 'missing', level, size: Math.abs(a - b), finding };
}

function numberDamage(column: string, real: Float64Array, made: Float64Array): Damage[] {
  const [a, b] = [moments(real), moments(made)];
  if (a.count < 2 || b.count < 2) return [];
  const damages: Damage[] = [];
  const unit = a.sd > 0 ? a.sd : b.sd;
  const shift = unit > 0 ? (b.mean - a.mean) / unit : 0;
  const ofMean = Math.hypot(a.sd / Math.sqrt(a.count), b.sd / Math.sqrt(b.count)) / (unit || 1);
  const meanLevel = Math.abs(shift) > SURE * ofMean ? levelAbove(Math.abs(shift), MARKS.mean) : null;
  if (meanLevel) {
    const finding = `has a mean ${Math.abs(shift).toFixed(1)} standard deviations ${shift > 0 ? 'above' : 'below'} the real one`;
    damages.push({ column, kind: 'mean', level: meanLevel, size: Math.abs(shift), finding });
  }
  if (a.sd === 0) return damages;
  const ratio = b.sd / a.sd;
  const change = b.sd > 0 ? Math.abs(Math.log(ratio)) : Infinity;
  const kurtosis = Math.max(a.kurtosis, b.kurtosis);
  const ofSpread = Math.sqrt(((kurtosis - 1) / 4) * (1 / a.count + 1 / b.count));
  const spreadLevel = change > SURE * ofSpread ? levelAbove(change, MARKS.spread) : null;
  if (spreadLevel) {
    const finding = `has a standard deviation ${ratio.toFixed(2)} times the real one`;
    damages.push({ column, kind: 'spread', level: spreadLevel, size: Math.min(change, 10), finding });
  }
  return damages;
}

function labelDamage({ name, labels }: EvaluationColumn, real: Float64Array, made: Float64Array): Damage[] {
  const shares = (cells: Float64Array): number[] =>
    labels.map((_, code) => cells.reduce((sum, cell) => sum + Number(cell === code), 0) / cells.length);
  const [a, b] = [shares(real), shares(made)];
  const differences = labels.map((_, code) => Math.abs(a[code]! - b[code]!));
  const most = differences.reduce((best, size, code) => (size > differences[best]! ? code : best), 0);
  const level = shareLevel(a[most] ?? 0, b[most] ?? 0, real.length, made.length);
  if (!level) return [];
  const finding = `has "${labels[most]!}" in ${percent(b[most]!, 0)} of the synthetic rows, in ${percent(a[most]!, 0)} of the real ones`;
  return [{ column: name, kind: 'share', level, size: differences[most]!, finding }];
}

function shareLevel(a: number, b: number, realRows: number, madeRows: number): Damage['level'] | null {
  const pooled = (a * realRows + b * madeRows + 1) / (realRows + madeRows + 2);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / realRows + 1 / madeRows));
  return Math.abs(a - b) > SURE * error ? levelAbove(Math.abs(a - b), MARKS.share) : null;
}

function moments(cells: Float64Array): { count: number; mean: number; sd: number; kurtosis: number } {
  const values = cells.filter((cell) => !Number.isNaN(cell));
  const mean = values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  const power = (exponent: number): number =>
    values.reduce((sum, value) => sum + (value - mean) ** exponent, 0) / (values.length || 1);
  const variance = power(2);
  const sd = variance > 1e-18 * mean * mean ? Math.sqrt(variance) : 0;
  return { count: values.length, mean, sd, kurtosis: sd > 0 ? power(4) / variance ** 2 : 3 };
}
