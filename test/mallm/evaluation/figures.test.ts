import { describe, expect, it } from 'vitest';
import { areaUnderCurve, aucVariance, interval95 } from '../../../mallm/learning/area-under-curve.js';
import { columnShapes, meanShape } from '../../../mallm/evaluation/column-shapes.js';
import { nearestByEdits } from '../../../mallm/evaluation/levenshtein.js';
import { meanTrend, pairTrends } from '../../../mallm/evaluation/pair-trends.js';
import { accuracy, classAuc, rSquared, weightedF1 } from '../../../mallm/evaluation/prediction-scores.js';
import { evaluationTables } from '../../../mallm/evaluation/tables.js';
import type { Row, TableSchema } from '../../../mallm/table/dataset.js';
import { readJson } from './fixture-tables.js';

interface Oracles {
  figures: {
    actual: number[];
    predicted: number[];
    scores: number[][];
    f1: number;
    accuracy: number;
    aucBinary: number;
    auc: number;
    r2: number;
  };
  quality: {
    columns: string[];
    real: Row[];
    synthetic: Row[];
    shapes: number[];
    pairs: [string, string, number | null][];
    columnShapes: number;
    columnPairTrends: number;
  };
  edits: { texts: string[]; others: string[]; distances: number[][] };
}

const oracles = readJson('oracles.json') as Oracles;

describe('scores of predictions', () => {
  const { actual, predicted, scores, ...expected } = oracles.figures;

  it('are those of scikit-learn', () => {
    const shares = scores.map((row) => row.map((score) => score / row.reduce((sum, value) => sum + value, 0)));
    expect(weightedF1(actual, predicted, 3)).toBeCloseTo(expected.f1, 6);
    expect(accuracy(actual, predicted)).toBeCloseTo(expected.accuracy, 6);
    expect(classAuc(actual, shares, 3)).toBeCloseTo(expected.auc, 6);
    expect(rSquared(actual, predicted)).toBeCloseTo(expected.r2, 6);
  });

  it('count ties as half in the AUC', () => {
    const rounded = scores.map((row) => [0, Math.round(row[1]! * 10 + 1e-9) / 10]);
    const binary = actual.map((label) => Number(label > 0));
    expect(Math.abs(classAuc(binary, rounded, 2)! - expected.aucBinary)).toBeLessThan(0.02);
    expect(areaUnderCurve([1, 2], [1, 0])).toBe(0.875);
  });

  it('stay finite where they are not defined', () => {
    expect(
      classAuc(
        [1, 1],
        [
          [0, 1],
          [0, 1],
        ],
        2,
      ),
    ).toBeUndefined();
    expect(rSquared([3, 3], [3, 3])).toBe(1);
    expect(rSquared([3, 3], [3, 4])).toBe(0);
    expect(areaUnderCurve([], [1])).toBe(0.5);
  });
});

describe('the interval of an AUC', () => {
  it('narrows with rows and never has no width', () => {
    const width = (auc: number, rows: number): number => {
      const [low, high] = interval95(auc, aucVariance(auc, rows, rows));
      return high - low;
    };
    expect(width(0.7, 200)).toBeLessThan(width(0.7, 50));
    expect(width(1, 20)).toBeGreaterThan(0);
    expect(width(0.3, 50)).toBeCloseTo(width(0.7, 50), 10);
  });

  it('is that of Hanley and McNeil for 50 rows a side', () => {
    expect(Math.sqrt(aucVariance(0.7, 50, 50))).toBeCloseTo(0.0522, 3);
  });
});

describe('column shapes and pair trends', () => {
  const { columns, real, synthetic, ...expected } = oracles.quality;
  const base = { description: '', nullable: true, missingToken: '' };
  const schema: TableSchema = {
    target: 'm',
    columns: columns.map((name) =>
      'lm'.includes(name)
        ? { ...base, name, kind: 'categorical', categories: [] }
        : { ...base, name, kind: 'numeric', min: 0, max: 1, decimals: { min: 0, max: 2 } },
    ),
  };
  const typed = evaluationTables({ schema, train: real, heldOut: real.slice(0, 1), synthetic, seed: 1 });
  // A constant column of numbers is a label to the evaluation; here it stays a number, as in the metadata for SDMetrics.
  const tables = {
    ...typed,
    columns: typed.columns.map((column) =>
      column.name === 'constant' ? { ...column, kind: 'number' as const } : column,
    ),
  };

  it('are those of SDMetrics with missing, constant and unseen cells', () => {
    const shapes = columnShapes(tables.columns, tables.train, tables.synthetic);
    shapes.forEach((shape, column) => expect(shape).toBeCloseTo(expected.shapes[column]!, 6));
    expect(meanShape(shapes)).toBeCloseTo(expected.columnShapes, 6);
  });

  it('count the pairs SDMetrics counts, with its values', () => {
    const pairs = pairTrends(tables.columns, tables.train, tables.synthetic);
    const counted = pairs.map(({ columns: [i, j], trend, counts }) => [columns[i], columns[j], counts ? trend : null]);
    counted.forEach(([first, second, trend], place) => {
      const [a, b, value] = expected.pairs[place]!;
      expect([first, second]).toEqual([a, b]);
      if (value === null) expect(trend).toBeNull();
      else expect(trend).toBeCloseTo(value, 6);
    });
    expect(meanTrend(pairs)).toBeCloseTo(expected.columnPairTrends, 6);
  });
});

describe('nearest by edits', () => {
  it('finds the distances of RapidFuzz, across word borders and beyond the basic plane', () => {
    const { texts, others, distances } = oracles.edits;
    const found = texts.map((text) => others.map((other) => nearestByEdits([text], [other])[0]!));
    expect(found).toEqual(distances);
    expect(nearestByEdits(texts, others)).toEqual(distances.map((row) => Math.min(...row)));
  });

  it('is infinitely far from nothing', () => {
    expect(nearestByEdits(['a'], [])).toEqual([Infinity]);
  });
});
