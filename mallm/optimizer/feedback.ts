import type { Row, TableSchema } from '../table/dataset.js';
import { isModelled } from '../table/dataset.js';
import { comparePairs, impossibleCombinations } from './feedback-pairs.js';
import { columnShifts, FEWEST_REAL_ROWS } from './feedback-shifts.js';
import { tellingFeatures } from './feedback-features.js';

export { feedbackLines } from './feedback-lines.js';

/** Most entries of each list. */
const MOST = 8;

/** A share of the real rows; with fewer than five rows behind it only that it is below `value`. */
export interface RealShare {
  value: number;
  below: boolean;
}

/** How one column differs. `severity` is about a total variation distance, in [0, 1], so that all kinds compare. */
export type Shift = { column: string; severity: number } & (
  | { of: 'mean' | 'spread'; date: boolean; real: number; synthetic: number; realDeviation: number }
  | { of: 'label'; label: string; real: RealShare; synthetic: number; totalVariation: number }
  | { of: 'missing'; real: RealShare; synthetic: number }
);

/** How strongly two columns are related, in [0, 1], in the real and in the synthetic rows. */
export interface PairShift {
  columns: [string, string];
  real: number;
  synthetic: number;
}

/** A feature by which a linear classifier separates the rows, all others being equal. */
export interface TellingFeature {
  /** As in the encoder: `age`, `sex = Male`, `age missing`. */
  feature: string;
  isNumber: boolean;
  /** Standardised coefficient: above 0 the feature speaks for a synthetic row. */
  weight: number;
}

/** Two labels that occur together in synthetic rows but never in real ones, although each is common there. */
export interface ImpossibleCombination {
  columns: [string, string];
  labels: [string, string];
  /** Synthetic rows that have both. */
  rows: number;
}

/** How synthetic rows differ from real ones: aggregates only, never a row. Each list is bounded, worst first. */
export interface Feedback {
  shifts: Shift[];
  pairs: PairShift[];
  features: TellingFeature[];
  impossible: ImpossibleCombination[];
}

/**
 * Compares synthetic rows with real ones for the optimizer: only significant differences, and only figures that rest on
 * at least five real rows. Identifiers and texts are left out. All lists are empty with fewer than five rows on either
 * side. Deterministic.
 *
 * Departs: the published optimizer sees scores only (§3.2.3); it cannot know what to mend.
 */
export function compareRows(schema: TableSchema, real: readonly Row[], synthetic: readonly Row[]): Feedback {
  if (Math.min(real.length, synthetic.length) < FEWEST_REAL_ROWS) {
    return { shifts: [], pairs: [], features: [], impossible: [] };
  }
  const shifts = schema.columns.flatMap((column, index) =>
    isModelled(column) ? columnShifts(column, cellsOf(real, index), cellsOf(synthetic, index)) : [],
  );
  return {
    shifts: worst(shifts, ({ severity }) => severity),
    pairs: worst(comparePairs(schema, real, synthetic), (pair) => Math.abs(pair.real - pair.synthetic)),
    features: worst(tellingFeatures(schema, real, synthetic), ({ weight }) => Math.abs(weight)),
    impossible: worst(impossibleCombinations(schema, real, synthetic), ({ rows }) => rows),
  };
}

function cellsOf(rows: readonly Row[], index: number): Row[number][] {
  return rows.map((row) => row[index] ?? null);
}

function worst<T>(items: T[], badness: (item: T) => number): T[] {
  return items.sort((a, b) => badness(b) - badness(a)).slice(0, MOST);
}
