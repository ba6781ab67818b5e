import { createRandom, type Random } from '../../random.js';
import { growForestTree, levelsOf, type ForestTree } from './random-forest-tree.js';

/** scikit-learn's `n_estimators`, and the paper's depth. */
const TREES = 100;
const DEPTH = 3;

/** Trees whose leaves hold class shares (classification) or one mean (regression). */
export interface RandomForest {
  trees: ForestTree[];
}

/**
 * Fits a random forest as scikit-learn does: 100 trees of depth 3 on bootstrap samples. With `classes`, Gini impurity
 * and the square root of the features at each split; without, squared error and all features. Reproducible from `seed`,
 * equal to scikit-learn in distribution only: its stream of chance is another.
 */
export function fitRandomForest(
  x: readonly Float64Array[],
  y: ArrayLike<number>,
  options: { classes: number | null; seed: number },
): RandomForest {
  const random = createRandom(options.seed);
  const features = x[0]!.length;
  const tried = options.classes === null ? features : Math.max(1, Math.floor(Math.sqrt(features)));
  const levels = levelsOf(x);
  const outputs = options.classes ?? 1;
  const targets = Array.from({ length: x.length }, (_, row) => outputVector(y[row]!, options.classes));
  const trees = Array.from({ length: TREES }, () =>
    growForestTree({ levels, targets, outputs, times: bootstrap(x.length, random), tried, depth: DEPTH, random }),
  );
  return { trees };
}

/** Mean over the trees of each row's leaf: class shares, or one value. One array a row. */
export function predictRandomForest({ trees }: RandomForest, x: readonly Float64Array[]): Float64Array[] {
  return x.map((row) => {
    const total = new Float64Array(trees[0]!.leaves.find((leaf) => leaf !== null)!.length);
    for (const tree of trees) {
      const leaf = leafOf(tree, row);
      for (let k = 0; k < total.length; k++) total[k]! += leaf[k]! / trees.length;
    }
    return total;
  });
}

/** One-hot for a class number, the value itself for a number. */
function outputVector(value: number, classes: number | null): Float64Array {
  if (classes === null) return Float64Array.of(value);
  return Float64Array.from({ length: classes }, (_, label) => Number(label === value));
}

/** How often each row was drawn, with replacement. */
function bootstrap(rows: number, random: Random): Float64Array {
  const times = new Float64Array(rows);
  for (let draw = 0; draw < rows; draw++) times[random.integer(rows)]! += 1;
  return times;
}

function leafOf(tree: ForestTree, row: Float64Array): Float64Array {
  let node = 0;
  while (tree.feature[node]! >= 0) {
    node = row[tree.feature[node]!]! <= tree.threshold[node]! ? tree.left[node]! : tree.right[node]!;
  }
  return tree.leaves[node]!;
}
