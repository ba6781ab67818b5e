import { beforeEach, describe, expect, it } from 'vitest';
import type { DiscriminatorState } from '../../../mallm/discriminator/discriminator.js';
import {
  probabilityReal,
  startDiscriminator,
  updateDiscriminator,
} from '../../../mallm/discriminator/discriminator.js';
import { fitEncoder } from '../../../mallm/discriminator/encoding.js';
import type { AccuracyScores } from '../../../mallm/discriminator/score-by-accuracy.js';
import { accuracyDifference, scoreByAccuracy, wilsonInterval } from '../../../mallm/discriminator/score-by-accuracy.js';
import { createRandom, seedOf } from '../../../mallm/random.js';
import type { Row } from '../../../mallm/table/dataset.js';
import { label, numeric, readLearners, schemaOf } from '../learning/learner-fixtures.js';

const { wilson } = readLearners('learners.json') as {
  wilson: { correct: number; total: number; interval: [number, number] }[];
};
const schema = schemaOf(numeric('age'), label('sex', ['Female', 'Male']));

/** Rows whose ages, all different, lie `shift` standard deviations off those of the real ones. */
function rowsOff(shift: number, count: number, seed: number): Row[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => [40 + 10 * (shift + random.normal()), random.pick(['Female', 'Male'])]);
}

const trainRows = rowsOff(0, 120, 1);
const encoder = fitEncoder(schema, trainRows);
const setting = { kind: 'logistic-regression', encoder, testShare: 0.2, seed: 7, trainRows } as const;
const batch = Array.from({ length: 50 }, (_, row) => row);
const later = Array.from({ length: 50 }, (_, row) => 60 + row);
const candidate = (number: number, rows: Row[]) => ({ number, epoch: 1, batch: number + 1, rows });
const nothing = { discriminator: null, heldOut: {} };

/** Accuracy counted row by row. */
function accuracyOf(state: DiscriminatorState, real: readonly Row[], synthetic: readonly Row[]): number {
  const right = [
    ...real.map((row) => probabilityReal(state, [row])[0]! > 0.5),
    ...synthetic.map((row) => probabilityReal(state, [row])[0]! < 0.5),
  ];
  return right.filter(Boolean).length / right.length;
}

const far = rowsOff(1.5, 50, 2);
let first: AccuracyScores;
let realHeldOut: number[];
let syntheticHeldOut: Row[];
beforeEach(() => {
  first = scoreByAccuracy({ ...setting, batch, candidates: [candidate(0, far)], ...nothing });
  ({ real: realHeldOut, synthetic: syntheticHeldOut } = first.heldOut[0]!);
});

describe('score by accuracy', () => {
  it.each([
    [0.2, 10],
    [0.5, 25],
    [0.05, 3],
  ])('holds out a share of %d of the real and of the synthetic rows', (testShare, rows) => {
    const { heldOut } = scoreByAccuracy({
      ...setting,
      testShare,
      ...{ batch, candidates: [candidate(0, far)], ...nothing },
    });
    expect(new Set(heldOut[0]!.real).size).toBe(rows);
    expect(new Set(heldOut[0]!.synthetic.map(([age]) => age)).size).toBe(rows);
    expect(heldOut[0]!.real.every((row) => batch.includes(row))).toBe(true);
    expect(heldOut[0]!.synthetic.every((row) => far.includes(row))).toBe(true);
  });

  it("is the discriminator's accuracy on the held-out rows, with Wilson's interval", () => {
    const real = realHeldOut.map((row) => trainRows[row]!);
    const expected = accuracyOf(first.discriminator!, real, syntheticHeldOut);
    expect(first.scores.get(0)).toEqual({ value: expected, interval: wilsonInterval(expected, 20) });
    expect(expected).toBeGreaterThan(0.6);
    expect(expected).toBeLessThan(1);
  });

  it('does not let the discriminator learn from the rows it is scored on', () => {
    const start = startDiscriminator('logistic-regression', encoder, seedOf(7, 'discriminator'));
    const real = batch.map((row) => trainRows[row]!);
    const learnedReal = real.filter((_, row) => !realHeldOut.includes(row));
    const learned = far.filter((row) => !syntheticHeldOut.includes(row));
    const without = updateDiscriminator(start, learnedReal, learned);
    const withAll = updateDiscriminator(start, real, far);
    const [ours, expected, cheated] = [first.discriminator!, without, withAll].map((state) =>
      probabilityReal(state, trainRows),
    );
    expect(distance(ours!, expected!)).toBeLessThan(1e-9);
    expect(distance(ours!, cheated!)).toBeGreaterThan(1e-4);
  });

  it('updates the discriminator of the iteration before, and scores earlier θ again by the newest', () => {
    const young = rowsOff(-3, 50, 3);
    const second = scoreByAccuracy({ ...setting, batch: later, candidates: [candidate(1, young)], ...first });
    expect(second.discriminator!.updates).toBe(2);
    expect(second.heldOut[0]).toEqual(first.heldOut[0]);
    for (const number of [0, 1]) {
      const { real, synthetic } = second.heldOut[number]!;
      const rows = real.map((row) => trainRows[row]!);
      expect(second.scores.get(number)!.value).toBe(accuracyOf(second.discriminator!, rows, synthetic));
    }
    expect(second.scores.get(0)!.value).not.toBe(first.scores.get(0)!.value);
    const { [0]: heldOut } = second.heldOut;
    const real = heldOut!.real.map((row) => trainRows[row]!);
    expect(first.scores.get(0)!.value).toBe(accuracyOf(first.discriminator!, real, heldOut!.synthetic));
  });

  it('scores all candidates of an iteration by one discriminator that learned from each', () => {
    const candidates = [candidate(0, far), candidate(1, rowsOff(-2, 50, 4))];
    const both = scoreByAccuracy({ ...setting, batch, candidates, ...nothing });
    expect(both.discriminator!.updates).toBe(2);
    for (const number of [0, 1]) {
      const { real, synthetic } = both.heldOut[number]!;
      const rows = real.map((row) => trainRows[row]!);
      expect(both.scores.get(number)!.value).toBe(accuracyOf(both.discriminator!, rows, synthetic));
    }
  });

  it('divides the rows of two θ differently, and those of one always in the same way', () => {
    const again = scoreByAccuracy({ ...setting, batch, candidates: [candidate(0, far)], ...nothing });
    expect(again).toEqual(first);
    const other = scoreByAccuracy({ ...setting, batch, candidates: [candidate(1, far)], ...nothing });
    expect(other.heldOut[1]!.real).not.toEqual(realHeldOut);
  });
});

describe('a blind discriminator', () => {
  const alike = Array.from({ length: 50 }, (): Row => [40, 'Male']);
  const setOfAlike = { ...setting, trainRows: [...alike, ...trainRows] };

  it('gives no score, in place of the 0.5 that would be the best there is', () => {
    const { scores, blind, discriminator, heldOut } = scoreByAccuracy({
      ...{ ...setOfAlike, batch, candidates: [candidate(0, alike)], ...nothing },
    });
    expect(scores.size).toBe(0);
    expect([...blind]).toEqual([0]);
    expect(discriminator).toBeNull();
    expect(heldOut).toEqual({});
  });

  it('is not carried on: earlier θ and the discriminator stay as they were', () => {
    const next = scoreByAccuracy({ ...setOfAlike, batch, candidates: [candidate(1, alike)], ...first });
    expect(next.scores.size).toBe(0);
    expect([...next.blind]).toEqual([1]);
    expect(next.discriminator).toEqual(first.discriminator);
    expect(next.heldOut).toEqual(first.heldOut);
  });

  it('costs only the candidate whose rows taught it nothing', () => {
    const candidates = [candidate(1, alike), candidate(2, far)];
    const { scores, blind, discriminator } = scoreByAccuracy({ ...setOfAlike, batch, candidates, ...nothing });
    expect([...scores.keys()]).toEqual([2]);
    expect([...blind]).toEqual([1]);
    expect(discriminator!.updates).toBe(1);
  });

  it('is one that has nothing to learn from', () => {
    const { scores, blind } = scoreByAccuracy({ ...setting, batch: [0], candidates: [candidate(0, far)], ...nothing });
    expect(scores.size).toBe(0);
    expect([...blind]).toEqual([0]);
  });

  it('is one that gives all held-out rows one class, though it separates those it learned from', () => {
    const mixed = Array.from({ length: 20 }, (_, row): Row => [40, row < 10 ? 'Male' : 'Female']);
    const rows = { ...setting, trainRows: alike, testShare: 0.05, batch: batch.slice(0, 20) };
    const outcomes = Array.from({ length: 12 }, (_, seed) =>
      scoreByAccuracy({ ...rows, seed, candidates: [candidate(0, mixed)], ...nothing }),
    );
    const blind = outcomes.filter((outcome) => outcome.blind.size > 0);
    expect(blind.length).toBeGreaterThan(0);
    expect(blind.length).toBeLessThan(outcomes.length);
    for (const { scores, heldOut, blind } of outcomes) {
      if (blind.size > 0) expect(scores.size).toBe(0);
      else expect([scores.get(0)!.value, heldOut[0]!.synthetic]).toEqual([1, [[40, 'Female']]]);
    }
  });
});

describe('intervals of accuracies', () => {
  it.each(wilson)('of one accuracy are those of scipy: $correct of $total', ({ correct, total, interval }) => {
    const ours = wilsonInterval(correct / total, total);
    expect(ours[0]).toBeCloseTo(interval[0], 4);
    expect(ours[1]).toBeCloseTo(interval[1], 4);
  });

  // Newcombe, Statistics in Medicine 17 (1998) 873-890, Table II, method 10.
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
  ])('of the difference %d/%d − %d/%d are those of Newcombe', (...[a, m, b, n, low, high]) => {
    const scored = (correct: number, total: number) => ({
      value: correct / total,
      interval: wilsonInterval(correct / total, total),
    });
    const { value, interval } = accuracyDifference(scored(b, n), scored(a, m));
    expect(value).toBeCloseTo(a / m - b / n, 12);
    expect(interval[0]).toBeCloseTo(low, 3);
    expect(interval[1]).toBeCloseTo(high, 3);
  });
});

function distance(a: Float64Array, b: Float64Array): number {
  return Math.max(...a.map((value, row) => Math.abs(value - b[row]!)));
}
