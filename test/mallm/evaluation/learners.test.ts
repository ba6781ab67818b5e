import { describe, expect, it } from 'vitest';
import { toApplicationFailure } from '../../../activities/failures.js';
import { NumericError } from '../../../mallm/errors.js';
import { fitLinearRegression, predictLinearRegression } from '../../../mallm/evaluation/learners/linear-regression.js';
import {
  fitLogisticRegression,
  predictLogisticRegression,
} from '../../../mallm/evaluation/learners/logistic-regression.js';
import { fitRandomForest, predictRandomForest } from '../../../mallm/evaluation/learners/random-forest.js';
import {
  fitSupportVectorMachine,
  predictSupportVectorMachine,
} from '../../../mallm/evaluation/learners/support-vector-machine.js';
import { standardizer } from '../../../mallm/evaluation/design-matrix.js';
import { encodedFixture, readJson } from './fixture-tables.js';

interface Oracles {
  small: { x: (number | null)[][]; classes: number[] };
  learners: {
    logistic: { plain: number[]; scaled: number[] };
    multinomial: number[][];
    svm: { plain: number[]; scaled: number[] };
    svmClasses: { predicted: number[]; decision: number[][] };
    forest: { probability: number[]; value: number[] };
    linear: number[];
  };
}

const oracles = readJson('oracles.json') as Oracles;
const adult = encodedFixture('adult', 'train-100', 'Income');
const insurance = encodedFixture('insurance', 'train-100', 'charges');
const scale = standardizer(adult.x);
const scaled = { x: scale(adult.x), testX: scale(adult.testX) };
const small = {
  x: oracles.small.x.map((row) => Float64Array.from(row, (cell) => cell ?? 0)),
  y: oracles.small.classes,
};

function differences(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  return Array.from(a, (value, index) => Math.abs(value - b[index]!));
}

describe('logistic regression', () => {
  it.each([
    ['unscaled', adult, oracles.learners.logistic.plain],
    ['scaled', scaled, oracles.learners.logistic.scaled],
  ])('reaches the optimum of scikit-learn on %s features', (_, { x, testX }, expected) => {
    const probabilities = predictLogisticRegression(fitLogisticRegression(x, adult.y, 2), testX).map((row) => row[1]!);
    expect(Math.max(...differences(probabilities, expected))).toBeLessThan(1e-5);
  });

  it('reaches the multinomial optimum of scikit-learn for three classes', () => {
    const probabilities = predictLogisticRegression(fitLogisticRegression(small.x, small.y, 3), small.x);
    const expected = oracles.learners.multinomial.flat();
    expect(
      Math.max(
        ...differences(
          probabilities.flatMap((row) => [...row]),
          expected,
        ),
      ),
    ).toBeLessThan(1e-5);
  });

  it('gives a constant feature no weight', () => {
    const model = fitLogisticRegression(
      [0, 1, 2, 3].map((value) => Float64Array.of(7, value)),
      [0, 0, 1, 1],
      2,
    );
    expect(model.weights[0]![0]).toBe(0);
    expect(model.weights[0]![1]).toBeGreaterThan(0);
  });
});

describe('linear regression', () => {
  it('predicts as scikit-learn does from collinear one-hot columns', () => {
    const predicted = predictLinearRegression(fitLinearRegression(insurance.x, insurance.y), insurance.testX);
    expect(Math.max(...differences(predicted, oracles.learners.linear))).toBeLessThan(0.01);
  });

  it('predicts the mean where no feature varies', () => {
    const x = [Float64Array.of(1), Float64Array.of(1), Float64Array.of(1)];
    expect([...predictLinearRegression(fitLinearRegression(x, [1, 2, 6]), x)]).toEqual([3, 3, 3]);
  });
});

describe('support vector machine', () => {
  it.each([
    ['unscaled', adult, oracles.learners.svm.plain],
    ['scaled', scaled, oracles.learners.svm.scaled],
  ])('decides as scikit-learn does on %s features, within its tolerance', (_, { x, testX }, expected) => {
    const { scores } = predictSupportVectorMachine(fitSupportVectorMachine(x, adult.y, 2), testX);
    const decisions = scores.map((row) => row[1]!);
    expect(Math.max(...differences(decisions, expected))).toBeLessThan(2e-3);
  });

  it('votes between three classes as scikit-learn does', () => {
    const { predicted, scores } = predictSupportVectorMachine(fitSupportVectorMachine(small.x, small.y, 3), small.x);
    const { decision } = oracles.learners.svmClasses;
    expect([...predicted]).toEqual(oracles.learners.svmClasses.predicted);
    expect(
      Math.max(
        ...differences(
          scores.flatMap((row) => [...row]),
          decision.flat(),
        ),
      ),
    ).toBeLessThan(2e-3);
  });
});

describe('random forest', () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  const average = (of: (seed: number) => number[]): number[] => {
    const runs = seeds.map(of);
    return runs[0]!.map((_, row) => runs.reduce((sum, run) => sum + run[row]! / runs.length, 0));
  };

  it('gives the probabilities of scikit-learn, averaged over seeds', () => {
    const ours = average((seed) =>
      predictRandomForest(fitRandomForest(adult.x, adult.y, { classes: 2, seed }), adult.testX).map((row) => row[1]!),
    );
    const apart = differences(ours, oracles.learners.forest.probability);
    expect(Math.max(...apart)).toBeLessThan(0.04);
    expect(apart.reduce((sum, value) => sum + value, 0) / apart.length).toBeLessThan(0.01);
  });

  it('gives the values of scikit-learn, averaged over seeds', () => {
    const ours = average((seed) =>
      predictRandomForest(fitRandomForest(insurance.x, insurance.y, { classes: null, seed }), insurance.testX).map(
        (row) => row[0]!,
      ),
    );
    const expected = oracles.learners.forest.value;
    expect(Math.max(...differences(ours, expected).map((apart, row) => apart / expected[row]!))).toBeLessThan(0.06);
  });

  it('is the same for the same seed and another for another', () => {
    const predict = (seed: number): number[] =>
      predictRandomForest(fitRandomForest(small.x, small.y, { classes: 3, seed }), small.x).map((row) => row[0]!);
    expect(predict(1)).toEqual(predict(1));
    expect(predict(1)).not.toEqual(predict(2));
  });
});

describe('nearly collinear columns of large values', () => {
  const rows = (scale: number): Float64Array[] =>
    Array.from({ length: 80 }, (_, row) => {
      const value = scale * (1 + ((row * 37) % 80) / 80);
      return Float64Array.of(value, value + scale * 1e-9 * ((row * 11) % 7), (row * 13) % 17);
    });
  const y = Array.from({ length: 80 }, (_, row) => Number((row * 37) % 80 > 40 !== (row % 9 === 0)));

  it.each([1e8, 1e10, 1e12])('from %d on have a fit, nearly as good as that of the standardised columns', (scale) => {
    const accuracyOf = (x: Float64Array[]): number => {
      const predicted = predictLogisticRegression(fitLogisticRegression(x, y, 2), x);
      return predicted.filter(([, yes], row) => yes! > 0.5 === (y[row] === 1)).length / y.length;
    };
    const large = rows(scale);
    expect(accuracyOf(large)).toBeGreaterThanOrEqual(accuracyOf(standardizer(large)(large)) - 0.1);
  });

  it('that are no finite numbers are an error that is final', () => {
    const broken = rows(1e8).map((row, place) => (place === 3 ? Float64Array.of(Infinity, row[1]!, 1) : row));
    expect(() => fitLogisticRegression(broken, y, 2)).toThrow(NumericError);
    try {
      fitLogisticRegression(broken, y, 2);
    } catch (error) {
      expect(toApplicationFailure(error)).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    }
  });
});
