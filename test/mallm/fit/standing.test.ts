import { describe, expect, it } from 'vitest';
import type { FitState, Pair } from '../../../mallm/fit/fit-state.js';
import { standingAfter } from '../../../mallm/fit/standing.js';

const ref = (uri: string) => ({ uri, sha256: uri, bytes: 1 });

/** A state with these scores of θ 0, 1, …, of which the last was tried last; null does not count. */
function stateOf(...scores: (number | null)[]): FitState {
  const pairs = scores.map((score, number): Pair => {
    const scored = {
      score,
      adjustedScore: score,
      interval: null,
      adjustedInterval: null,
      validShare: 1,
      counted: score !== null,
    };
    return { number, parent: null, epoch: 1, batch: number + 1, theta: ref(`theta-${number}`), ...scored };
  });
  const last = { epoch: 1, batch: scores.length, theta: scores.length - 1, bestTheta: 0, accepted: 1, rejected: 0 };
  return {
    ...{ version: 1, runId: 'r', pairs, heldOut: {}, discriminator: null, feedback: null, pool: [], hosts: [] },
    trajectory: scores.length === 0 ? [] : [{ ...last, score: scores.at(-1) ?? 1, best: 0.5 }],
  };
}

describe('the standing of a fit after an iteration', () => {
  it('counts no iteration without gain when a new θ is the best', () => {
    expect(standingAfter(stateOf(0.8), stateOf(0.8, 0.7), 3)).toEqual({
      ...{ best: { number: 1, ref: ref('theta-1') }, bestScore: 0.7, lastScore: 0.7, withoutGain: 0 },
    });
  });

  it('counts an iteration without gain when an older θ stays the best', () => {
    expect(standingAfter(stateOf(0.7), stateOf(0.7, 0.8), 3)).toMatchObject({
      ...{ best: { number: 0 }, bestScore: 0.7, lastScore: 0.8, withoutGain: 4 },
    });
  });

  it('counts one without gain when an older θ becomes the best by being scored again', () => {
    expect(standingAfter(stateOf(0.8, 0.7), stateOf(0.6, 0.7, 0.9), 0)).toMatchObject({
      ...{ best: { number: 0 }, withoutGain: 1 },
    });
  });

  it('has the last θ as the one to end with while none counts', () => {
    expect(standingAfter(stateOf(null), stateOf(null, null), 1)).toEqual({
      ...{ best: { number: 1, ref: ref('theta-1') }, bestScore: null, lastScore: null, withoutGain: 2 },
    });
  });

  it('has no last score when the θ tried last does not count, though others do', () => {
    expect(standingAfter(stateOf(0.7), stateOf(0.7, null), 0)).toMatchObject({ best: { number: 0 }, lastScore: null });
    expect(standingAfter(stateOf(null, null), stateOf(null, null, null), 0).best!.number).toBe(2);
  });

  it('gains with the first θ', () => {
    expect(standingAfter(stateOf(), stateOf(0.9), 0).withoutGain).toBe(0);
  });
});
