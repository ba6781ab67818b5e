import { fitBoostedTrees, predictBoostedTrees, type BoostedTrees } from '../learning/boosted-trees.js';
import { createRandom, seedOf } from '../random.js';

const BOOSTING = { rounds: 50, depth: 3, learningRate: 0.1, objective: 'logistic' } as const;

export interface RatioOptions {
  /** Folds of the cross-fit (2 or more), and how often it is repeated with other folds. */
  folds: number;
  repeats: number;
  /** Ratios are kept within [1 / clip, clip]. */
  clip: number;
  seed: number;
}

/** A cross-fitted estimate of how much likelier points are as real rows than as synthetic ones. */
export interface DensityRatio {
  /** Ratio real : synthetic of each synthetic point, by the models that did not see it; geometric mean over repeats. */
  outOfFold: Float64Array;
  /** All models of the cross-fit: their mean log-odds is the estimate for a fresh point. */
  models: BoostedTrees[];
}

/**
 * Estimates the density ratio real : synthetic by boosted trees that tell the two apart, with balanced classes, so that
 * 1 is "as likely real as synthetic". Each synthetic point is judged by trees that saw neither it nor its fold.
 * Deterministic per seed. Features may be NaN for missing.
 */
export function estimateDensityRatio(
  real: readonly Float64Array[],
  synthetic: readonly Float64Array[],
  { folds, repeats, clip, seed }: RatioOptions,
): DensityRatio {
  const logOdds = new Float64Array(synthetic.length);
  const models: BoostedTrees[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const foldOfReal = foldsOf(real.length, folds, seedOf(seed, 'real', repeat));
    const foldOfSynthetic = foldsOf(synthetic.length, folds, seedOf(seed, 'synthetic', repeat));
    for (let fold = 0; fold < folds; fold++) {
      const model = fitBalanced(
        real.filter((_, i) => foldOfReal[i] !== fold),
        synthetic.filter((_, i) => foldOfSynthetic[i] !== fold),
      );
      models.push(model);
      const left = [...synthetic.keys()].filter((i) => foldOfSynthetic[i] === fold);
      const probabilities = predictBoostedTrees(
        model,
        left.map((i) => synthetic[i]!),
      );
      left.forEach((row, i) => (logOdds[row]! += logOddsOf(probabilities[i]!) / repeats));
    }
  }
  return { outOfFold: logOdds.map((value) => clipped(Math.exp(value), clip)), models };
}

/** The estimate for fresh points, made ready: about models × rounds × depth steps a point. */
export function createRatioEstimate(models: readonly BoostedTrees[], clip: number): (point: Float64Array) => number {
  const forest = flatten(models);
  // Boosted trees compare at 32-bit precision.
  const rounded = new Float32Array(models[0]?.features ?? 0);
  return (point) => {
    rounded.set(point);
    return clipped(Math.exp(logOddsAt(forest, rounded)), clip);
  };
}

interface Forest {
  roots: Int32Array;
  feature: Int32Array;
  threshold: Float64Array;
  missingLeft: Uint8Array;
  left: Int32Array;
  right: Int32Array;
  value: Float64Array;
  base: number;
  models: number;
}

/** All trees of all models in one set of typed arrays. */
function flatten(models: readonly BoostedTrees[]): Forest {
  const trees = models.flatMap((model) => model.trees);
  const roots = new Int32Array(trees.length);
  let size = 0;
  trees.forEach((tree, i) => {
    roots[i] = size;
    size += tree.feature.length;
  });
  const join = (part: (tree: (typeof trees)[number], root: number) => number[]): number[] =>
    trees.flatMap((tree, i) => part(tree, roots[i]!));
  return {
    roots,
    feature: Int32Array.from(join(({ feature }) => feature)),
    threshold: Float64Array.from(join(({ threshold }) => threshold)),
    missingLeft: Uint8Array.from(join(({ missingLeft }) => missingLeft.map(Number))),
    left: Int32Array.from(join(({ left }, root) => left.map((node) => node + root))),
    right: Int32Array.from(join(({ right }, root) => right.map((node) => node + root))),
    value: Float64Array.from(join(({ value }) => value)),
    base: models.reduce((sum, { base }) => sum + base, 0),
    models: models.length,
  };
}

function logOddsAt(forest: Forest, point: Float32Array): number {
  const { roots, feature, threshold, missingLeft, left, right, value } = forest;
  let sum = forest.base;
  for (let i = 0; i < roots.length; i++) {
    let node = roots[i]!;
    for (let column = feature[node]!; column >= 0; column = feature[node]!) {
      const cell = point[column]!;
      if (cell < threshold[node]!) node = left[node]!;
      else node = Number.isNaN(cell) && missingLeft[node] === 1 ? left[node]! : right[node]!;
    }
    sum += value[node]!;
  }
  return sum / forest.models;
}

function fitBalanced(real: Float64Array[], synthetic: Float64Array[]): BoostedTrees {
  const labels = [...real.map(() => 1), ...synthetic.map(() => 0)];
  const heavier = Math.max(real.length, synthetic.length);
  const weights = labels.map((label) => heavier / (label === 1 ? real.length : synthetic.length));
  return fitBoostedTrees([...real, ...synthetic], labels, { ...BOOSTING, weights });
}

/** A fold for each of `count` rows, all folds equally large but for one row. */
function foldsOf(count: number, folds: number, seed: number): number[] {
  return createRandom(seed).shuffle(Array.from({ length: count }, (_, i) => i % folds));
}

function logOddsOf(probability: number): number {
  return Math.log(probability / (1 - probability));
}

function clipped(ratio: number, clip: number): number {
  return Math.min(clip, Math.max(1 / clip, ratio));
}
