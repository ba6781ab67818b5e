import { describe, expect, it } from 'vitest';
import type { FitCarry, FitShape } from '../../workflows/contract.js';
import { fitProgress, Pace, progressDetails, sampleProgress } from '../../workflows/progress.js';

const shape: FitShape = {
  ...{ epochs: 3, batchesPerEpoch: 2, callsPerTheta: 1, rowsPerTheta: 1, population: 1, optimizer: true, patience: 0 },
  ...{ inFlight: 1, budget: { maxCalls: null, maxTokens: null, maxCost: null, prices: null } },
};
const carry: FitCarry = {
  ...{ epoch: 2, batch: 1, step: 2, next: 'propose', candidates: [], state: { uri: 's', sha256: 's', bytes: 1 } },
  ...{ nextTheta: 2, best: null, bestScore: 0.71, lastScore: 0.8, withoutGain: 1, shape },
  ...{ spending: { calls: 4, promptTokens: 300, completionTokens: 100 }, accepted: 9, rejected: 3, rejections: {} },
};

describe('the progress of a fit', () => {
  it('begins with the search of the first structure', () => {
    const begun = { phase: 'structure', epoch: 1, epochs: 3, batch: 1, batches: 2, done: 0, best: null };
    expect(fitProgress(shape)).toMatchObject(begun);
  });

  it('goes on where the carry is', () => {
    expect(fitProgress(shape, carry)).toMatchObject({
      ...{ phase: 'fit', epoch: 2, batch: 1, score: 0.8, best: 0.71, accepted: 9, rejected: 3 },
      ...{ spending: carry.spending, done: 1 / 3 },
    });
  });

  it('never names an epoch after the last', () => {
    expect(fitProgress(shape, { ...carry, epoch: 4, step: 6 })).toMatchObject({ epoch: 3, done: 1 });
  });

  it('is shown as Markdown', () => {
    expect(progressDetails(fitProgress(shape, carry)).split('  \n')).toEqual([
      '**running** · epoch 2 of 3 · batch 1 of 2',
      'score 80.0 % · best 71.0 % (lower is better)',
      '9 rows accepted · 3 rejected',
      '4 calls · 400 tokens',
    ]);
    expect(progressDetails(fitProgress(shape))).toContain('score none yet · best none yet');
    expect(progressDetails({ ...fitProgress(shape), blocked: 'no quota' })).toContain('**blocked:** no quota');
  });
});

describe('the progress of a table', () => {
  it('is shown in rows', () => {
    expect(progressDetails(sampleProgress(50)).split('  \n')).toEqual([
      '**running** · 0 of 50 rows',
      '0 calls · 0 tokens',
    ]);
  });

  it('has a pace once time has passed: rows a second', () => {
    const pace = new Pace(1000, 10);
    expect(pace.note(1000, 20)).toBeNull();
    expect(pace.note(3000, 30)).toBe(10);
  });

  it('takes the pace over the last 16 shards', () => {
    const pace = new Pace(0, 0);
    for (let shard = 1; shard <= 4; shard++) pace.note(shard * 1000, 0);
    const paces = Array.from({ length: 16 }, (_, shard) => pace.note((5 + shard) * 1000, 10 * (shard + 1)));
    expect(paces.at(-2)).toBeLessThan(10);
    expect(paces.at(-1)).toBe(10);
  });
});
