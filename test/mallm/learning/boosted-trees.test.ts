import { describe, expect, it } from 'vitest';
import {
  fitBoostedClasses,
  fitBoostedTrees,
  predictBoostedClasses,
  predictBoostedTrees,
} from '../../../mallm/learning/boosted-trees.js';
import { NumericError } from '../../../mallm/errors.js';
import { createRandom } from '../../../mallm/random.js';
import { encodedFixture, readJson } from '../evaluation/fixture-tables.js';

interface TableOracle {
  target: string;
  rounds: number;
  learningRate: number;
  predicted: number[];
}

interface Oracles {
  small: { x: (number | null)[][]; weights: number[]; binary: number[]; classes: number[]; value: number[] };
  boostedTrees: Record<string, TableOracle> & {
    small: { binary: number[]; classes: number[][]; value: number[]; continued: number[] };
  };
}

const oracles = readJson('oracles.json') as Oracles;
const smallX = oracles.small.x.map((row) => Float64Array.from(row, (cell) => cell ?? NaN));

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - b[index]!)));
}

describe('boosted trees', () => {
  it.each(['adult/train-100', 'adult/train-400'])('give the probabilities of XGBoost on %s', (path) => {
    const { target, rounds, learningRate, predicted } = oracles.boostedTrees[path]!;
    const { x, y, testX } = encodedFixture(...(path.split('/') as [string, string]), target);
    const model = fitBoostedTrees(x, y, { rounds, depth: 3, learningRate, objective: 'logistic' });
    expect(largestDifference(predictBoostedTrees(model, testX), predicted)).toBeLessThan(1e-5);
  });

  it.each(['insurance/train-100', 'insurance/train-400'])('give the values of XGBoost on %s', (path) => {
    const { target, rounds, learningRate, predicted } = oracles.boostedTrees[path]!;
    const { x, y, testX } = encodedFixture(...(path.split('/') as [string, string]), target);
    const model = fitBoostedTrees(x, y, { rounds, depth: 3, learningRate, objective: 'squared' });
    const relative = predictBoostedTrees(model, testX).map((value, row) => value / predicted[row]! - 1);
    expect(largestDifference(relative, new Float64Array(relative.length))).toBeLessThan(1e-5);
  });

  it('send missing cells the way XGBoost does, with row weights', () => {
    const { small } = oracles.boostedTrees;
    const { weights, binary, value } = oracles.small;
    const settings = { rounds: 20, depth: 4, learningRate: 0.3 };
    const classifier = fitBoostedTrees(smallX, binary, { ...settings, weights, objective: 'logistic' });
    const regressor = fitBoostedTrees(smallX, value, { ...settings, objective: 'squared' });
    expect(largestDifference(predictBoostedTrees(classifier, smallX), small.binary)).toBeLessThan(1e-5);
    expect(largestDifference(predictBoostedTrees(regressor, smallX), small.value)).toBeLessThan(1e-5);
  });

  it('give the class probabilities of XGBoost for three classes', () => {
    const { weights, classes } = oracles.small;
    const model = fitBoostedClasses(smallX, classes, 3, { rounds: 20, depth: 4, learningRate: 0.3, weights });
    const predicted = predictBoostedClasses(model, smallX).flatMap((row) => [...row]);
    expect(largestDifference(predicted, oracles.boostedTrees.small.classes.flat())).toBeLessThan(1e-5);
  });

  it('go on from an earlier model as XGBoost does', () => {
    const { binary } = oracles.small;
    const settings = { rounds: 10, depth: 3, learningRate: 0.3, objective: 'logistic' } as const;
    const first = fitBoostedTrees(smallX.slice(0, 75), binary.slice(0, 75), settings);
    const restored = JSON.parse(JSON.stringify(first)) as typeof first;
    const more = fitBoostedTrees(smallX.slice(75), binary.slice(75), { ...settings, startFrom: restored });
    expect(more.trees).toHaveLength(20);
    expect(first.trees).toHaveLength(10);
    expect(largestDifference(predictBoostedTrees(more, smallX), oracles.boostedTrees.small.continued)).toBeLessThan(
      1e-5,
    );
  });

  it('stay finite on one row, one class and no column', () => {
    const settings = { rounds: 3, depth: 3, learningRate: 0.3, objective: 'logistic' } as const;
    const oneClass = fitBoostedTrees(smallX, new Array<number>(150).fill(1), settings);
    expect(predictBoostedTrees(oneClass, smallX)[0]).toBeGreaterThan(0.999);
    const noColumn = [new Float64Array(0), new Float64Array(0)];
    expect([...predictBoostedTrees(fitBoostedTrees(noColumn, [0, 1], settings), noColumn)]).toEqual([0.5, 0.5]);
    expect(() => fitBoostedTrees([], [], settings)).toThrow(NumericError);
  });

  it('refuse to go on from a model of other columns', () => {
    const settings = { rounds: 1, depth: 1, learningRate: 0.3, objective: 'logistic' } as const;
    const model = fitBoostedTrees([Float64Array.of(1, 2)], [1], settings);
    expect(() => fitBoostedTrees([Float64Array.of(1)], [1], { ...settings, startFrom: model })).toThrow(NumericError);
  });

  it('fit 2,000 rows of 60 columns and 50 rounds of depth 3 well within three seconds', () => {
    const random = createRandom(1);
    const x = Array.from({ length: 2000 }, () =>
      Float64Array.from({ length: 60 }, (_, column) => (column < 10 ? random.normal() : random.integer(2))),
    );
    const y = x.map((row) => Number(row[0]! + row[20]! > random.normal()));
    const start = performance.now();
    fitBoostedTrees(x, y, { rounds: 50, depth: 3, learningRate: 0.1, objective: 'logistic' });
    const took = performance.now() - start;
    expect(took).toBeLessThan(3000);
  });
});
