import LogisticRegressionLibrary from 'ml-logistic-regression';
import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { fitLogisticRegression, predictLogisticRegression } from '../../../mallm/learning/logistic-regression.js';
import { NumericError } from '../../../mallm/errors.js';
import { readLearners } from './learner-fixtures.js';

const { x: cells, ...oracle } = (
  readLearners('learners.json') as {
    logistic: Record<'y' | 'weights' | 'start' | 'plain' | 'weighted' | 'nearStart', number[]> & {
      x: number[][];
      ridge: number;
    };
  }
).logistic;
const x = cells.map((row) => Float64Array.from(row));
const ones = oracle.y.map(() => 1);
const steps = 5000;

function expectClose(weights: number[], expected: number[]): void {
  weights.forEach((weight, index) => expect(weight).toBeCloseTo(expected[index]!, 5));
}

describe('fitLogisticRegression', () => {
  it('finds the weights of scikit-learn: intercept and ridge', () => {
    expectClose(fitLogisticRegression(x, oracle.y, { rowWeights: ones, ridge: oracle.ridge, steps }), oracle.plain);
  });

  it('finds the weights of scikit-learn with row weights', () => {
    const { weights: rowWeights, ridge } = oracle;
    expectClose(fitLogisticRegression(x, oracle.y, { rowWeights, ridge, steps }), oracle.weighted);
  });

  it('stays near the weights it starts from, as an optimizer of scipy finds', () => {
    const { weights: rowWeights, ridge, start } = oracle;
    expectClose(fitLogisticRegression(x, oracle.y, { rowWeights, ridge, steps, start }), oracle.nearStart);
  });

  it('is the library itself where nothing is asked beyond it', () => {
    const options = { rowWeights: ones, ridge: 0 };
    const withOnes = Matrix.checkMatrix(cells.map((row) => [1, ...row]));
    const gradient = withOnes.transpose().mmul(Matrix.columnVector(oracle.y.map((y) => y - 0.5)));
    const learningRate = fitLogisticRegression(x, oracle.y, { ...options, steps: 1 })[0]! / gradient.get(0, 0);
    const library = train(withOnes, 20, learningRate);
    const ours = fitLogisticRegression(x, oracle.y, { ...options, steps: 20 });
    ours.forEach((weight, index) => expect(weight).toBeCloseTo(library[index]!, 12));
  });

  it('goes on from where it stopped: no step at all returns the start', () => {
    const start = oracle.start;
    expect(fitLogisticRegression(x, oracle.y, { rowWeights: ones, ridge: 1, steps: 0, start })).toEqual(start);
  });

  it('lowers the loss at every step, also on badly scaled features', () => {
    const wild = x.map((row) => row.map((value, index) => (index === 0 ? 1000 * value + 500 : value)));
    let before = Infinity;
    for (const count of [0, 1, 2, 5, 20, 100]) {
      const weights = fitLogisticRegression(wild, oracle.y, { rowWeights: ones, ridge: 0, steps: count });
      const loss = lossOf(predictLogisticRegression(weights, wild));
      expect(loss).toBeLessThanOrEqual(before);
      before = loss;
    }
    expect(before).toBeLessThan(Math.log(2));
  });

  it.each([NaN, Infinity])('refuses a feature that is %s', (value) => {
    const broken = [Float64Array.of(1, value), Float64Array.of(0, 1)];
    expect(() => fitLogisticRegression(broken, [1, 0], { rowWeights: [1, 1], ridge: 1, steps: 10 })).toThrow(
      NumericError,
    );
  });
});

function lossOf(probabilities: Float64Array): number {
  const terms = Array.from(probabilities, (p, row) => -Math.log(oracle.y[row] === 1 ? p : 1 - p));
  return terms.reduce((sum, term) => sum + term, 0) / terms.length;
}

function train(features: Matrix, numSteps: number, learningRate: number): number[] {
  const classifiers = [{ numSteps, learningRate }];
  const [learner] = LogisticRegressionLibrary.load({
    name: 'LogisticRegression',
    numberClasses: 1,
    classifiers,
  }).classifiers;
  learner!.train(features, Matrix.columnVector(oracle.y));
  return learner!.weights!.to1DArray();
}
