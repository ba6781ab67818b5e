import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../mallm/random.js';
import { densityRatio } from '../../../../mallm/refinement/pool/density-ratio.js';

describe('the density ratio', () => {
  const real = normals(400, 1, 0);
  const model = normals(800, 2, 2);

  it('follows the true ratio of two shifted normals', () => {
    const { ratios, separation } = densityRatio(real, model, 3);
    const truth = model.map((point) => 2 - 2 * point[0]!);
    expect(correlation(truth, [...ratios].map(Math.log))).toBeGreaterThan(0.85);
    expect(separation).toBe(1);
  });

  it('moves the mean of the model rows towards that of the real ones when it weighs them', () => {
    const near = normals(800, 9, 1);
    const { ratios } = densityRatio(real, near, 3);
    expect(near.reduce((sum, [value]) => sum + value!, 0) / near.length).toBeGreaterThan(0.9);
    expect(near.reduce((sum, [value], i) => sum + ratios[i]! * value!, 0) / near.length).toBeLessThan(0.3);
  });

  it('is 1 where the two are alike, however unequal their numbers', () => {
    const { ratios, separation } = densityRatio(normals(100, 5, 0), normals(1000, 6, 0), 3);
    expect(separation).toBe(0);
    expect([...ratios].every((ratio) => Math.abs(ratio - 1) < 1e-9)).toBe(true);
  });

  it('is finite, bounded, and the same for the same seed', () => {
    const [left, right] = [normals(60, 7, -9), normals(60, 8, 9)];
    const { ratios } = densityRatio(left, right, 3);
    expect(Math.max(...ratios) / Math.min(...ratios)).toBeLessThanOrEqual(19 * 19 + 1e-9);
    expect(densityRatio(left, right, 3).ratios).toEqual(ratios);
  });

  it('takes missing cells, and fewer rows than folds', () => {
    const holed = model.map((point, i) => (i % 4 ? point : Float64Array.of(NaN, point[1]!)));
    expect([...densityRatio(real, holed, 3).ratios].every(Number.isFinite)).toBe(true);
    expect([...densityRatio(real.slice(0, 2), model.slice(0, 3), 3).ratios].every(Number.isFinite)).toBe(true);
  });
});

/** Points of two independent normals of standard deviation 1, the first about `mean`. */
function normals(count: number, seed: number, mean: number): Float64Array[] {
  const random = createRandom(seed + 100);
  return Array.from({ length: count }, () => Float64Array.of(mean + random.normal(), random.normal()));
}

function correlation(a: number[], b: number[]): number {
  const mean = (x: number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  const product = (x: number[], mx: number, y: number[], my: number): number =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb));
}
