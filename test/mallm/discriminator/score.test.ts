import { describe, expect, it } from 'vitest';
import type { Row } from '../../../mallm/table/dataset.js';
import type { DiscriminatorKind } from '../../../mallm/discriminator/discriminator.js';
import { startDiscriminator, updateDiscriminator } from '../../../mallm/discriminator/discriminator.js';
import type { Encoder } from '../../../mallm/discriminator/encoding.js';
import { fitEncoder } from '../../../mallm/discriminator/encoding.js';
import type { Score } from '../../../mallm/discriminator/score.js';
import { accuracyScore, outOfFoldScores, wilsonInterval } from '../../../mallm/discriminator/score.js';
import { readFixture } from '../evaluation/fixture-tables.js';
import { label, numeric, readLearners, schemaOf } from '../learning/learner-fixtures.js';
import { inferSchema, readRows } from '../../../mallm/table/inference/schema-inference.js';
import { createRandom } from '../../../mallm/random.js';

const oracles = readLearners('learners.json') as {
  outOfFold: { real: Row[]; synthetic: Row[]; auc: number };
  wilson: { correct: number; total: number; interval: [number, number] }[];
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
  return outOfFoldScores(kind, encoder, real, [synthetic], seed)[0]!;
}

describe('outOfFoldScores', () => {
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

  it('is never below 0.5, nor is its interval: copies are no better than rows that cannot be told apart', () => {
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

  it('says that rows too few to be scored are not known to be good', () => {
    expect(outOfFoldScore('ensemble', encoder, real, synthetic.slice(0, 1), 1)).toEqual({ value: 1, interval: [0, 1] });
    expect(outOfFoldScore('ensemble', encoder, [], synthetic, 1)).toEqual({ value: 1, interval: [0, 1] });
    expect(outOfFoldScore('ensemble', encoder, real, synthetic.slice(0, 2), 1).value).toBeLessThanOrEqual(1);
  });

  it('compares groups whatever their sizes, in their order, and leaves one that cannot be scored the worst', () => {
    const near = real.map((row): Row => [...row]);
    const far = real.map((row): Row => [90, 5, row[2]!]);
    const [few, many, none, apart] = outOfFoldScores(
      'ensemble',
      encoder,
      real,
      [near.slice(0, 40), [...near, ...near, ...near], [], far],
      1,
    );
    expect(few!.value).toBeLessThan(0.6);
    expect(Math.abs(few!.value - many!.value)).toBeLessThan(0.06);
    expect(many!.interval[1] - many!.interval[0]).toBeLessThan(few!.interval[1] - few!.interval[0] + 0.1);
    expect(none).toEqual({ value: 1, interval: [0, 1] });
    expect(apart!.value).toBeGreaterThan(0.95);
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

describe('accuracyScore', () => {
  const seen = updateDiscriminator(startDiscriminator('logistic-regression', encoder, 1), real.slice(0, 50), synthetic);

  it('is the share of rows of which the discriminator is right', () => {
    const far = real.map((row): Row => [90, 5, row[2]!]);
    const state = updateDiscriminator(startDiscriminator('logistic-regression', encoder, 1), real, far);
    expect(accuracyScore(state, [], far.slice(0, 30)).value).toBe(1);
    expect(accuracyScore(state, far.slice(0, 30), []).value).toBe(0);
    expect(accuracyScore(state, far.slice(0, 10), far.slice(0, 30))).toEqual({
      value: 0.75,
      interval: wilsonInterval(0.75, 40),
    });
  });

  it('counts a row half that is as likely real as not', () => {
    const nothing = startDiscriminator('logistic-regression', encoder, 1);
    expect(accuracyScore(nothing, real.slice(0, 3), synthetic.slice(0, 9)).value).toBe(0.5);
  });

  it('has an interval that says nothing when the discriminator is blind', () => {
    const rows = real.map((): Row => [40, 40, 'Male']);
    const blind = updateDiscriminator(startDiscriminator('logistic-regression', encoder, 1), rows, rows);
    expect(blind.blind).toBe(true);
    expect(accuracyScore(blind, rows, rows)).toEqual({ value: 0.5, interval: [0, 1] });
    expect(accuracyScore(seen, [], [])).toEqual({ value: 1, interval: [0, 1] });
  });

  it.each(oracles.wilson)('has the interval of scipy: $correct of $total', ({ correct, total, interval }) => {
    const ours = wilsonInterval(correct / total, total);
    expect(ours[0]).toBeCloseTo(interval[0], 4);
    expect(ours[1]).toBeCloseTo(interval[1], 4);
  });
});
