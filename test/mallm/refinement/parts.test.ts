import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitRidge } from '../../../mallm/learning/ridge.js';
import { edgesOf } from '../../../mallm/refinement/bins.js';
import { numberScores, scoreOf, scoreReader } from '../../../mallm/refinement/number-scores.js';
import { outOfBag } from '../../../mallm/refinement/pool/out-of-bag.js';
import { learnShares } from '../../../mallm/refinement/pool/pool-weights.js';
import { createRandom } from '../../../mallm/random.js';

interface Parts {
  scores: { numbers: number[]; values: number[]; scores: number[] };
  ridge: {
    features: number[][];
    response: number[];
    weights: number[];
    real: number;
    r2: number;
    fitted?: number[];
    leaveOneOut?: number[];
    at?: number[];
  }[];
  outOfBag: {
    leaves: number[][];
    leafCount: number;
    bags: number[][];
    seen: number[][];
    real: number;
    response: number[];
    leaveOneOut: number[] | null;
    bins: number[];
    count: number;
    edges: number[] | null;
    logLikelihood: number[];
  }[];
  shares: { codes: number[]; weights: number[]; seen: number[][]; real: number; grid: number[]; weight: number };
  edges: { scores: number[]; wanted: number; edges: number[] }[];
}

/** Made by parts.py, beside it. */
const parts = JSON.parse(
  readFileSync(new URL('../../fixtures/refinement/parts.json', import.meta.url), 'utf8'),
) as Parts;

describe('parts of the refinement agree with the Python prototype', () => {
  it('scores of numbers: half the normal score of the mid-rank, half the standardised value', () => {
    const { values, scores } = numberScores(parts.scores.numbers, null);
    expect(values).toEqual(parts.scores.values);
    scores.forEach((score, i) => expect(score).toBeCloseTo(parts.scores.scores[i]!, 8));
  });

  it.each(parts.ridge.map((one, i) => [i, one] as const))('ridge with leave-one-out penalty, case %i', (_, one) => {
    const features = one.features.map((values) => Float64Array.from(values));
    const fit = fitRidge(features, Float64Array.from(one.response), Float64Array.from(one.weights), one.real);
    expect(fit !== null).toBe(one.r2 > 0);
    if (!fit) return;
    one.fitted!.forEach((value, row) => expect(fit.fitted[row]).toBeCloseTo(value, 6));
    one.leaveOneOut!.forEach((value, row) => expect(fit.leaveOneOut[row]).toBeCloseTo(value, 6));
    one.at!.forEach((value, row) => {
      const sum = features.reduce((total, feature, f) => total + fit.coefficients[f]! * (feature[row]! + 1), 0);
      expect(fit.intercept + sum).toBeCloseTo(value, 6);
    });
  });

  it.each(parts.outOfBag)('out-of-bag likelihood, rows that the prompt showed left out', (one) => {
    const { leaves, leafCount, bags, seen, real, response, leaveOneOut, bins, count, edges } = one;
    const none = new Int32Array();
    const fit = {
      ridge: leaveOneOut && {
        intercept: 0,
        coefficients: new Float64Array(),
        leaveOneOut: Float64Array.from(leaveOneOut),
      },
      response: Float64Array.from(response),
      trees: leaves.map(() => ({ column: none, test: new Float64Array(), right: none, leaves: leafCount })),
      bags: bags.map((bag) => Float64Array.from(bag)),
      leaves: leaves.map((leaf) => Int32Array.from(leaf)),
    };
    const isShown = (row: number, donor: number): boolean => donor >= real && seen[row]![donor - real] === 1;
    const own = outOfBag(fit, { count, edges: edges && Float64Array.from(edges) }, bins, real, isShown);
    one.logLikelihood.forEach((value, row) => expect(own[row]).toBeCloseTo(value, 8));
  });

  it('weight of the shares', () => {
    const { codes, weights, seen, real, grid, weight } = parts.shares;
    const own = learnShares(
      {
        ...{ before: [], labels: [], features: [], classes: 3, real },
        codes: Float64Array.from(codes),
        weights: Float64Array.from([...codes.slice(0, real).map(() => 1), ...weights]),
        isShown: (row, donor) => donor >= real && seen[row]![donor - real] === 1,
      },
      grid,
    );
    expect(own).toBeCloseTo(weight, 8);
  });

  it.each(parts.edges)('borders of $wanted bins, a point mass being one', ({ scores, wanted, edges }) => {
    expect([...edgesOf(Float64Array.from(scores), wanted)].map((edge) => edge.toFixed(8))).toEqual(
      edges.map((edge) => edge.toFixed(8)),
    );
  });
});

describe('numbers that are drawn', () => {
  const numbers = [1, 2, 2, 2, 3.5, 5, 8];
  const scores = numberScores(numbers, { step: 0.5, factor: 10 });
  const { read } = scoreReader(scores);
  const draws = (score: number): number[] => {
    const random = createRandom(3);
    return Array.from({ length: 200 }, () => read(score, random));
  };

  it('of one row move to the middle of the gaps beside them, on the grid', () => {
    const moved = draws(scoreOf(scores, 5));
    expect(new Set(moved)).toEqual(new Set([4.5, 5, 5.5, 6, 6.5]));
  });

  it('of several rows stay, and none leaves the range', () => {
    expect(new Set(draws(scoreOf(scores, 2)))).toEqual(new Set([2]));
    expect(Math.max(...draws(99))).toBe(8);
    expect(Math.min(...draws(-99))).toBe(1);
  });

  it('without a grid are values of the rows', () => {
    const plain = scoreReader(numberScores(numbers, null));
    const random = createRandom(1);
    for (let score = -2; score < 2; score += 0.01) expect(numbers).toContain(plain.read(score, random));
  });
});
