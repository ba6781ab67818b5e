import type { Row, TableSchema } from '../table/dataset.js';
import { peopleOf } from '../table/people.js';
import type { DiscriminatorKind } from './discriminator.js';
import { fitModels, predictModels } from '../learning/learners.js';
import type { Encoder } from './encoding.js';
import { encodeRows } from './encoding.js';
import {
  areaUnderCurve,
  aucDifferenceVariance,
  aucVariance,
  interval95,
  sharesBelow,
} from '../learning/area-under-curve.js';
import type { Placements } from '../learning/area-under-curve.js';
import { createRandom } from '../random.js';
import type { Random } from '../random.js';
import type { Difference, Score } from './score.js';

/** Normal quantile of a 95 % interval. */
const Z = 1.96;
const FOLDS = 5;
/** How often the rows are dealt into folds: the chance of one deal moves an AUC by 0.02. */
const DEALS = 2;
/** Probabilities nearer to each other than this are one and the same. */
const SAME = 1e-9;

interface AucInput {
  kind: DiscriminatorKind;
  encoder: Encoder;
  real: readonly Row[];
  /** The rows of each θ. */
  groups: readonly (readonly Row[])[];
  /** Says which rows belong to one person; without it each is a person of its own. */
  schema?: TableSchema;
  seed: number;
}

/** A score a group, in their order. */
export interface AucScores {
  scores: Score[];
  /** Whether every row got one probability, in every fold: then the scores say nothing of the rows. */
  blind: boolean;
  /** The score of group `to` less that of group `from`. */
  difference(from: number, to: number): Difference;
}

/**
 * What the folds say of one group: its AUC, and the placements of its rows (negatives) and the real ones (positives)
 * within their fold, the mean over the deals.
 */
interface Tally extends Placements {
  auc: number;
}

/** The score of rows too few to be scored: the worst, with an interval that says so. */
const UNSCORED: Score = { value: 1, interval: [0, 1] };

/**
 * How well one classifier, fitted anew on the real rows and the rows of several θ at once, separates each θ's rows from
 * the real ones: AUC out of fold, the mean over five stratified, seeded folds of whole people dealt twice, at least 0.5, with Hanley and
 * McNeil's interval. Nothing is carried over from an earlier iteration but rows. A group of fewer than two rows has the
 * worst score.
 *
 * Departs: the published accuracy of one batch has a standard deviation of 0.10 on 20 rows; this one uses all rows that
 * there are. One classifier for all groups makes their scores comparable, however many rows each has, and knows more
 * faults than one that saw a single group. Below 0.5 an AUC says that synthetic rows are nearer to the real rows than
 * those are to each other, which is no better than not to be separated.
 * @throws NumericError when a feature or a weight is not finite.
 */
export function scoreByAuc({ kind, encoder, real, groups, schema, seed }: AucInput): AucScores {
  const encoded = [real, ...groups].map((rows) => encodeRows(encoder, rows));
  const people = [real, ...groups].map((rows) => (schema ? peopleOf(schema, rows) : rows.map((_, row) => [row])));
  const sizes = people.map(({ length }) => length).filter((size, place) => place === 0 || size > 1);
  const folds = groups.length === 0 ? 0 : Math.min(FOLDS, ...sizes);
  const tallies = groups.map(({ length }) => startTally(real.length, length));
  let blind = folds >= 2;
  const random = createRandom(seed);
  for (let deal = 0; deal < DEALS && folds >= 2; deal++) {
    const dealt = people.map((each) => foldNumbers(each, folds, random));
    for (let held = 0; held < folds; held++) {
      const probabilities = foldProbabilities(kind, encoded, { dealt, held, seed: random.integer(2 ** 31) });
      blind &&= isConstant(probabilities);
      tallies.forEach((tally, place) => addFold(tally, { probabilities, dealt, held, place: place + 1, folds }));
    }
  }
  const scores = tallies.map((tally) => (folds < 2 || tally.negatives.length < 2 ? UNSCORED : scoreOf(tally)));
  return {
    scores,
    blind,
    difference: (from, to) => differenceOf(scores[to]!.value - scores[from]!.value, tallies[from]!, tallies[to]!),
  };
}

/**
 * A difference of scores with its 95 % interval: all θ are compared with the same real rows. That scores are at least 0.5
 * can only bring two of them nearer to each other, so the interval is never too narrow for that.
 */
function differenceOf(value: number, from: Tally, to: Tally): Difference {
  const reach = Z * Math.sqrt(aucDifferenceVariance(from, to));
  return { value, interval: [value - reach, value + reach] };
}

function startTally(real: number, synthetic: number): Tally {
  return { auc: 0, positives: new Float64Array(real), negatives: new Float64Array(synthetic) };
}

/** Adds what one held-out fold says of the group at `place`. */
function addFold(
  tally: Tally,
  fold: { probabilities: Float64Array[]; dealt: number[][]; held: number; place: number; folds: number },
): void {
  const { probabilities, dealt, held, place, folds } = fold;
  const [real, synthetic] = [probabilities[0]!, probabilities[place]!];
  tally.auc += areaUnderCurve(real, synthetic) / (folds * DEALS);
  addShares(tally.positives, membersOf(dealt[0]!, held), sharesBelow(real, synthetic));
  addShares(tally.negatives, membersOf(dealt[place]!, held), sharesBelow(synthetic, real));
}

function addShares(sums: Float64Array, members: number[], shares: Float64Array): void {
  members.forEach((member, row) => (sums[member]! += shares[row]! / DEALS));
}

/** Probability to be real, of the rows of one fold, by a classifier that learned from all others; an array a group. */
function foldProbabilities(
  kind: DiscriminatorKind,
  encoded: readonly Float64Array[][],
  { dealt, held, seed }: { dealt: number[][]; held: number; seed: number },
): Float64Array[] {
  const lessons = encoded.map((rows, place) => rows.filter((_, row) => dealt[place]![row] !== held));
  const isReal = lessons.flatMap((rows, place) => rows.map(() => Number(place === 0)));
  const models = fitModels(kind, lessons.flat(), Float64Array.from(isReal), { seed });
  return encoded.map((rows, place) =>
    predictModels(
      models,
      membersOf(dealt[place]!, held).map((row) => rows[row]!),
    ),
  );
}

function isConstant(probabilities: readonly Float64Array[]): boolean {
  const first = probabilities[0]![0]!;
  return probabilities.every((group) => group.every((probability) => Math.abs(probability - first) < SAME));
}

function scoreOf({ auc, positives, negatives }: Tally): Score {
  const [low, high] = interval95(auc, aucVariance(auc, positives.length, negatives.length));
  return { value: Math.max(0.5, auc), interval: [Math.max(0.5, low), Math.max(0.5, high)] };
}

function membersOf(folds: readonly number[], held: number): number[] {
  return folds.flatMap((fold, row) => (fold === held ? [row] : []));
}

/** A fold a row, the same for all rows of a person, folds of equally many people, in seeded order. */
function foldNumbers(people: readonly (readonly number[])[], folds: number, random: Random): number[] {
  const numbers: number[] = [];
  random
    .shuffle(people.map((_, person) => person % folds))
    .forEach((fold, person) => people[person]!.forEach((row) => (numbers[row] = fold)));
  return numbers;
}
