import { beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../../../mallm/table/dataset.js';
import type { FitState } from '../../../mallm/fit/fit-state.js';
import { startState } from '../../../mallm/fit/fit-state.js';
import { parseFitOptions } from '../../../mallm/options.js';
import { createRandom } from '../../../mallm/random.js';
import type { Iteration, ScoredCandidate } from '../../../mallm/fit/score-iteration.js';
import { scoreIteration } from '../../../mallm/fit/score-iteration.js';
import { probabilityReal } from '../../../mallm/discriminator/discriminator.js';
import { label, numeric, schemaOf } from '../learning/learner-fixtures.js';

const schema = schemaOf(numeric('age'), label('sex', ['Female', 'Male']));
const options = parseFitOptions({ discriminator: 'logistic-regression' });
const empty = startState('r');

/** Rows whose ages lie `shift` standard deviations off those of the real ones (shift 0). */
function rowsOff(shift: number, count: number, seed: number): Row[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => [40 + 10 * (shift + random.normal()), random.pick(['Female', 'Male'])]);
}

function candidate(number: number, rows: Row[], asked = rows.length): ScoredCandidate {
  const theta = { uri: `file:///thetas/${number}`, sha256: '', bytes: 0 };
  return { pair: { number, parent: number === 0 ? null : 0, epoch: 1, batch: 1, theta }, rows, asked };
}

const trainRows = rowsOff(0, 100, 1);
function iterate(
  state: FitState,
  candidates: ScoredCandidate[],
  earlier: Iteration['earlier'] = [],
  changes: Partial<Iteration> = {},
): FitState {
  const batch = trainRows.map((_, row) => row);
  const place = { batch, epoch: 1, batchNumber: 1 };
  return scoreIteration({ schema, options, trainRows, ...place, candidates, earlier, state, ...changes });
}
const pairOf = ({ pairs }: FitState, wanted: number) => pairs.find(({ number }) => number === wanted)!;

describe("an iteration with score 'auc'", () => {
  const far = rowsOff(2, 60, 2);
  const near = rowsOff(0, 60, 3);
  let first: FitState;
  let second: FitState;
  beforeEach(() => {
    first = iterate(empty, [candidate(0, far)]);
    second = iterate(first, [candidate(1, near), candidate(0, rowsOff(2, 60, 4))], [{ number: 0, rows: far }]);
  });

  it('scores every θ with the newest classifier and keeps what it was first scored', () => {
    expect(pairOf(first, 0).score).toBeGreaterThan(0.85);
    expect(pairOf(second, 0).score).toBe(pairOf(first, 0).score);
    expect(pairOf(second, 0).adjustedScore).not.toBe(pairOf(first, 0).adjustedScore);
    expect(pairOf(second, 1).adjustedScore!).toBeLessThan(0.65);
  });

  it('names in the trajectory the new θ, and the best of all', () => {
    expect(first.trajectory.at(-1)).toMatchObject({ theta: 0, bestTheta: 0 });
    expect(second.trajectory.at(-1)).toMatchObject({ theta: 1, bestTheta: 1, score: pairOf(second, 1).score });
    const third = iterate(second, [candidate(2, rowsOff(3, 60, 5))], [{ number: 1, rows: near }]);
    expect(third.trajectory.at(-1)).toMatchObject({ theta: 2, bestTheta: 1 });
    expect(third.trajectory.at(-1)!.best).toBe(pairOf(third, 1).adjustedScore);
  });

  it('judges a θ that is asked again by all its rows', () => {
    const lucky = rowsOff(0, 20, 6);
    const start = iterate(empty, [candidate(0, lucky)]);
    const again = iterate(start, [candidate(0, rowsOff(2, 80, 7))], [{ number: 0, rows: lucky }]);
    expect(pairOf(again, 0).adjustedScore!).toBeGreaterThan(0.7);
    expect(again.feedback!.feedback.shifts[0]).toMatchObject({ column: 'age', of: 'mean' });
  });

  it('leaves a θ as it stood when it is asked again and too few of its rows are valid', () => {
    const again = iterate(first, [candidate(0, rowsOff(2, 10, 8), 60)], [{ number: 0, rows: far }]);
    expect(pairOf(again, 0)).toMatchObject({ counted: true, validShare: 1 });
    expect(pairOf(again, 0).adjustedScore).toBeGreaterThan(0.85);
  });

  it('does not count a new θ of which too few rows are valid', () => {
    const next = iterate(first, [candidate(1, rowsOff(0, 10, 9), 60)], [{ number: 0, rows: far }]);
    expect(pairOf(next, 1)).toMatchObject({ counted: false, score: null, adjustedScore: null });
    expect(next.trajectory.at(-1)).toMatchObject({ theta: 1, bestTheta: 0, score: null });
  });

  it('takes a θ out of the running whose rows are no longer kept', () => {
    const next = iterate(first, [candidate(1, near)]);
    expect(pairOf(next, 0)).toMatchObject({ adjustedScore: null, counted: true });
    expect(next.trajectory.at(-1)!.bestTheta).toBe(1);
  });

  it('compares the first θ with the best under one classifier, with the interval of the difference', () => {
    const { first: one, best, difference, interval } = second.firstAndBest!;
    expect(one).toEqual({
      theta: 0,
      score: pairOf(second, 0).adjustedScore,
      interval: pairOf(second, 0).adjustedInterval,
    });
    expect(best).toMatchObject({ theta: 1, score: pairOf(second, 1).adjustedScore });
    expect(difference).toBe(best.score - one.score);
    expect(interval![0]).toBeLessThan(difference);
    expect(interval![1]).toBeLessThan(0);
    expect(first.firstAndBest).toMatchObject({
      first: { theta: 0 },
      best: { theta: 0 },
      difference: 0,
      interval: null,
    });
  });

  it('stores the interval of the first score beside it, and that of the adjusted score beside that', () => {
    const { score, interval, adjustedScore, adjustedInterval } = pairOf(second, 0);
    expect(interval).toEqual(pairOf(first, 0).interval);
    expect([score! > interval![0], score! < interval![1]]).toEqual([true, true]);
    expect([adjustedScore! > adjustedInterval![0], adjustedScore! < adjustedInterval![1]]).toEqual([true, true]);
    expect(adjustedInterval).not.toEqual(interval);
    expect(second.scoredBy).toBe('auc');
    expect(second.discriminator).toBeNull();
  });

  it('leaves everything as it was when the classifier is blind, and marks the iteration', () => {
    const alike = rowsOff(0, 60, 9).map((): Row => [40, 'Male']);
    const same = { trainRows: trainRows.map((): Row => [40, 'Male']) };
    const next = iterate(empty, [candidate(0, alike)], [], same);
    expect(pairOf(next, 0)).toMatchObject({ counted: false, blind: true, score: null, adjustedScore: null });
    expect(next.trajectory.at(-1)).toMatchObject({ score: null, best: null, blind: true });
    expect(next.firstAndBest).toBeNull();
    const after = iterate(first, [candidate(1, alike)], [{ number: 0, rows: alike }], same);
    expect(pairOf(after, 0)).toEqual(pairOf(first, 0));
    expect(after.firstAndBest).toEqual(first.firstAndBest);
    expect(first.trajectory.at(-1)).not.toHaveProperty('blind');
  });

  it('deals the rows into other folds in every step', () => {
    const scoreAt = (place: Partial<Iteration>): number =>
      pairOf(iterate(empty, [candidate(0, near)], [], { ...place, options: { ...options, batchSize: 50 } }), 0).score!;
    const scores = [
      scoreAt({}),
      scoreAt({ batchNumber: 2 }),
      scoreAt({ epoch: 2 }),
      scoreAt({ epoch: 2, batchNumber: 2 }),
    ];
    expect(new Set(scores).size).toBe(4);
    expect(scoreAt({ epoch: 2 })).toBe(scoreAt({ epoch: 1, batchNumber: 3 }));
  });

  it('counts the rows that were accepted and rejected', () => {
    const next = iterate(empty, [candidate(0, far, 64), candidate(1, near, 70)]);
    expect(next.trajectory.at(-1)).toMatchObject({ epoch: 1, batch: 1, accepted: 120, rejected: 14 });
    expect([pairOf(next, 0).validShare, pairOf(next, 1).validShare]).toEqual([60 / 64, 60 / 70]);
  });

  it.each([
    [48, 60, true],
    [47, 60, false],
    [5, 5, true],
    [4, 5, false],
  ])('of %d valid rows of %d: a θ counts, %s', (valid, asked, counts) => {
    expect(pairOf(iterate(empty, [candidate(0, rowsOff(1, valid, 3), asked)]), 0).counted).toBe(counts);
  });

  it('describes to the optimizer the rows of the best θ, and does not without feedback or optimizer', () => {
    expect(second.feedback!.of).toBe(1);
    for (const off of [{ feedback: false }, { optimizer: false }]) {
      expect(iterate(empty, [candidate(0, far)], [], { options: { ...options, ...off } }).feedback).toBeNull();
    }
  });

  it('scores the only θ again in each iteration when there is no optimizer', () => {
    const again = iterate(first, [candidate(0, near)], [{ number: 0, rows: far }]);
    expect(again.trajectory.at(-1)!.score).toBe(pairOf(again, 0).adjustedScore);
    expect(again.trajectory.at(-1)!.score).not.toBe(pairOf(first, 0).score);
    expect(again.trajectory.at(-1)!.interval).toEqual(pairOf(again, 0).adjustedInterval);
  });
});

describe("an iteration with score 'accuracy'", () => {
  const paper = parseFitOptions({ preset: 'paper' });
  const step = (state: FitState, candidates: ScoredCandidate[], changes: Partial<Iteration> = {}): FitState =>
    iterate(state, candidates, [], { options: paper, ...changes });
  let first: FitState;
  let second: FitState;
  beforeEach(() => {
    first = step(empty, [candidate(0, rowsOff(2, 100, 2))]);
    second = step(first, [candidate(1, rowsOff(0, 100, 3))], { batchNumber: 2 });
  });

  /** Share of a θ's held-out rows that the state's discriminator gives their own class. */
  const accuracyOf = ({ discriminator, heldOut }: FitState, number: number): number => {
    const { real, synthetic } = heldOut[number]!;
    const ofReal = probabilityReal(
      discriminator!,
      real.map((row) => trainRows[row]!),
    ).filter((probability) => probability > 0.5).length;
    const ofSynthetic = probabilityReal(discriminator!, synthetic).filter((probability) => probability < 0.5).length;
    return (ofReal + ofSynthetic) / (real.length + synthetic.length);
  };

  it('scores the new θ and all earlier ones by the newest discriminator, on their own held-out rows', () => {
    expect(second.scoredBy).toBe('accuracy');
    expect(pairOf(first, 0).score).toBe(accuracyOf(first, 0));
    for (const number of [0, 1]) expect(pairOf(second, number).adjustedScore).toBe(accuracyOf(second, number));
    expect(pairOf(second, 0).adjustedScore).not.toBe(pairOf(first, 0).adjustedScore);
    expect(pairOf(second, 0).score).toBe(pairOf(first, 0).score);
    expect(second.discriminator!.updates).toBe(2);
  });

  it('finds rows that are off easier to separate than rows that are not', () => {
    expect(pairOf(first, 0).score).toBeGreaterThan(0.75);
    expect(pairOf(second, 1).adjustedScore).toBeLessThan(pairOf(second, 0).adjustedScore!);
    expect(second.firstAndBest).toMatchObject({ first: { theta: 0 }, best: { theta: 1 } });
    expect(second.firstAndBest!.difference).toBeLessThan(0);
    expect(second.firstAndBest!.interval![0]).toBeLessThan(second.firstAndBest!.difference);
  });

  it('holds out a fifth of the batch and of the rows', () => {
    expect(second.heldOut[1]!.real).toHaveLength(20);
    expect(second.heldOut[1]!.synthetic).toHaveLength(20);
  });

  it('keeps held-out rows of the first θ and of the ten best only', () => {
    let state = first;
    for (let number = 1; number <= 14; number++)
      state = step(state, [candidate(number, rowsOff(0.3, 100, number + 20))]);
    const running = state.pairs.filter(({ adjustedScore }) => adjustedScore !== null);
    expect(Object.keys(state.heldOut)).toHaveLength(11);
    expect(state.heldOut[0]).toBeDefined();
    expect(running.map(({ number }) => number)).toContain(0);
    expect(state.pairs.every(({ counted }) => counted)).toBe(true);
  });

  it('leaves a θ as it was when a second round of it does not count', () => {
    const again = step(first, [candidate(0, rowsOff(2, 10, 8), 100)]);
    expect(again.pairs).toEqual(first.pairs);
    expect(again.heldOut).toEqual(first.heldOut);
  });

  it('takes a blind score for none: a θ that cannot be judged never wins', () => {
    const alike = Array.from({ length: 100 }, (): Row => [40, 'Male']);
    const rows = { trainRows: alike };
    const next = step(second, [candidate(2, alike)], rows);
    expect(pairOf(next, 2)).toMatchObject({ counted: false, blind: true, score: null, adjustedScore: null });
    expect(next.trajectory.at(-1)).toMatchObject({ theta: 2, score: null, bestTheta: 1, blind: true });
    expect(next.discriminator).toEqual(second.discriminator);
    expect(next.pairs.slice(0, 2)).toEqual(second.pairs);
    expect(next.firstAndBest).toEqual(second.firstAndBest);
  });
});
