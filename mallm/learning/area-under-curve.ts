/**
 * Area under the ROC curve: the chance that a positive row's score is above a negative one's, ties counting half.
 * 0.5 when either side is empty.
 */
export function areaUnderCurve(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  if (positives.length === 0 || negatives.length === 0) return 0.5;
  const ascending = Float64Array.from(negatives).sort();
  let wins = 0;
  for (let i = 0; i < positives.length; i++) {
    wins += countBelow(ascending, positives[i]!, false) + countBelow(ascending, positives[i]!, true);
  }
  return wins / (2 * positives.length * negatives.length);
}

/**
 * Variance of an AUC by Hanley and McNeil (1982), for so many positive and negative rows. An AUC of 0 or 1 is taken
 * half a row nearer to the middle, so that a small table never gets an interval of no width.
 */
export function aucVariance(auc: number, positives: number, negatives: number): number {
  const nearest = 1 / (2 * Math.max(1, Math.min(positives, negatives)));
  const area = Math.min(Math.max(auc, 1 - auc), 1 - nearest / 2);
  const onePositive = area / (2 - area);
  const oneNegative = (2 * area * area) / (1 + area);
  const spread =
    area * (1 - area) + (positives - 1) * (onePositive - area * area) + (negatives - 1) * (oneNegative - area * area);
  return Math.max(0, spread) / Math.max(1, positives * negatives);
}

/** 95 % interval of a fraction with the given variance, cut to [0, 1]. */
export function interval95(value: number, variance: number): [number, number] {
  const reach = 1.96 * Math.sqrt(variance);
  return [Math.max(0, value - reach), Math.min(1, value + reach)];
}

/** Entries below the value, or up to and with it. */
function countBelow(ascending: Float64Array, value: number, inclusive: boolean): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const before = inclusive ? ascending[middle]! <= value : ascending[middle]! < value;
    if (before) low = middle + 1;
    else high = middle;
  }
  return low;
}
