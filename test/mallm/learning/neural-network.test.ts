import { describe, expect, it } from 'vitest';
import { fitNeuralNetwork, predictNeuralNetwork } from '../../../mallm/learning/neural-network.js';
import { createRandom } from '../../../mallm/random.js';

/** Rows that are of class 1 when exactly one of two features is positive: no linear model separates them. */
function exclusiveOr(count: number, seed: number): { x: Float64Array[]; y: number[] } {
  const random = createRandom(seed);
  const x = Array.from({ length: count }, () => Float64Array.of(random.normal(), random.normal(), random.normal()));
  return { x, y: x.map((row) => (row[0]! > 0 === row[1]! > 0 ? 0 : 1)) };
}

describe('fitNeuralNetwork', () => {
  it('learns what a linear model cannot', () => {
    const { x, y } = exclusiveOr(400, 1);
    const network = fitNeuralNetwork(x, y, { rowWeights: y.map(() => 1), epochs: 60, random: createRandom(2) });
    const test = exclusiveOr(400, 3);
    const right = predictNeuralNetwork(network, test.x).filter((value, row) => value > 0.5 === (test.y[row] === 1));
    expect(right.length / 400).toBeGreaterThan(0.85);
  });

  it('goes down the gradient of the loss (checked by differences)', () => {
    const { x, y } = exclusiveOr(12, 4);
    const start = fitNeuralNetwork(x, y, { rowWeights: y.map(() => 1), epochs: 0, random: createRandom(5) });
    const trained = fitNeuralNetwork(x, y, { rowWeights: y.map(() => 1), epochs: 1, random: createRandom(6), start });
    const loss = (parameters: number[]): number =>
      predictNeuralNetwork({ features: 3, parameters }, x).reduce(
        (sum, p, row) => sum - Math.log(y[row] === 1 ? p : 1 - p),
        0,
      );
    start.parameters.forEach((value, index) => {
      const at = (step: number): number => loss(start.parameters.with(index, value + step));
      const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
      if (Math.abs(slope) < 1e-3) return;
      // The first step of Adam is one step size against the sign of the gradient, but for the weight decay.
      const move = trained.parameters[index]! - value * (1 - 0.01 * 0.05);
      expect(move).toBeCloseTo(-0.01 * Math.sign(slope), 5);
    });
  });

  it('gives the same network for the same seed', () => {
    const { x, y } = exclusiveOr(40, 1);
    const fit = (seed: number) =>
      fitNeuralNetwork(x, y, { rowWeights: y.map(() => 1), epochs: 3, random: createRandom(seed) });
    expect(fit(1)).toEqual(fit(1));
    expect(fit(2)).not.toEqual(fit(1));
  });
});
