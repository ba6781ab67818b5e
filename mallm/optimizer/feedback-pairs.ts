import { associationOf } from './association.js';
import type { LabelColumn, Row, TableSchema } from '../table/dataset.js';
import { isLabel } from '../table/dataset.js';
import { fitLevels, levelsOf } from '../table/discretisation.js';
import type { ImpossibleCombination, PairShift } from './feedback.js';

/** Normal deviate from which an association is significant: by chance one pair in two hundred reaches it. */
const SIGNIFICANT = 2.6;
/** Least difference of association that is reported, absolute and in its standard errors. */
const GAP = 0.1;
const GAP_ERRORS = 2.5;
/** Most labels of a column with a level of their own in a contingency table; the others are pooled. */
const MOST_LABELS = 6;
/** Real rows that would have both labels if the columns were not related: that none has is then no chance. */
const EXPECTED = 4;
/** Fewest synthetic rows that have both. */
const REPEATED = 3;

/**
 * Pairs of columns that are related in one of the two tables and less in the other. The real association has to be
 * significant for a lost one, the synthetic association for an invented one, and so has their difference. One measure for all kinds of columns:
 * numbers in quantile bins of the real rows, rare labels pooled.
 */
export function comparePairs(schema: TableSchema, real: readonly Row[], synthetic: readonly Row[]): PairShift[] {
  const levels = fitLevels(schema, real, { mostLabels: MOST_LABELS });
  const columns = levels.map((column) => ({
    name: column.name,
    real: levelsOf(column, real),
    synthetic: levelsOf(column, synthetic),
  }));
  return pairsOf(columns).flatMap(([first, second]) => {
    const inReal = associationOf(first.real, second.real);
    const inSynthetic = associationOf(first.synthetic, second.synthetic);
    const gap = inReal.strength - inSynthetic.strength;
    const stronger = gap > 0 ? inReal : inSynthetic;
    const error = Math.hypot(errorOf(inReal.strength, real.length), errorOf(inSynthetic.strength, synthetic.length));
    if (Math.abs(gap) < Math.max(GAP, GAP_ERRORS * error) || stronger.deviate < SIGNIFICANT) return [];
    return [{ columns: [first.name, second.name], real: inReal.strength, synthetic: inSynthetic.strength }];
  });
}

/** Standard error of an association, about as that of a correlation. */
function errorOf(strength: number, rows: number): number {
  return (1 - strength ** 2) / Math.sqrt(rows);
}

/** Pairs of labels that at least three synthetic rows have and no real row, though both are common in the real rows. */
export function impossibleCombinations(
  schema: TableSchema,
  real: readonly Row[],
  synthetic: readonly Row[],
): ImpossibleCombination[] {
  const columns = schema.columns.flatMap((column, index) =>
    isLabel(column) ? [labelCounts(column, index, real)] : [],
  );
  return pairsOf(columns).flatMap(([first, second]) => {
    const inReal = combinations(real, first.index, second.index);
    return [...combinations(synthetic, first.index, second.index)].flatMap(([key, rows]) => {
      if (rows < REPEATED || inReal.has(key)) return [];
      const labels = JSON.parse(key) as [string, string];
      const [firstRows, secondRows] = [first.rows.get(labels[0]) ?? 0, second.rows.get(labels[1]) ?? 0];
      if ((firstRows * secondRows) / real.length < EXPECTED) return [];
      return [{ columns: [first.name, second.name] as [string, string], labels, rows }];
    });
  });
}

/** Real rows of each label; a missing cell is none. */
function labelCounts({ name, categories }: LabelColumn, index: number, real: readonly Row[]) {
  const rows = new Map<string | null, number>(
    categories.map((label) => [label, real.filter((row) => row[index] === label).length]),
  );
  return { name, index, rows };
}

function combinations(rows: readonly Row[], first: number, second: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const key = JSON.stringify([row[first], row[second]]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function pairsOf<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((first, place) => items.slice(place + 1).map((second): [T, T] => [first, second]));
}
