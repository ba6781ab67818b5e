import { describe, expect, it } from 'vitest';
import type { Row } from '../../../mallm/table/dataset.js';
import type { DiscriminatorKind } from '../../../mallm/discriminator/discriminator.js';
import type { Encoder } from '../../../mallm/discriminator/encoding.js';
import { fitEncoder } from '../../../mallm/discriminator/encoding.js';
import type { Score } from '../../../mallm/discriminator/score.js';
import { scoreByAuc } from '../../../mallm/discriminator/score-by-auc.js';
import { readFixture } from '../evaluation/fixture-tables.js';
import { label, numeric, readLearners, schemaOf } from '../learning/learner-fixtures.js';
import { inferSchema, readRows } from '../../../mallm/table/inference/schema-inference.js';
import { createRandom } from '../../../mallm/random.js';

const oracles = readLearners('learners.json') as {
  outOfFold: { real: Row[]; synthetic: Row[]; auc: number };
};
const { real, synthetic, auc } = oracles.outOfFold;
const schema = schemaOf(numeric('age'), numeric('hours'), label('sex', ['Female', 'Male']));
const encoder = fitEncoder(schema, real);

/** Rows of the Adult table with 400 training rows, and of a synthetic table made from them. */
function adultRows(path: string): Row[] {
  const { header, records } = readFixture(path);
  return readRows(adultSchema, header, records);
}
const adult = readFixture('data/adult/train-400.csv');
const adultSchema = inferSchema(adult.header, adult.records, { target: 'Income' });

/** The score of a single group. */
function outOfFoldScore(kind: DiscriminatorKind, encoder: Encoder, real: Row[], synthetic: Row[], seed: number): Score {
  return scoreByAuc({ kind, encoder, real, groups: [synthetic], seed }).scores[0]!;
}

describe('scoreByAuc', () => {
  it('is the cross-validated AUC of scikit-learn, give or take the chance of the folds', () => {
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const scores = seeds.map((seed) => outOfFoldScore('logistic-regression', encoder, real, synthetic, seed).value);
    const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length;
    expect(mean).toBeCloseTo(auc, 2);
  });

  it('is 1 with an interval below it when the rows are plainly different', () => {
    const far = real.map((row): Row => [Number(row[0]) + 500, row[1]!, row[2]!]);
    const score = outOfFoldScore('ensemble', encoder, real, far, 1);
    expect(score.value).toBeGreaterThan(0.999);
    expect(score.interval[0]).toBeLessThan(1);
    expect(score.interval[1]).toBe(1);
  });

  it('is never below 0.5, nor is its interval: copies are no better than rows that are like real ones', () => {
    const score = outOfFoldScore('boosted-trees', encoder, real, [...real, ...real], 1);
    expect(score.value).toBe(0.5);
    expect(score.interval[0]).toBe(0.5);
    expect(score.interval[1]).toBeGreaterThanOrEqual(0.5);
  });

  it.each(['logistic-regression', 'boosted-trees', 'neural-network', 'ensemble'] as const)(
    'is the same for the same seed (%s)',
    (kind) => {
      const [first, second] = [5, 5].map((seed) => outOfFoldScore(kind, encoder, real, synthetic, seed));
      expect(first).toEqual(second);
      expect(first!.value).toBeGreaterThan(0.5);
    },
  );

  it('tests the classifier on rows that it has not learned from', () => {
    // Boosted trees separate the rows they learned from, however alike the two tables are.
    const [one, other] = [normals(80, 0, 11), normals(80, 0, 12)];
    expect(outOfFoldScore('boosted-trees', fitEncoder(schema, one), one, other, 1).value).toBeLessThan(0.65);
  });

  it('says that rows too few to be scored are not known to be good', () => {
    expect(outOfFoldScore('ensemble', encoder, real, synthetic.slice(0, 1), 1)).toEqual({ value: 1, interval: [0, 1] });
    expect(outOfFoldScore('ensemble', encoder, [], synthetic, 1)).toEqual({ value: 1, interval: [0, 1] });
    expect(outOfFoldScore('ensemble', encoder, real, synthetic.slice(0, 2), 1).value).toBeLessThanOrEqual(1);
  });

  it('compares groups whatever their sizes, in their order, and leaves one that cannot be scored the worst', () => {
    const off = (years: number): Row[] => real.map((row): Row => [Number(row[0]) + years, row[1]!, row[2]!]);
    const groups = [off(15).slice(0, 40), [...off(15), ...off(15), ...off(15)], [], off(500)];
    const [few, many, none, apart] = scoreByAuc({ kind: 'ensemble', encoder, real, groups, seed: 1 }).scores;
    const width = ({ interval: [low, high] }: Score): number => high - low;
    expect(few!.value).toBeGreaterThan(0.6);
    expect(Math.abs(few!.value - many!.value)).toBeLessThan(0.05);
    expect(width(many!)).toBeLessThan(0.9 * width(few!));
    expect(none).toEqual({ value: 1, interval: [0, 1] });
    expect(apart!.value).toBeGreaterThan(0.99);
  });

  it('separates SMOTE rows from real ones by far more than its own noise', () => {
    const train = readRows(adultSchema, adult.header, adult.records);
    const smote = adultRows('synthetic/adult-400/smote.csv');
    const other = adultRows('data/adult/test.csv');
    const adultEncoder = fitEncoder(adultSchema, train);
    const scoreOf = (rows: Row[], seed: number): number => {
      const random = createRandom(seed);
      const sample = random.shuffle(train).slice(0, 100);
      return outOfFoldScore('ensemble', adultEncoder, sample, random.shuffle(rows).slice(0, 150), seed).value;
    };
    for (const seed of [1, 2, 3]) expect(scoreOf(smote, seed)).toBeGreaterThan(scoreOf(other, seed) + 0.05);
  });
});

/** Rows like the real ones with ages moved by a normal shift, for differences whose truth is known. */
function normals(count: number, shift: number, seed: number): Row[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (): Row => [
    40 + 10 * (shift + random.normal()),
    40 + 5 * random.normal(),
    random.pick(['Female', 'Male']),
  ]);
}

describe('the difference of two θ by AUC', () => {
  const differenceFor = (shifts: [number, number], seed: number) => {
    const real = normals(60, 0, seed);
    const groups = shifts.map((shift, place) => normals(60, shift, 1000 * (place + 1) + seed));
    return scoreByAuc({ kind: 'logistic-regression', encoder: fitEncoder(schema, real), real, groups, seed });
  };

  it('is the one score less the other, below 0 where the second θ is the better', () => {
    const { scores, difference } = differenceFor([2, 0.2], 1);
    const { value, interval } = difference(0, 1);
    expect(value).toBe(scores[1]!.value - scores[0]!.value);
    expect(interval[1]).toBeLessThan(0);
    expect((interval[0] + interval[1]) / 2).toBeCloseTo(value, 12);
    const back = difference(1, 0);
    expect(back.value).toBe(-value);
    expect(back.interval[0]).toBeCloseTo(-interval[1], 12);
  });

  it('covers 0 in about 95 % of fits whose two θ are equally good', () => {
    const seeds = Array.from({ length: 60 }, (_, seed) => seed + 1);
    const covered = seeds.filter((seed) => {
      const { interval } = differenceFor([1, 1], seed).difference(0, 1);
      return interval[0] <= 0 && interval[1] >= 0;
    });
    expect(covered.length / seeds.length).toBeGreaterThan(0.88);
  });

  it('has an interval narrower than that of two θ judged on real rows of their own', () => {
    const { scores, difference } = differenceFor([1, 1.2], 3);
    const { interval } = difference(0, 1);
    const apart = Math.hypot(...scores.map(({ interval: [low, high] }) => high - low));
    expect(interval[1] - interval[0]).toBeLessThan(0.95 * apart);
    expect(interval[1] - interval[0]).toBeGreaterThan(0.3 * apart);
  });
});

describe('a blind classifier', () => {
  const same = real.map((): Row => [40, 40, 'Male']);

  it('is recognised by its giving every row one probability', () => {
    const { blind } = scoreByAuc({ kind: 'ensemble', encoder, real: same, groups: [same, same], seed: 1 });
    expect(blind).toBe(true);
  });

  it('is not suspected where any row differs, nor where rows are alike', () => {
    const blindOf = (groups: Row[][]): boolean =>
      scoreByAuc({ kind: 'ensemble', encoder, real, groups, seed: 1 }).blind;
    expect(blindOf([real])).toBe(false);
    expect(blindOf([same])).toBe(false);
    expect(blindOf([])).toBe(false);
  });
});
