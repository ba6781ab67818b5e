import { areaUnderCurve } from '../learning/area-under-curve.js';

/** F1 of each class, weighted by how many rows truly are of it; 0 for a class never hit. */
export function weightedF1(actual: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number {
  let sum = 0;
  for (let label = 0; label < classes; label++) {
    let hits = 0;
    let actually = 0;
    let predictedly = 0;
    for (let row = 0; row < actual.length; row++) {
      actually += Number(actual[row] === label);
      predictedly += Number(predicted[row] === label);
      hits += Number(actual[row] === label && predicted[row] === label);
    }
    if (hits > 0) sum += actually * ((2 * hits) / (actually + predictedly));
  }
  return sum / actual.length;
}

/** Share of rows predicted right. */
export function accuracy(actual: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let hits = 0;
  for (let row = 0; row < actual.length; row++) hits += Number(actual[row] === predicted[row]);
  return hits / actual.length;
}

/**
 * AUC of class 1 for two classes; for more, each class against the rest, weighted by its rows. `scores` has one array
 * a row, one number a class. Undefined when the rows are all of one class.
 */
export function classAuc(
  actual: ArrayLike<number>,
  scores: readonly ArrayLike<number>[],
  classes: number,
): number | undefined {
  const labels = classes === 2 ? [1] : Array.from({ length: classes }, (_, label) => label);
  let sum = 0;
  let weights = 0;
  for (const label of labels) {
    const inside = scores.filter((_, row) => actual[row] === label).map((row) => row[label]!);
    const outside = scores.filter((_, row) => actual[row] !== label).map((row) => row[label]!);
    if (inside.length === 0 || outside.length === 0) continue;
    sum += inside.length * areaUnderCurve(inside, outside);
    weights += inside.length;
  }
  return weights === 0 ? undefined : sum / weights;
}

/** R²: 1 is perfect, 0 as good as the mean of the rows. Of rows that are all alike: 1 when hit, else 0. */
export function rSquared(actual: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let mean = 0;
  for (let row = 0; row < actual.length; row++) mean += actual[row]! / actual.length;
  let left = 0;
  let total = 0;
  for (let row = 0; row < actual.length; row++) {
    left += (actual[row]! - predicted[row]!) ** 2;
    total += (actual[row]! - mean) ** 2;
  }
  if (total === 0) return left === 0 ? 1 : 0;
  return 1 - left / total;
}
