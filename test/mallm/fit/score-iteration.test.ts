import { describe, expect, it } from 'vitest';
import type { Row } from '../../../mallm/table/dataset.js';
import type { FitState } from '../../../mallm/fit/fit-state.js';
import { parseFitOptions } from '../../../mallm/options.js';
import { createRandom } from '../../../mallm/random.js';
import type { Iteration, ScoredCandidate } from '../../../mallm/fit/score-iteration.js';
import { scoreIteration } from '../../../mallm/fit/score-iteration.js';
import { label, numeric, schemaOf } from '../learning/learner-fixtures.js';

const schema = schemaOf(numeric('age'), label('sex', ['Female', 'Male']));
const options = parseFitOptions({ discriminator: 'logistic-regression' });
const empty: FitState = {
  version: 1,
  runId: 'r',
  pairs: [],
  heldOut: {},
  discriminator: null,
  feedback: null,
  trajectory: [],
  pool: [],
  hosts: [],
};

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
function iterate(state: FitState, candidates: ScoredCandidate[], earlier: Iteration['earlier'] = []): FitState {
  const batch = trainRows.map((_, row) => row);
  return scoreIteration({ schema, options, trainRows, batch, epoch: 1, batchNumber: 1, candidates, earlier, state });
}
const pairOf = ({ pairs }: FitState, wanted: number) => pairs.find(({ number }) => number === wanted)!;

describe("an iteration with score 'auc'", () => {
  const far = rowsOff(2, 60, 2);
  const near = rowsOff(0, 60, 3);
  const first = iterate(empty, [candidate(0, far)]);
  const second = iterate(first, [candidate(1, near), candidate(0, rowsOff(2, 60, 4))], [{ number: 0, rows: far }]);

  it('scores every θ with the newest classifier and keeps what it was first scored', () => {
    expect(pairOf(first, 0).score).toBeGreaterThan(0.85);
    expect(pairOf(second, 0).score).toBe(pairOf(first, 0).score);
    expect(pairOf(second, 0).adjustedScore).not.toBe(pairOf(first, 0).adjustedScore);
    expect(pairOf(second, 1).adjustedScore!).toBeLessThan(0.65);
  });

  it('tells in the trajectory of the new θ, and which is the best of all', () => {
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
    expect(next.trajectory.at(-1)).toMatchObject({ theta: 1, bestTheta: 0, score: 1 });
  });

  it('takes a θ out of the running whose rows are no longer kept', () => {
    const next = iterate(first, [candidate(1, near)]);
    expect(pairOf(next, 0)).toMatchObject({ adjustedScore: null, counted: true });
    expect(next.trajectory.at(-1)!.bestTheta).toBe(1);
  });
});
