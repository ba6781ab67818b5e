import { fitBoostedTrees, predictBoostedTrees } from '../boosted-trees.js';
import { createRandom, seedOf } from '../random.js';
import { areaUnderCurve, aucVariance, interval95 } from './area-under-curve.js';
import { encodeTable, pooledDesign, standardizer } from './design-matrix.js';
import { fitLogisticRegression, predictLogisticRegression } from './learners/logistic-regression.js';
import type { C2st } from './result.js';
import { stacked, type EvaluationTables, type TypedTable } from './tables.js';

/** Parts a table is cut into; each is scored by models that never saw it. */
const FOLDS = 5;
const BOOSTING = { rounds: 50, depth: 3, learningRate: 0.1, objective: 'logistic' } as const;

/** Scores of rows, higher for table `a`. */
type Scorer = (x: Float64Array[], y: number[], testX: Float64Array[]) => ArrayLike<number>;

/**
 * How well a classifier tells table `a` from table `b`: mean over five stratified folds of the out-of-fold AUC, with
 * the 95 % interval of such a mean. `linear` is logistic regression on standardised features, `trees` boosted trees.
 * Deterministic for a seed. With fewer than two rows on a side nothing can be held out: 0.5, interval [0, 1].
 */
export function twoSampleTest(
  tables: EvaluationTables,
  a: TypedTable,
  b: TypedTable,
  seed: number,
): { trees: C2st; linear: C2st } {
  const x = encodeTable(pooledDesign(tables, a, b), stacked(a, b));
  const y = x.map((_, row) => Number(row < a.rows));
  const folds = stratifiedFolds(y, Math.min(FOLDS, a.rows, b.rows), seedOf(seed, 'folds'));
  return { trees: outOfFold(x, y, folds, boostedScores), linear: outOfFold(x, y, folds, linearScores) };
}

/** Rows of each fold; every fold has its share of both sides. */
function stratifiedFolds(y: readonly number[], count: number, seed: number): number[][] {
  const random = createRandom(seed);
  const folds = Array.from({ length: count }, (): number[] => []);
  let next = 0;
  for (const side of [0, 1]) {
    const rows = random.shuffle([...y.keys()].filter((row) => y[row] === side));
    for (const row of rows) folds[next++ % count]?.push(row);
  }
  return folds;
}

function outOfFold(x: Float64Array[], y: number[], folds: readonly number[][], scorer: Scorer): C2st {
  if (folds.length < 2) return { auc: 0.5, interval: [0, 1] };
  let auc = 0;
  let variance = 0;
  for (const fold of folds) {
    const inside = new Set(fold);
    const learned = [...x.keys()].filter((row) => !inside.has(row));
    const scores = scorer(
      learned.map((row) => x[row]!),
      learned.map((row) => y[row]!),
      fold.map((row) => x[row]!),
    );
    const ofSide = (side: number): number[] => Array.from(scores).filter((_, place) => y[fold[place]!] === side);
    const [positives, negatives] = [ofSide(1), ofSide(0)];
    const foldAuc = areaUnderCurve(positives, negatives);
    auc += foldAuc / folds.length;
    variance += aucVariance(foldAuc, positives.length, negatives.length) / folds.length ** 2;
  }
  return { auc, interval: interval95(auc, variance) };
}

function boostedScores(x: Float64Array[], y: number[], testX: Float64Array[]): ArrayLike<number> {
  return predictBoostedTrees(fitBoostedTrees(x, y, BOOSTING), testX);
}

function linearScores(x: Float64Array[], y: number[], testX: Float64Array[]): ArrayLike<number> {
  const scale = standardizer(x);
  const model = fitLogisticRegression(scale(x), y, 2);
  return predictLogisticRegression(model, scale(testX)).map((row) => row[1]!);
}
