import { fitBoostedTrees, predictBoostedTrees } from '../learning/boosted-trees.js';
import { createRandom, seedOf } from '../random.js';
import { areaUnderCurve, aucVariance, interval95 } from '../learning/area-under-curve.js';
import { encodeTable, pooledDesign, standardizer } from './design-matrix.js';
import { fitLogisticRegression, predictLogisticRegression } from './learners/logistic-regression.js';
import type { C2st } from './result.js';
import type { EvaluationTables } from './tables.js';
import { peopleIn, stacked, type TypedTable } from './typed-table.js';

/** Folds of a table; each is scored by models fitted to the others. */
const FOLDS = 5;
const BOOSTING = { rounds: 50, depth: 3, learningRate: 0.1, objective: 'logistic' } as const;

/** Scores of rows, higher for table `a`. */
type Scorer = (x: Float64Array[], y: number[], testX: Float64Array[]) => ArrayLike<number>;

/**
 * Classifier two-sample test of table `a` against table `b`: mean over the folds (row numbers of `a` above `b`) of the
 * out-of-fold AUC, with its 95 % interval. `linear` is logistic regression on standardised features, `trees` boosted
 * trees.
 * Deterministic. With fewer than two folds nothing is out of fold: 0.5, interval [0, 1].
 */
export function twoSampleTest(
  tables: EvaluationTables,
  a: TypedTable,
  b: TypedTable,
  folds: readonly number[][],
): { trees: C2st; linear: C2st } {
  const x = encodeTable(pooledDesign(tables, a, b), stacked(a, b));
  const y = x.map((_, row) => Number(row < a.rows));
  return { trees: outOfFold(x, y, folds, boostedScores), linear: outOfFold(x, y, folds, linearScores) };
}

/**
 * Cuts the rows of one table followed by those of another into five folds, each with its share of both, or into as many
 * as the smaller table has people; all rows of a person are in one fold. Deterministic for a seed.
 */
export function stratifiedFolds(a: TypedTable, b: TypedTable, seed: number): number[][] {
  const random = createRandom(seedOf(seed, 'folds'));
  const [first, second] = [peopleIn(a), peopleIn(b).map((rows) => rows.map((row) => a.rows + row))];
  const folds = Array.from({ length: Math.min(FOLDS, first.length, second.length) }, (): number[] => []);
  const shuffled = [...random.shuffle(first), ...random.shuffle(second)];
  shuffled.forEach((rows, place) => folds[place % folds.length]!.push(...rows));
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
