import { describe, expect, it } from 'vitest';
import { createRatioEstimate, estimateDensityRatio } from '../../../mallm/refinement/density-ratio.js';
import { createRandom } from '../../../mallm/random.js';

const OPTIONS = { folds: 5, repeats: 2, clip: 20, seed: 3 };

describe('the density ratio', () => {
  const real = normals(400, 1, 0);
  const synthetic = normals(800, 2, 2);

  it('follows the true ratio of two shifted normals', () => {
    const { outOfFold, models } = estimateDensityRatio(real, synthetic, OPTIONS);
    const truth = synthetic.map(logRatio);
    expect(correlation(truth, [...outOfFold].map(Math.log))).toBeGreaterThan(0.85);
    const fresh = normals(500, 3, 2);
    const estimate = createRatioEstimate(models, OPTIONS.clip);
    expect(
      correlation(
        fresh.map(logRatio),
        fresh.map((point) => Math.log(estimate(point))),
      ),
    ).toBeGreaterThan(0.85);
  });

  it('moves the mean of the synthetic points towards that of the real ones when it weighs them', () => {
    const near = normals(800, 9, 1);
    const { outOfFold } = estimateDensityRatio(real, near, OPTIONS);
    const total = outOfFold.reduce((sum, weight) => sum + weight, 0);
    expect(near.reduce((sum, [value]) => sum + value!, 0) / near.length).toBeGreaterThan(0.9);
    expect(near.reduce((sum, [value], i) => sum + outOfFold[i]! * value!, 0) / total).toBeLessThan(0.25);
  });

  it('is about 1 where the two are alike, however unequal their numbers', () => {
    const { outOfFold } = estimateDensityRatio(normals(100, 5, 0), normals(1000, 6, 0), OPTIONS);
    const sorted = outOfFold.toSorted();
    expect(sorted[500]).toBeGreaterThan(0.6);
    expect(sorted[500]).toBeLessThan(1.6);
  });

  it('stays within the clip, is finite, and is the same for the same seed', () => {
    const apart = { real: normals(60, 7, -9), synthetic: normals(60, 8, 9) };
    const { outOfFold } = estimateDensityRatio(apart.real, apart.synthetic, { ...OPTIONS, clip: 4 });
    for (const ratio of outOfFold) {
      expect(ratio).toBeGreaterThanOrEqual(0.25);
      expect(ratio).toBeLessThanOrEqual(4);
    }
    const again = estimateDensityRatio(apart.real, apart.synthetic, { ...OPTIONS, clip: 4 });
    expect(again.outOfFold).toEqual(outOfFold);
  });

  it('takes missing cells', () => {
    const holed = synthetic.map((point, i) => (i % 4 ? point : Float64Array.of(NaN, point[1]!)));
    const { outOfFold, models } = estimateDensityRatio(real, holed, OPTIONS);
    expect([...outOfFold].every(Number.isFinite)).toBe(true);
    expect(createRatioEstimate(models, OPTIONS.clip)(Float64Array.of(NaN, 0))).toBeLessThan(0.3);
  });

  it('works with fewer rows than folds', () => {
    const { outOfFold } = estimateDensityRatio(real.slice(0, 2), synthetic.slice(0, 3), OPTIONS);
    expect([...outOfFold].every(Number.isFinite)).toBe(true);
  });
});

/** Points of two independent normals of standard deviation 1, the first about `mean`. */
function normals(count: number, seed: number, mean: number): Float64Array[] {
  const random = createRandom(seed + 100);
  return Array.from({ length: count }, () => Float64Array.of(mean + random.normal(), random.normal()));
}

/** Of normals about 0 and 2: log N(x; 0, 1) / N(x; 2, 1). */
function logRatio(point: Float64Array): number {
  return 2 - 2 * point[0]!;
}

function correlation(a: number[], b: number[]): number {
  const mean = (x: number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  const product = (x: number[], mx: number, y: number[], my: number): number =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb));
}
