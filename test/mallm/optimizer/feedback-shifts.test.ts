import { describe, expect, it } from 'vitest';
import { columnShifts } from '../../../mallm/optimizer/feedback-shifts.js';
import type { Cell, LabelColumn, NumericColumn } from '../../../mallm/table/dataset.js';
import { createRandom } from '../../../mallm/random.js';
import * as columns from '../learning/learner-fixtures.js';

const numeric = (...of: Parameters<typeof columns.numeric>) => columns.numeric(...of) as NumericColumn;
const label = (...of: Parameters<typeof columns.label>) => columns.label(...of) as LabelColumn;

const times = (counts: Record<string, number>): Cell[] =>
  Object.entries(counts).flatMap(([cell, count]) => new Array<Cell>(count).fill(cell === 'missing' ? null : cell));

/** As many cells, evenly about the mean: population standard deviation √(2/3) · `step`. */
const about = (mean: number, step: number, thirds: number): Cell[] =>
  Array.from({ length: 3 * thirds }, (_, place) => mean + step * ((place % 3) - 1));

const normals = (count: number, mean: number, deviation: number): Cell[] => {
  const random = createRandom(1);
  return Array.from({ length: count }, () => mean + deviation * random.normal());
};

describe('the shift of a mean', () => {
  it('has the means, and the standard deviation of the real cells', () => {
    const [shift, ...others] = columnShifts(numeric('x'), about(10, 3, 20), about(14, 3, 20));
    expect(others).toEqual([]);
    expect(shift).toMatchObject({ column: 'x', of: 'mean', date: false, real: 10, synthetic: 14 });
    expect(shift).toMatchObject({ realDeviation: expect.closeTo(3 * Math.sqrt(2 / 3), 10) as number });
  });

  it.each([
    [1, 0.382_924_9],
    [2, 0.682_689_5],
    [3, 0.866_385_6],
  ])(
    'of %d standard deviations is as severe as the total variation of two normal distributions',
    (distance, oracle) => {
      const step = Math.sqrt(3 / 2);
      const [shift] = columnShifts(numeric('x'), about(0, step, 40), about(-distance, step, 40));
      expect(Math.abs(shift!.severity - oracle)).toBeLessThan(0.01);
    },
  );

  it('is given from two and a half standard errors on, with those of both tables', () => {
    // Standard error √(1/30 + 1/120) = 0.2041, two and a half of them 0.5103.
    const step = Math.sqrt(3 / 2);
    const shifted = (by: number) => columnShifts(numeric('x'), about(0, step, 10), about(by, step, 40));
    expect(shifted(0.505)).toEqual([]);
    expect(shifted(0.515)).toHaveLength(1);
    expect(shifted(-0.515)).toHaveLength(1);
  });

  it('is not given of fewer than five cells on either side, missing ones left out', () => {
    const four = [1, 1, 1, 1, null, null];
    const many = [9, 9, 9, 9, 9, 9, null, null];
    expect(columnShifts(numeric('x', true), four, many).filter(({ of }) => of === 'mean')).toEqual([]);
    expect(columnShifts(numeric('x', true), many, four).filter(({ of }) => of === 'mean')).toEqual([]);
    expect(columnShifts(numeric('x', true), [...four, 1], many).map(({ of }) => of)).toEqual(['mean']);
  });
});

describe('the shift of a spread', () => {
  it('has both standard deviations, and is the more severe the further apart they are', () => {
    const spread = (deviation: number) =>
      columnShifts(numeric('x'), normals(400, 0, 10), normals(400, 0, deviation)).find(({ of }) => of === 'spread')!;
    expect(spread(20)).toMatchObject({ of: 'spread' });
    const { real, synthetic } = spread(20) as { real: number; synthetic: number };
    expect(synthetic / real).toBeCloseTo(2, 10);
    // 0.484 ln 2 approximates the total variation of N(0, 1) and N(0, 2²), 0.3228; half as wide is as severe.
    expect(spread(20).severity).toBeCloseTo(0.484 * Math.LN2, 10);
    expect(Math.abs(spread(20).severity - 0.3228)).toBeLessThan(0.02);
    expect(spread(5).severity).toBeCloseTo(spread(20).severity, 10);
    expect(spread(1e6).severity).toBe(1);
  });

  it('is given from two and a half standard errors of the logarithm on, by the kurtosis of both tables', () => {
    // Kurtosis 1.5 of three equal steps: √(0.5/120 + 0.5/120) / √… = 0.0645 for 30 cells a side; 2.5 of them: 0.2282.
    const error = Math.sqrt((1.5 - 1) / (4 * 30) + (1.5 - 1) / (4 * 30));
    const wider = (ratio: number) => columnShifts(numeric('x'), about(0, 1, 10), about(0, ratio, 10));
    expect(wider(Math.exp(2.4 * error))).toEqual([]);
    expect(wider(Math.exp(2.6 * error)).map(({ of }) => of)).toEqual(['spread']);
    expect(wider(Math.exp(-2.6 * error)).map(({ of }) => of)).toEqual(['spread']);
  });

  it('is not given of a constant column', () => {
    expect(columnShifts(numeric('x'), about(5, 0, 10), about(5, 1, 10))).toEqual([]);
    expect(columnShifts(numeric('x'), about(5, 1, 10), about(5, 0, 10))).toEqual([]);
  });
});

describe('the shift of shares', () => {
  const colours = label('colour', ['red', 'green', 'blue']);

  it('names the label most in excess and the one most lacking, with the total variation of the column', () => {
    const shifts = columnShifts(
      colours,
      times({ red: 50, green: 30, blue: 20 }),
      times({ red: 10, green: 60, blue: 30, missing: 4 }),
    );
    expect(shifts).toEqual([
      {
        column: 'colour',
        of: 'label',
        label: 'red',
        severity: expect.closeTo(0.4, 10) as number,
        real: { value: 0.5, below: false },
        synthetic: 0.1,
        totalVariation: expect.closeTo(0.4, 10) as number,
      },
      expect.objectContaining({ label: 'green', severity: expect.closeTo(0.3, 10) as number, synthetic: 0.6 }),
    ]);
  });

  it('names one label where there are two: the other is the rest', () => {
    const sexes = label('sex', ['f', 'm']);
    expect(columnShifts(sexes, times({ f: 50, m: 50 }), times({ f: 80, m: 20 }))).toHaveLength(1);
  });

  it('is given from two and a half standard errors of the pooled share on', () => {
    // 40 of 100 against 57: pooled .485, error .0707, 2.5 of them .1767.
    const sexes = label('sex', ['f', 'm']);
    const to = (f: number) => columnShifts(sexes, times({ f: 40, m: 60 }), times({ f, m: 100 - f }));
    expect(to(57)).toEqual([]);
    expect(to(58)).toHaveLength(1);
    expect(to(23)).toHaveLength(1);
    expect(to(24)).toEqual([]);
  });

  it('hides how few real rows have a label, but not that none has', () => {
    const shares = (red: number) =>
      columnShifts(colours, times({ red, green: 100 - red }), times({ red: 60, green: 40 })).find(
        (shift) => shift.of === 'label' && shift.label === 'red',
      );
    expect(shares(4)).toMatchObject({ real: { value: 0.05, below: true } });
    expect(shares(1)).toMatchObject({ real: { value: 0.05, below: true } });
    expect(shares(5)).toMatchObject({ real: { value: 0.05, below: false } });
    expect(shares(0)).toMatchObject({ real: { value: 0, below: false } });
  });

  it('is not given of fewer than five labelled cells on either side', () => {
    expect(columnShifts(colours, times({ red: 4 }), times({ blue: 50 }))).toEqual([]);
    expect(columnShifts(colours, times({ red: 50 }), times({ blue: 4 }))).toEqual([]);
    expect(columnShifts(colours, times({ red: 5 }), times({ blue: 50 }))).not.toEqual([]);
  });
});

describe('the shift of missing cells', () => {
  it('has both shares of all cells', () => {
    const shifts = columnShifts(label('a', ['x'], true), times({ x: 90, missing: 10 }), times({ x: 60, missing: 40 }));
    expect(shifts).toEqual([
      {
        column: 'a',
        of: 'missing',
        severity: expect.closeTo(0.3, 10) as number,
        real: { value: 0.1, below: false },
        synthetic: 0.4,
      },
    ]);
  });
});
