import type { EvaluationColumn, TypedTable } from './typed-table.js';

/** SDMetrics' weight of a label that only synthetic rows have. */
const UNSEEN_WEIGHT = 1e-6;

/**
 * KSComplement (numbers) or TVComplement (labels) of every column, in [0, 1], as SDMetrics 0.32.0 has them: missing
 * cells are left out. 0 where only the real rows have values, null where those have none.
 *
 * Departs: SDMetrics leaves a column without a value out of the mean.
 */
export function columnShapes(
  columns: readonly EvaluationColumn[],
  real: TypedTable,
  synthetic: TypedTable,
): (number | null)[] {
  return columns.map(({ kind }, column) => {
    const a = present(real.cells[column]!);
    const b = present(synthetic.cells[column]!);
    if (a.length === 0) return null;
    if (b.length === 0) return 0;
    return kind === 'number' ? kolmogorovSmirnovComplement(a, b) : totalVariationComplement(a, b);
  });
}

/** Mean of the figures there are; 1 when there is none. */
export function meanShape(shapes: readonly (number | null)[]): number {
  const given = shapes.filter((shape) => shape !== null);
  return given.length === 0 ? 1 : given.reduce((sum, shape) => sum + shape, 0) / given.length;
}

function present(cells: Float64Array): Float64Array {
  return cells.filter((cell) => !Number.isNaN(cell));
}

/** 1 − the largest gap between the two empirical distribution functions. */
function kolmogorovSmirnovComplement(a: Float64Array, b: Float64Array): number {
  const [first, second] = [a.toSorted(), b.toSorted()];
  let [i, j, gap] = [0, 0, 0];
  while (i < first.length && j < second.length) {
    const value = Math.min(first[i]!, second[j]!);
    while (i < first.length && first[i]! <= value) i++;
    while (j < second.length && second[j]! <= value) j++;
    gap = Math.max(gap, Math.abs(i / first.length - j / second.length));
  }
  return 1 - gap;
}

/** 1 − half the sum of the differences of the shares. */
function totalVariationComplement(a: Float64Array, b: Float64Array): number {
  const real = countsOf(a);
  const synthetic = countsOf(b);
  for (const label of synthetic.keys()) if (!real.has(label)) real.set(label, UNSEEN_WEIGHT);
  const total = [...real.values()].reduce((sum, count) => sum + count, 0);
  let variation = 0;
  for (const [label, count] of real) variation += Math.abs((synthetic.get(label) ?? 0) / b.length - count / total);
  return 1 - variation / 2;
}

function countsOf(cells: Float64Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return counts;
}
