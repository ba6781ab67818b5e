import { describe, expect, it } from 'vitest';
import { normalCumulative, normalQuantile } from '../../../mallm/learning/standard-normal.js';

/** scipy.stats.norm.cdf */
const CUMULATIVE: [number, number][] = [
  [-6, 9.865876450376946e-10],
  [-2.5, 0.006209665325776132],
  [0, 0.5],
  [0.3, 0.6179114221889526],
  [2.99, 0.9986051127645078],
  [3.01, 0.9986937615512306],
  [5, 0.9999997133484281],
];

/** scipy.stats.norm.ppf */
const QUANTILES: [number, number][] = [
  [0.001, -3.090232306167813],
  [0.025, -1.9599639845400545],
  [0.5, 0],
  [0.9, 1.2815515655446004],
  [0.99999, 4.264890793923841],
];

describe('the standard normal', () => {
  it.each(CUMULATIVE)('has below %f the probability that SciPy gives', (z, probability) => {
    expect(normalCumulative(z)).toBeCloseTo(probability, 12);
  });

  it.each(QUANTILES)('has at %f the quantile that SciPy gives', (probability, z) => {
    expect(normalQuantile(probability)).toBeCloseTo(z, 8);
  });
});
