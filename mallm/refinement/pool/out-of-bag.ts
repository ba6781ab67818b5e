import { binOf, type Bins } from '../bins.js';
import type { ColumnFit } from '../column-model.js';

/** Weight of the column's own shares in a prediction, in trees; also the rows added to each share. */
const PRIOR = 0.5;

/**
 * Log likelihood of each training row's bin by the trees that did not have the row, mixed with a little of the column's
 * own shares.
 *
 * @param binByRow of every row of the fit, training rows first.
 * @param isShown whether row `donor` comes of a prompt that showed training row `row`: then it says nothing about it.
 */
export function outOfBag(
  fit: ColumnFit,
  bins: Bins,
  binByRow: ArrayLike<number>,
  real: number,
  isShown: (row: number, donor: number) => boolean,
): Float64Array {
  const { count } = bins;
  const shares = new Float64Array(real * count);
  const judges = new Float64Array(real);
  const own = new Float64Array(count);
  fit.trees.forEach((tree, t) => {
    const inLeaf = rowsByLeaf(fit.leaves[t]!, tree.leaves, fit.bags[t]!);
    for (let row = 0; row < real; row++) {
      if (fit.bags[t]![row] !== 0) continue;
      const leaf = fit.leaves[t]![row]!;
      const leftOut = fit.ridge ? fit.ridge.leaveOneOut[row]! : 0;
      own.fill(0);
      let total = 0;
      for (let i = inLeaf.start[leaf]!; i < inLeaf.start[leaf + 1]!; i++) {
        const donor = inLeaf.rows[i]!;
        if (isShown(row, donor)) continue;
        const bin = fit.ridge ? binOf(bins, fit.response[donor]! + leftOut) : binByRow[donor]!;
        own[bin]! += fit.bags[t]![donor]!;
        total += fit.bags[t]![donor]!;
      }
      if (total === 0) continue;
      judges[row]!++;
      for (let k = 0; k < count; k++) shares[row * count + k]! += own[k]! / total;
    }
  });
  const base = baseShares(binByRow, real, count);
  return Float64Array.from({ length: real }, (_, row) => {
    const bin = binByRow[row]!;
    return Math.log((shares[row * count + bin]! + PRIOR * base[bin]!) / (judges[row]! + PRIOR));
  });
}

/** Shares of the bins among the training rows, half a row added to each. */
export function baseShares(binByRow: ArrayLike<number>, real: number, count: number): Float64Array {
  const rows = new Float64Array(count).fill(PRIOR);
  for (let row = 0; row < real; row++) rows[binByRow[row]!]!++;
  return rows.map((held) => held / (real + PRIOR * count));
}

/** The rows of weight above 0, leaf by leaf. */
function rowsByLeaf(leaves: Int32Array, count: number, weights: Float64Array): { start: Int32Array; rows: Int32Array } {
  const start = new Int32Array(count + 1);
  leaves.forEach((leaf, row) => (start[leaf + 1]! += Number(weights[row]! > 0)));
  for (let leaf = 0; leaf < count; leaf++) start[leaf + 1]! += start[leaf]!;
  const next = start.slice();
  const rows = new Int32Array(start[count]!);
  leaves.forEach((leaf, row) => {
    if (weights[row]! > 0) rows[next[leaf]!++] = row;
  });
  return { start, rows };
}
