import type { Row } from '../table/dataset.js';
import type { DiscriminatorKind, DiscriminatorState } from './discriminator.js';
import { probabilityReal } from './discriminator.js';
import { fitModels, predictModels } from '../learning/learners.js';
import type { Encoder } from './encoding.js';
import { encodeRows } from './encoding.js';
import { areaUnderCurve, aucVariance, interval95 } from '../learning/area-under-curve.js';
import { createRandom } from '../random.js';
import type { Random } from '../random.js';

/** Normal quantile of a 95 % interval. */
const Z = 1.96;
const FOLDS = 5;
/** How often the rows are dealt into folds: the chance of one deal moves an AUC by 0.02. */
const DRAWS = 2;

/** How well real and synthetic rows are told apart (L(f) of the paper); lower is better. */
export interface Score {
  /** Fraction in [0, 1]: an accuracy, or an AUC of at least 0.5. */
  value: number;
  /** 95 % interval. */
  interval: [number, number];
}

/** What is known of rows that cannot be scored: the worst value, with an interval that says so. */
const UNSCORED: Score = { value: 1, interval: [0, 1] };

/**
 * Accuracy of a discriminator on rows that it has not learned from, with Wilson's interval. A row that is as likely real
 * as not counts half. The interval of a blind discriminator is [0, 1]; without rows the score is the worst.
 *
 * Paper: §3.2.2.
 */
export function accuracyScore(state: DiscriminatorState, real: readonly Row[], synthetic: readonly Row[]): Score {
  const total = real.length + synthetic.length;
  if (total === 0) return UNSCORED;
  const probabilities = probabilityReal(state, [...real, ...synthetic]);
  const correct = probabilities.reduce((sum, probability, row) => {
    if (probability === 0.5) return sum + 0.5;
    return sum + (probability > 0.5 === row < real.length ? 1 : 0);
  }, 0);
  return { value: correct / total, interval: state.blind ? [0, 1] : wilsonInterval(correct / total, total) };
}

/**
 * How well one and the same classifier tells the rows of each of several θ from the real ones: AUC out of fold, the mean
 * over five stratified, seeded folds drawn twice, at least 0.5, with Hanley and McNeil's interval. The classifier learns
 * from all groups at once, so that their scores can be compared however many rows each has, and knows more faults than
 * one that saw a single group. A group of fewer than two rows has the worst score.
 * @returns a score a group, in their order.
 *
 * Departs: the published accuracy of one batch has a standard deviation of 0.10 on 20 rows; this one uses all rows that
 * there are. Below 0.5 an AUC says that synthetic rows are nearer to the real rows than those are to each other, which
 * is no better than not to be told apart.
 * @throws NumericError when a feature or a weight is not finite.
 */
export function outOfFoldScores(
  kind: DiscriminatorKind,
  encoder: Encoder,
  real: readonly Row[],
  groups: readonly (readonly Row[])[],
  seed: number,
): Score[] {
  const sizes = [real.length, ...groups.map((rows) => rows.length)];
  const folds = Math.min(FOLDS, ...sizes.filter((size, place) => place === 0 || size > 1));
  if (folds < 2) return groups.map(() => UNSCORED);
  const random = createRandom(seed);
  const x = encodeRows(encoder, [...real, ...groups.flat()]);
  const group = sizes.flatMap((size, place) => Array<number>(size).fill(place));
  const auc = groups.map(() => 0);
  for (let draw = 0; draw < DRAWS; draw++) {
    const fold = sizes.flatMap((size) => foldNumbers(size, folds, random));
    for (let held = 0; held < folds; held++) {
      const outside = fold.map((number) => number === held);
      const found = foldAucs(kind, x, group, { outside, seed: random.integer(2 ** 31) });
      auc.forEach((_, place) => (auc[place]! += found[place]! / (folds * DRAWS)));
    }
  }
  return groups.map(({ length }, place) => (length < 2 ? UNSCORED : scoreOf(auc[place]!, real.length, length)));
}

/** Wilson's 95 % interval of a proportion of `total` trials. */
export function wilsonInterval(proportion: number, total: number): [number, number] {
  const spread = 1 + Z ** 2 / total;
  const centre = (proportion + Z ** 2 / (2 * total)) / spread;
  const half = (Z / spread) * Math.sqrt((proportion * (1 - proportion)) / total + Z ** 2 / (4 * total ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** AUC of each group on the rows of one fold, by a classifier that learned from all others; group 0 is the real rows. */
function foldAucs(
  kind: DiscriminatorKind,
  x: readonly Float64Array[],
  group: readonly number[],
  { outside, seed }: { outside: readonly boolean[]; seed: number },
): number[] {
  const isReal = group.filter((_, row) => !outside[row]).map((place) => Number(place === 0));
  const lesson = x.filter((_, row) => !outside[row]);
  const models = fitModels(kind, lesson, Float64Array.from(isReal), { seed });
  const test = group.filter((_, row) => outside[row]);
  const probabilities = predictModels(
    models,
    x.filter((_, row) => outside[row]),
  );
  const of = (place: number): Float64Array => probabilities.filter((_, row) => test[row] === place);
  const real = of(0);
  return Array.from({ length: Math.max(...group) }, (_, place) => areaUnderCurve(real, of(place + 1)));
}

function scoreOf(auc: number, real: number, synthetic: number): Score {
  const [low, high] = interval95(auc, aucVariance(auc, real, synthetic));
  return { value: Math.max(0.5, auc), interval: [Math.max(0.5, low), Math.max(0.5, high)] };
}

/** A fold a row, folds of equal size, in seeded order. */
function foldNumbers(rows: number, folds: number, random: Random): number[] {
  return random.shuffle(Array.from({ length: rows }, (_, row) => row % folds));
}
