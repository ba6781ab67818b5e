import { describe, expect, it } from 'vitest';
import { chunkExamples, epochBatches, finalPass } from '../../../mallm/generator/few-shot-batch.js';

describe('epochBatches', () => {
  it('puts every row into exactly one batch, in exact slices', () => {
    const batches = epochBatches({ rows: 130, batchSize: 50, seed: 7, epoch: 0 });
    expect(batches.map((batch) => batch.length)).toEqual([50, 50, 30]);
    expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 130 }, (_, row) => row));
  });

  it.each([
    [100, [50, 50]],
    [102, [50, 52]],
    [25, [25]],
    [10, [10]],
    [1, [1]],
  ])('never leaves a handful of %i rows to a batch of its own', (rows, sizes) => {
    expect(epochBatches({ rows, batchSize: 50, seed: 1, epoch: 0 }).map((batch) => batch.length)).toEqual(sizes);
  });

  it('shuffles anew each epoch, the same for the same seed', () => {
    const batch = (seed: number, epoch: number) => epochBatches({ rows: 60, batchSize: 20, seed, epoch })[0];
    expect(batch(3, 1)).toEqual(batch(3, 1));
    expect(batch(3, 1)).not.toEqual(batch(3, 2));
    expect(batch(3, 1)).not.toEqual(batch(4, 1));
  });
});

describe('chunkExamples', () => {
  const batch = ['a', 'b', 'c', 'd', 'e'];
  it('walks through the batch in order and round again', () => {
    expect([0, 1, 2].map((chunk) => chunkExamples(batch, chunk, 2))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'a'],
    ]);
  });

  it('goes on from any place of the walk', () => {
    expect([0, 1].map((chunk) => chunkExamples(batch, chunk, 2, 3))).toEqual([
      ['d', 'e'],
      ['a', 'b'],
    ]);
    expect(chunkExamples(batch, 0, 1, 12)).toEqual(['c']);
  });

  it('shows each row once to one request, and none when none are asked for', () => {
    expect(chunkExamples(batch, 3, 9).sort()).toEqual(batch);
    expect(chunkExamples(batch, 3, 0)).toEqual([]);
    expect(chunkExamples([], 0, 2)).toEqual([]);
  });
});

describe('finalPass', () => {
  it('has every training row once, shuffled, the same for the same seed', () => {
    const pass = finalPass(130, 7);
    expect([...pass].sort((a, b) => a - b)).toEqual(Array.from({ length: 130 }, (_, row) => row));
    expect(pass).not.toEqual([...pass].sort((a, b) => a - b));
    expect(finalPass(130, 7)).toEqual(pass);
    expect(finalPass(130, 8)).not.toEqual(pass);
  });
});
