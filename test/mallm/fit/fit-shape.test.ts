import { describe, expect, it } from 'vitest';
import { shapeOf } from '../../../mallm/fit/fit-shape.js';
import { defaultPreset, paperPreset } from '../../../mallm/options.js';

describe('the shape of a fit', () => {
  it('has the batches, rows and calls of the published settings for 150 rows', () => {
    expect(shapeOf(paperPreset, 150)).toMatchObject({
      ...{ epochs: 4, batchesPerEpoch: 3, rowsPerTheta: 50, callsPerTheta: 50, population: 1 },
    });
  });

  it('asks a θ for no more rows than there are training rows, unless the options say how many', () => {
    expect(shapeOf({ ...defaultPreset, batchSize: 100 }, 30).rowsPerTheta).toBe(30);
    expect(shapeOf({ ...defaultPreset, rowsPerTheta: 60, rowsPerRequest: 25 }, 30)).toMatchObject({
      ...{ rowsPerTheta: 60, callsPerTheta: 3 },
    });
  });

  it('never converges without an optimizer', () => {
    expect(shapeOf({ ...defaultPreset, patience: 4 }, 100).patience).toBe(4);
    expect(shapeOf({ ...defaultPreset, patience: 4, optimizer: false }, 100).patience).toBe(0);
  });

  it('carries the budget and how many calls may be in flight', () => {
    const prices = { prompt: 1, completion: 2, currency: 'EUR' };
    const budget = { maxCalls: 90, maxTokens: 80_000, maxCost: 7, prices };
    expect(shapeOf({ ...defaultPreset, ...budget, inFlight: 3 }, 100)).toMatchObject({ inFlight: 3, budget });
  });
});
