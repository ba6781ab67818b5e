import { binOf, edgesOf, type Bins } from '../bins.js';
import type { ColumnFit, ColumnTask } from '../column-model.js';

const ROUNDS = 4;
const TINY = 1e-9;

/**
 * Weights of the donors of a column, raked so that over the training rows the mean prediction has the shares it should
 * have: those of the training rows, mixed for labels with the pool's as `shares` times as many rows. Without a pool, and
 * for a column with nothing before it, see `plainWeights`.
 */
export function rakedWeights(task: ColumnTask, fit: ColumnFit, shares: number): Float64Array {
  const { classes, weights, real } = task;
  if (weights.length === real) return weights;
  const bins = responseBins(task, fit);
  const binByRow = fit.response.map((value) => binOf(bins, value));
  const wanted =
    task.features.length === 0
      ? sharesOf(binByRow, bins.count, real)
      : mixedShares(binByRow, bins.count, task, classes > 0 ? shares : 0);
  let raked = weights;
  for (let round = 0; round < ROUNDS; round++) {
    const predicted = meanPrediction(fit, raked, binByRow, bins.count, real);
    const factor = wanted.map((share, bin) => share / (predicted[bin]! + TINY));
    raked = raked.map((weight, row) => weight * factor[binByRow[row]!]!);
  }
  return raked;
}

/** Bins of the response: labels, or bins of what the ridge leaves. */
function responseBins({ classes, real }: ColumnTask, { response }: ColumnFit): Bins {
  if (classes > 0) return { count: classes, edges: null };
  const edges = edgesOf(response.subarray(0, real), Math.min(8, Math.max(3, Math.floor(real / 8))));
  return { count: edges.length + 1, edges };
}

function sharesOf(binByRow: Float64Array, count: number, real: number): Float64Array {
  const rows = new Float64Array(count);
  for (let row = 0; row < real; row++) rows[binByRow[row]!]!++;
  return rows.map((held) => held / real);
}

/** Shares of the training rows, those of the pool counting as `shares` times as many rows, and half a row. */
function mixedShares(
  binByRow: Float64Array,
  count: number,
  { weights, real }: ColumnTask,
  shares: number,
): Float64Array {
  const rows = new Float64Array(count);
  const pool = new Float64Array(count);
  let total = 0;
  binByRow.forEach((bin, row) => {
    if (row < real) rows[bin]!++;
    else {
      pool[bin]! += weights[row]!;
      total += weights[row]!;
    }
  });
  return rows.map((held, bin) => (held + ((shares * real + 0.5) * pool[bin]!) / total) / (real + shares * real + 0.5));
}

/** Mean over training rows and trees of the donors' shares in the row's leaf. */
function meanPrediction(
  fit: ColumnFit,
  weights: Float64Array,
  binByRow: Float64Array,
  count: number,
  real: number,
): Float64Array {
  const mean = new Float64Array(count);
  fit.trees.forEach((tree, t) => {
    const leaves = fit.leaves[t]!;
    const held = new Float64Array(tree.leaves * count);
    const total = new Float64Array(tree.leaves);
    const visits = new Float64Array(tree.leaves);
    leaves.forEach((leaf, row) => {
      held[leaf * count + binByRow[row]!]! += weights[row]!;
      total[leaf]! += weights[row]!;
      if (row < real) visits[leaf]!++;
    });
    for (let leaf = 0; leaf < tree.leaves; leaf++) {
      if (visits[leaf] === 0 || total[leaf] === 0) continue;
      const share = visits[leaf]! / (total[leaf]! * real * fit.trees.length);
      for (let bin = 0; bin < count; bin++) mean[bin]! += share * held[leaf * count + bin]!;
    }
  });
  return mean;
}
