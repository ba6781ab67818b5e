import { areaUnderCurve } from '../../learning/area-under-curve.js';
import { fitBoostedTrees, predictBoostedTrees } from '../../learning/boosted-trees.js';
import { createRandom, seedOf } from '../../random.js';

const BOOSTING = { rounds: 60, depth: 3, learningRate: 0.1, objective: 'logistic' } as const;
const FOLDS = 5;
const REPEATS = 3;
/** AUC up to which two tables count as one, and from which on as two. */
const ALIKE = 0.55;
const DIFFERENT = 0.75;
/** Chances are kept within [5 %, 95 %]. */
const LEAST_CHANCE = 0.05;

/** How model rows compare with real ones. */
export interface DensityRatio {
  /** By model row: ratio real : model, 1 where the two are not separable; mean 1. */
  ratios: Float64Array;
  /** How separable the two are: 0 up to an AUC of .55, 1 from .75 on. */
  separation: number;
}

/**
 * Density ratio real : model by boosted trees that tell the two apart, with balanced classes, each row judged by trees
 * that did not have it. Flattened where they are not separable. Features may be NaN for missing. Deterministic per seed.
 */
export function densityRatio(
  real: readonly Float64Array[],
  model: readonly Float64Array[],
  seed: number,
): DensityRatio {
  const rows = [...real, ...model];
  const labels = rows.map((_, i) => Number(i < real.length));
  const heavier = Math.max(real.length, model.length);
  const weights = labels.map((label) => heavier / (label === 1 ? real.length : model.length));
  const chances = new Float64Array(rows.length);
  let area = 0;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const folds = [
      ...foldsOf(real.length, seedOf(seed, 'real', repeat)),
      ...foldsOf(model.length, seedOf(seed, 'model', repeat)),
    ];
    const own = new Float64Array(rows.length);
    for (let fold = 0; fold < FOLDS; fold++) {
      const kept = [...rows.keys()].filter((i) => folds[i] !== fold);
      const left = [...rows.keys()].filter((i) => folds[i] === fold);
      if (left.length === 0) continue;
      const trees = fitBoostedTrees(
        kept.map((i) => rows[i]!),
        kept.map((i) => labels[i]!),
        { ...BOOSTING, weights: kept.map((i) => weights[i]!) },
      );
      const predicted = predictBoostedTrees(
        trees,
        left.map((i) => rows[i]!),
      );
      left.forEach((row, i) => (own[row] = predicted[i]!));
    }
    area += areaUnderCurve(own.subarray(0, real.length), own.subarray(real.length)) / REPEATS;
    own.forEach((chance, row) => (chances[row]! += chance / REPEATS));
  }
  const separation = Math.min(1, Math.max(0, (area - ALIKE) / (DIFFERENT - ALIKE)));
  const ratios = chances.slice(real.length).map((chance) => {
    const kept = Math.min(1 - LEAST_CHANCE, Math.max(LEAST_CHANCE, chance));
    return (kept / (1 - kept)) ** separation;
  });
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  return { ratios: ratios.map((ratio) => ratio / mean), separation };
}

/** A fold for each of `count` rows, all folds equally large but for one row. */
function foldsOf(count: number, seed: number): number[] {
  return createRandom(seed).shuffle(Array.from({ length: count }, (_, i) => i % FOLDS));
}
