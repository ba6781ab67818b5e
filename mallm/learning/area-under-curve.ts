/**
 * Area under the ROC curve: the chance that a positive row's score is above a negative one's, ties counting half.
 * 0.5 when either side is empty.
 */
export function areaUnderCurve(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  if (positives.length === 0 || negatives.length === 0) return 0.5;
  const ascending = Float64Array.from(negatives).sort();
  let wins = 0;
  for (let i = 0; i < positives.length; i++) wins += winsOver(ascending, positives[i]!);
  return wins / (2 * positives.length * negatives.length);
}

/** Share of the other values below each value, ties counting half; 0.5 where there are no others. */
export function sharesBelow(values: Float64Array, others: Float64Array): Float64Array {
  if (others.length === 0) return values.map(() => 0.5);
  const ascending = others.toSorted();
  return values.map((value) => winsOver(ascending, value) / (2 * others.length));
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

/**
 * Placements of positive and negative rows against each other: for each positive the share of the negatives below it, for
 * each negative the share of the positives below it, ties counting half.
 */
export interface Placements {
  positives: Float64Array;
  negatives: Float64Array;
}

/**
 * Variance of the difference of two AUCs with the same positives and separate negatives, by DeLong, DeLong and
 * Clarke-Pearson (1988): what the two have in common on the positives cancels out. That of the negatives is taken as half
 * a row's at least, so that a small table never gets an interval of no width.
 */
export function aucDifferenceVariance(from: Placements, to: Placements): number {
  const gains = to.positives.map((share, row) => share - from.positives[row]!);
  const ofNegatives = [from, to].map(({ negatives: { length }, negatives }) =>
    Math.max(variance(negatives) / length, 1 / (2 * length) ** 2),
  );
  return variance(gains) / gains.length + ofNegatives[0]! + ofNegatives[1]!;
}

/** 95 % interval of a fraction with the given variance, cut to [0, 1]. */
export function interval95(value: number, variance: number): [number, number] {
  const reach = 1.96 * Math.sqrt(variance);
  return [Math.max(0, value - reach), Math.min(1, value + reach)];
}

/** Sample variance; 0 of a single value. */
function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
}

/** Twice the number of entries below the value, ties counting half. */
function winsOver(ascending: Float64Array, value: number): number {
  return countBelow(ascending, value, false) + countBelow(ascending, value, true);
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
