import type { ColumnFit, ColumnTask } from './column-model.js';
import type { TargetModel } from './generator.js';

/** What sharpening does: the power of label probabilities and the share of a residual; 1 and 1 is faithful. */
const SHARPENED = { power: 1.5, residual: 0.85 };
const FAITHFUL = { power: 1, residual: 1 };
/** Steps towards offsets that keep the shares, and how far each goes. */
const STEPS = 60;
const STEP = 0.5;

/**
 * How the target is drawn from the mean of all trees. Labels: probabilities to a power, with offsets that keep the mean
 * over the training rows at their shares. Numbers: the mean, plus a share of a donor's residual.
 *
 * @param donors weights of the rows in the leaves.
 */
export function targetModel(task: ColumnTask, fit: ColumnFit, donors: Float64Array, sharpened: boolean): TargetModel {
  const { power, residual } = sharpened ? SHARPENED : FAITHFUL;
  const { classes, codes, real } = task;
  if (classes === 0) return { power, residual, offsets: [], prior: [] };
  const prior = new Float64Array(classes).fill(0.5);
  for (let row = 0; row < real; row++) prior[codes[row]!]!++;
  prior.forEach((held, k) => (prior[k] = held / (real + 0.5 * classes)));
  const logs = logProbabilities(task, fit, donors, prior, power);
  const offsets = new Float64Array(classes);
  const mean = new Float64Array(classes);
  const own = new Float64Array(classes);
  for (let step = 0; step < STEPS; step++) {
    mean.fill(0);
    for (let row = 0; row < real; row++) {
      let total = 0;
      for (let k = 0; k < classes; k++) total += own[k] = Math.exp(logs[row * classes + k]! + offsets[k]!);
      for (let k = 0; k < classes; k++) mean[k]! += own[k]! / total / real;
    }
    for (let k = 0; k < classes; k++) offsets[k]! += STEP * Math.log(prior[k]! / Math.max(mean[k]!, 1e-9));
  }
  return { power, residual, offsets: [...offsets], prior: [...prior] };
}

/** By training row and class: the power times the logarithm of the mean over trees, the prior being one tree more. */
function logProbabilities(
  { classes, codes, real }: ColumnTask,
  fit: ColumnFit,
  donors: Float64Array,
  prior: Float64Array,
  power: number,
): Float64Array {
  const sums = new Float64Array(real * classes);
  fit.trees.forEach((tree, t) => {
    const held = new Float64Array(tree.leaves * classes);
    const total = new Float64Array(tree.leaves);
    fit.leaves[t]!.forEach((leaf, row) => {
      held[leaf * classes + codes[row]!]! += donors[row]!;
      total[leaf]! += donors[row]!;
    });
    for (let row = 0; row < real; row++) {
      const leaf = fit.leaves[t]![row]!;
      for (let k = 0; k < classes; k++) sums[row * classes + k]! += held[leaf * classes + k]! / total[leaf]!;
    }
  });
  return sums.map((sum, i) => power * Math.log((sum + prior[i % classes]!) / (fit.trees.length + 1)));
}
