import type { ColumnTask } from './column-model.js';
import { labelCount, testedFeatures, testedLabels, type DrawnCells, type DrawnColumn } from './drawn-columns.js';

/** The table that columns are learnt from: training rows first, then the pool's. */
export interface LearningTable {
  drawn: readonly DrawnColumn[];
  cells: readonly DrawnCells[];
  /** Training rows, and all rows. */
  real: number;
  rows: number;
}

/** The rows in which a column's cell is there, of the training rows alone or of all. */
export function rowsOfColumn({ cells, real, rows }: LearningTable, column: number, withPool: boolean): Int32Array {
  const { present } = cells[column]!;
  const all = Int32Array.from({ length: withPool ? rows : real }, (_, row) => row);
  return present ? all.filter((row) => present[row] === 1) : all;
}

/**
 * What the model of a column is learnt from.
 *
 * @param rows training rows first.
 * @param weightOf weight of a row.
 */
export function columnTask(
  table: LearningTable,
  column: number,
  rows: Int32Array,
  weightOf: (row: number) => number,
): ColumnTask {
  const { drawn, cells, real } = table;
  const take = ({ codes }: DrawnCells): Float64Array => Float64Array.from(rows, (row) => codes[row]!);
  const before = cells.slice(0, column).map(take);
  const earlier = drawn.slice(0, column);
  return {
    before,
    labels: earlier.map(testedLabels),
    features: testedFeatures(
      earlier,
      before.map((codes) => ({ codes, present: null })),
    ),
    codes: take(cells[column]!),
    classes: labelCount(drawn[column]!),
    weights: Float64Array.from(rows, weightOf),
    real: rows.filter((row) => row < real).length,
  };
}
