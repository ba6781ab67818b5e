import { columnShapes, meanShape } from './column-shapes.js';
import { columnShifts, lostLabels } from './column-shifts.js';
import { damagedColumns, lostColumns } from './verdicts/damage.js';
import { meanTrend, pairTrends, type PairTrend } from './pair-trends.js';
import type { C2st, Fidelity } from './result.js';
import type { EvaluationTables } from './tables.js';
import type { TypedTable } from './typed-table.js';
import { stratifiedFolds, twoSampleTest } from './two-sample-test.js';

/** Of tables that a lost column separates: no other column can make up for it. */
const CERTAIN: C2st = { auc: 1, interval: [1, 1] };

/** Pairs listed as the worst. */
const WORST_PAIRS = 10;

/**
 * How like the held-out rows the synthetic rows are: column by column, pair by pair, and to a classifier. Deterministic
 * for a seed, which cuts the folds.
 */
export function measureFidelity(tables: EvaluationTables, seed: number): Fidelity {
  const { columns, train, heldOut, synthetic } = tables;
  const shapes = columnShapes(columns, heldOut, synthetic);
  const pairs = pairTrends(columns, heldOut, synthetic);
  const isLost = lostColumns(tables).length > 0;
  const apart = (a: TypedTable): { trees: C2st; linear: C2st } =>
    isLost ? { trees: CERTAIN, linear: CERTAIN } : tellApart(synthetic, a);
  const tellApart = (a: TypedTable, b: TypedTable): { trees: C2st; linear: C2st } =>
    twoSampleTest(tables, a, b, stratifiedFolds(a, b, seed));
  return {
    columnShapes: meanShape(shapes),
    columnPairTrends: meanTrend(pairs),
    train: {
      columnShapes: meanShape(columnShapes(columns, train, synthetic)),
      columnPairTrends: meanTrend(pairTrends(columns, train, synthetic)),
    },
    c2st: {
      ...apart(heldOut),
      null: tellApart(train, heldOut),
      train: apart(train),
    },
    shifts: columnShifts(tables, shapes),
    worstPairs: worstPairs(tables, pairs),
    pairColumns: columns.map(({ name }) => name),
    pairMatrix: pairMatrix(columns.length, pairs),
    lostLabels: lostLabels(tables),
    damage: damagedColumns(tables),
  };
}

/** Among the pairs that real rows relate, worst first; among all where no pair is related. */
function worstPairs({ columns }: EvaluationTables, pairs: readonly PairTrend[]): Fidelity['worstPairs'] {
  const defined = pairs.filter(({ trend }) => trend !== null);
  const related = defined.filter(({ counts }) => counts);
  return (related.length > 0 ? related : defined)
    .toSorted((a, b) => a.trend! - b.trend!)
    .slice(0, WORST_PAIRS)
    .map(({ columns: [i, j], trend }) => ({ columns: [columns[i]!.name, columns[j]!.name], trend: trend! }));
}

function pairMatrix(size: number, pairs: readonly PairTrend[]): (number | null)[][] {
  const matrix = Array.from({ length: size }, () => new Array<number | null>(size).fill(null));
  for (const { columns, trend } of pairs) {
    const [i, j] = columns;
    matrix[i]![j] = trend;
    matrix[j]![i] = trend;
  }
  return matrix;
}
