import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultPreset, epochsFor, fitOptionsSchema, paperPreset, parseFitOptions } from '../../mallm/options.js';
import { repositoryFile } from '../support/repository.js';

/** Each option that the paper or the authors' code fixes, and where. The rest of the preset only bounds and names a run. */
const PUBLISHED = {
  epochs: 'auto', // §4.1
  batchSize: 50, // §4.1
  rowsPerTheta: null, // Listing 1, L5-7: as many rows as the batch has
  examplesPerPrompt: 1, // §4.3, Fig. 5
  rowsPerRequest: 1, // Listing 1, L6
  prompts: 'paper', // Listings 2 and 5
  generatorTemperature: 0.5, // §4.1
  optimizerTemperature: 1, // §4.1
  discriminator: 'logistic-regression', // §3.2.2
  score: 'accuracy', // §3.2.2
  structure: 'hill-climbing', // §3.2.1
  optimizer: true,
  topPairs: 3, // authors' code
  minValidShare: 0.8, // authors' code
  discriminatorTestShare: 0.2, // authors' code
  population: 1, // Listing 1: one θ a batch
  feedback: false,
  partialRows: false,
  patience: 5, // §3.2, the number is ours
  rules: [],
  withoutRules: ['all'], // the paper knows no rules between columns
  refinement: false, // Listing 1, L17-18: the model's rows are the product
  distance: 'off',
  minCount: 1, // every cell is shown
};
const OF_A_RUN = {
  preset: 'paper',
  generatorModel: null,
  optimizerModel: null,
  edges: [],
  trueEdges: null,
  inFlight: 8,
  maxCalls: null,
  maxTokens: null,
  maxCost: null,
  prices: null,
  keepCheckpoints: 20,
  seed: 1,
};

describe('preset paper', () => {
  it('is the published algorithm, option by option', () => {
    expect(parseFitOptions({ preset: 'paper' })).toEqual({ ...PUBLISHED, ...OF_A_RUN });
  });

  it('lets every option be set alone', () => {
    expect(parseFitOptions({ preset: 'paper', patience: 0, examplesPerPrompt: 5 })).toEqual({
      ...paperPreset,
      patience: 0,
      examplesPerPrompt: 5,
    });
  });
});

describe('preset default', () => {
  it('bounds the least number of people', () => {
    for (const minCount of [1, 3, 50]) expect(parseFitOptions({ minCount }).minCount).toBe(minCount);
    for (const minCount of [0, 51, 2.5])
      expect(() => parseFitOptions({ minCount })).toThrow(/minCount is out of range/);
  });

  it('is what a fit has without a preset, and ends after four iterations without a gain', () => {
    expect(parseFitOptions({})).toEqual(defaultPreset);
    expect(defaultPreset.patience).toBe(4);
  });
});

describe('the @default of each option', () => {
  const source = readFileSync(repositoryFile('mallm/options.ts'), 'utf8');
  it.each(Object.keys(fitOptionsSchema.shape) as (keyof typeof defaultPreset)[])('of %s is true', (name) => {
    const [, written, , paper] =
      new RegExp(`@default ([^\\n]*?)( \\(paper: (.*)\\))?\\n   \\*/\\n  ${name}: `).exec(source) ?? [];
    expect(written).toBe(JSON.stringify(defaultPreset[name]));
    if (name !== 'preset') expect(paper ?? written).toBe(JSON.stringify(paperPreset[name]));
  });
});

describe('epochsFor', () => {
  it.each([
    [1, 5],
    [100, 5],
    [101, 4],
    [200, 4],
    [201, 3],
    [400, 3],
    [401, 2],
    [800, 2],
    [5000, 2],
  ])('walks %i training rows %i times', (rows, epochs) => {
    expect(epochsFor({ epochs: 'auto' }, rows)).toBe(epochs);
  });

  it('takes a number as it is', () => {
    expect(epochsFor({ epochs: 7 }, 800)).toBe(7);
  });
});
