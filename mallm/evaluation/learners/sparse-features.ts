/**
 * The features as the computation has them: shifted by their most frequent value, so that one-hot columns are mostly 0,
 * and of deviation 1. The penalty stays on the weights as given.
 */
export interface Sparse {
  rows: SparseRow[];
  shifts: Float64Array;
  deviations: Float64Array;
}

/** The cells of a row that are not 0, the constant 1 of the intercept last. */
export interface SparseRow {
  features: Int32Array;
  values: Float64Array;
}

/** Shifts and scales features for a linear learner; a constant feature becomes 0. Deterministic. */
export function sparse(x: readonly Float64Array[]): Sparse {
  const features = x[0]!.length;
  const shifts = new Float64Array(features);
  const deviations = new Float64Array(features);
  for (let j = 0; j < features; j++) {
    const column = Float64Array.from(x, (row) => row[j]!);
    shifts[j] = mostFrequent(column);
    deviations[j] = deviationOf(column);
  }
  const columns = new Int32Array(features + 1);
  const cells = new Float64Array(features + 1);
  const rows = x.map((row): SparseRow => {
    let used = 0;
    for (let j = 0; j < features; j++) {
      const cell = (row[j]! - shifts[j]!) / deviations[j]!;
      if (cell === 0) continue;
      columns[used] = j;
      cells[used++] = cell;
    }
    columns[used] = features;
    cells[used++] = 1;
    return { features: columns.slice(0, used), values: cells.slice(0, used) };
  });
  return { rows, shifts, deviations };
}

function mostFrequent(column: Float64Array): number {
  const counts = new Map<number, number>();
  let most = column[0]!;
  for (const value of column) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (count > counts.get(most)!) most = value;
  }
  return most;
}

/** Infinite for a constant feature, which then counts for nothing. */
function deviationOf(column: Float64Array): number {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  const deviation = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
  return deviation > 1e-12 * Math.max(1, Math.abs(mean)) ? deviation : Infinity;
}
