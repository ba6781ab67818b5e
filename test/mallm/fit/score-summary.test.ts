import { describe, expect, it } from 'vitest';
import { blindWarning, scoreSummary } from '../../../mallm/fit/score-summary.js';
import { defaultPreset, paperPreset } from '../../../mallm/options.js';

const interval: [number, number] = [0.5, 0.9];
const first = { theta: 0, score: 0.7734, interval };

describe('scoreSummary', () => {
  it('gives first and best with the difference and its interval, in points with a true minus', () => {
    const best = { theta: 2, score: 0.7463, interval };
    const firstAndBest = { first, best, difference: -0.0271, interval: [-0.0748, 0.0205] as [number, number] };
    expect(scoreSummary({ firstAndBest })).toBe('77.3 % at first, 74.6 % at best (difference −2.7, 95 % −7.5 to 2.1)');
    const even = { ...firstAndBest, difference: -0.0001, interval: [-0.01, 0.0001] as [number, number] };
    expect(scoreSummary({ firstAndBest: even })).toContain('(difference 0.0, 95 % −1.0 to 0.0)');
  });

  it('says that the first θ won, and that none counted', () => {
    expect(scoreSummary({ firstAndBest: { first, best: first, difference: 0, interval: null } })).toBe(
      '77.3 % for the first θ, which is the best: no later one has a lower score',
    );
    expect(scoreSummary({ firstAndBest: null })).toBe('none: no θ counted');
    expect(scoreSummary({})).toBe('none: no θ counted');
  });
});

describe('blindWarning', () => {
  const point = { epoch: 1, batch: 1, score: 0.7, best: 0.7, bestTheta: 0, theta: 0, accepted: 1, rejected: 0 };
  const blind = { ...point, score: null, blind: true as const };

  it('is silent where the discriminator always saw', () => {
    expect(blindWarning({ trajectory: [point, point], options: paperPreset })).toBeNull();
    expect(blindWarning({ trajectory: [], options: paperPreset })).toBeNull();
  });

  it('says how often it was blind, that such scores do not count, and what to try that is not so already', () => {
    const some = blindWarning({ trajectory: [point, blind, point], options: paperPreset });
    expect(some).toMatch(/^in 1 of 3 iterations the discriminator/);
    expect(some).toContain('do not count');
    expect(some).toContain('--score auc, or --discriminator ensemble, or --batch-size');
    const all = blindWarning({ trajectory: [blind, blind], options: defaultPreset });
    expect(all).toMatch(/^in every iteration/);
    expect(all).not.toMatch(/--score auc|--discriminator ensemble/);
  });
});
