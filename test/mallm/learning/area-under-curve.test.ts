import { describe, expect, it } from 'vitest';
import { areaUnderCurve, aucDifferenceVariance, sharesBelow } from '../../../mallm/learning/area-under-curve.js';

const one = { positives: Float64Array.of(0.9, 0.8, 0.55, 0.4, 0.7), negatives: Float64Array.of(0.3, 0.75, 0.55, 0.2) };
const other = { positives: Float64Array.of(0.6, 0.85, 0.5, 0.45, 0.3), negatives: Float64Array.of(0.5, 0.65, 0.1) };
const placementsOf = ({ positives, negatives }: typeof one) => ({
  positives: sharesBelow(positives, negatives),
  negatives: sharesBelow(negatives, positives),
});

describe('placements', () => {
  it('are shares of the other values below, ties counting half; their mean is the AUC', () => {
    expect([...sharesBelow(one.positives, one.negatives)]).toEqual([1, 1, 0.625, 0.5, 0.75]);
    expect([...sharesBelow(one.negatives, one.positives)]).toEqual([0, 0.6, 0.3, 0]);
    expect(areaUnderCurve(one.positives, one.negatives)).toBeCloseTo(0.775, 12);
    expect([...sharesBelow(one.positives, new Float64Array())]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
  });
});

describe('aucDifferenceVariance', () => {
  // DeLong's covariance form, computed from the kernels pair by pair in Python.
  it('is that of DeLong for two AUCs with the same positives', () => {
    expect(aucDifferenceVariance(placementsOf(one), placementsOf(other))).toBeCloseTo(0.080625, 12);
  });

  it('is never 0, though both separate all rows', () => {
    const perfect = { positives: Float64Array.of(1, 1, 1), negatives: Float64Array.of(0, 0, 0, 0) };
    expect(aucDifferenceVariance(perfect, perfect)).toBeCloseTo(2 / 64, 12);
  });
});
