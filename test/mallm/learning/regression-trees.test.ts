import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../mallm/random.js';
import { fitDrawTree, leafOf, type DrawTree, type TreeColumn } from '../../../mallm/learning/regression-trees.js';

interface Case {
  least: number;
  x: number[][];
  weights: number[];
  y: number[];
  labels: number[];
  means: number[];
  leaves: number;
  probabilities: number[][];
  labelLeaves: number;
}

const fixture = new URL('../../fixtures/refinement/trees.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Case[] };

describe('a tree on weighted rows', () => {
  it.each(cases)("predicts as scikit-learn's regression tree with leaves of weight $least", (table) => {
    const values = [...new Set(table.y)].sort((a, b) => a - b);
    const response = column(table.y.map((y) => values.indexOf(y) + 1));
    const tree = fitDrawTree({
      columns: [...predictorsOf(table), response],
      response: 4,
      predictors: [0, 1, 2, 3],
      values: [0, ...values],
      rows: [...table.y.keys()],
      weights: table.weights,
      leastLeafWeight: table.least,
    });
    expect(tree.leafEnd.length).toBe(table.leaves);
    table.x.forEach((x, row) => {
      const mean = sharesAt(tree, x).reduce((sum, { code, share }) => sum + share * values[code - 1]!, 0);
      expect(mean).toBeCloseTo(table.means[row]!, 4);
    });
  });

  it.each(cases)(
    "gives the class shares of scikit-learn's classification tree with leaves of weight $least",
    (table) => {
      const tree = fitDrawTree({
        columns: [...predictorsOf(table), column(table.labels)],
        response: 4,
        predictors: [0, 1, 2, 3],
        values: null,
        rows: [...table.y.keys()],
        weights: table.weights,
        leastLeafWeight: table.least,
      });
      // scikit-learn may split a pure node whose impurity is not exactly 0.
      expect(tree.leafEnd.length).toBeLessThanOrEqual(table.labelLeaves);
      table.x.forEach((x, row) => {
        const shares = [1, 2, 3].map((label) => sharesAt(tree, x).find(({ code }) => code === label)?.share ?? 0);
        shares.forEach((share, label) => expect(share).toBeCloseTo(table.probabilities[row]![label]!, 4));
      });
    },
  );

  it('splits an unordered predictor where the best of all subsets would', () => {
    const random = createRandom(11);
    for (let trial = 0; trial < 20; trial++) {
      const groups = Array.from({ length: 80 }, () => 1 + random.integer(6));
      const y = groups.map((group) => ((group * 37) % 11) + 3 * random.normal());
      const tree = fitDrawTree(oneSplit(groups, y));
      const left = (group: number): boolean => leafOf(tree, [group, 0]) === 0;
      expect(withinSquares(groups, y, left)).toBeCloseTo(bestOfAllSubsets(groups, y), 6);
    }
  });

  it('grows from the given rows only and ignores the others', () => {
    const y = [0, 0, 0, 5, 5, 5, 99, 99];
    const input = oneSplit([1, 1, 1, 2, 2, 2, 1, 2], y);
    const tree = fitDrawTree({ ...input, rows: [0, 1, 2, 3, 4, 5], leastLeafWeight: 1 });
    expect(sharesAt(tree, [1, 0])).toEqual([{ code: 1, share: 1 }]);
    expect(sharesAt(tree, [2, 0])).toEqual([{ code: 2, share: 1 }]);
  });

  it('separates missing numbers from those that are there', () => {
    const columns = [column([1, 1, 1, 1, 2, 2, 2, 2]), column([0, 0, 0, 0, 1, 2, 1, 2])];
    const tree = fitDrawTree({
      columns,
      response: 1,
      predictors: [0],
      values: [0, 10, 11],
      rows: [...Array(8).keys()],
      weights: Array<number>(8).fill(1),
      leastLeafWeight: 2,
    });
    expect(sharesAt(tree, [1, 0])).toEqual([{ code: 0, share: 1 }]);
    expect(sharesAt(tree, [2, 0])).toEqual([
      { code: 1, share: 0.5 },
      { code: 2, share: 0.5 },
    ]);
  });

  it('is one leaf where there is nothing to split by', () => {
    const tree = fitDrawTree({ ...oneSplit([1, 1, 1], [1, 2, 3]), leastLeafWeight: 1 });
    expect(tree.leafEnd).toEqual([3]);
    for (const { share } of leafShares(tree, 0)) expect(share).toBeCloseTo(1 / 3, 3);
  });

  it('survives JSON', () => {
    const tree = fitDrawTree({ ...oneSplit([1, 2, 3, 1, 2, 3], [1, 5, 9, 1, 5, 9]), leastLeafWeight: 1 });
    expect(JSON.parse(JSON.stringify(tree))).toEqual(tree);
  });
});

function predictorsOf({ x }: Case): TreeColumn[] {
  return [0, 1, 2, 3].map((c) => column(x.map((row) => row[c]!)));
}

function column(codes: number[], ordered = true): TreeColumn {
  return { codes, codeCount: Math.max(...codes) + 1, ordered };
}

function sharesAt(tree: DrawTree, codes: number[]): { code: number; share: number }[] {
  return leafShares(tree, leafOf(tree, codes));
}

/** A table whose leaves are too heavy for a second split. */
function oneSplit(groups: number[], y: number[]): Parameters<typeof fitDrawTree>[0] {
  const values = [...new Set(y)].sort((a, b) => a - b);
  return {
    columns: [column(groups, false), column(y.map((value) => values.indexOf(value) + 1))],
    response: 1,
    predictors: [0],
    values: [0, ...values],
    rows: [...y.keys()],
    weights: y.map((_, row) => (row < y.length / 2 ? 1 : 0.999)),
    leastLeafWeight: y.length * 0.34,
  };
}

/** Weighted sum of squares about the means of the two sides. */
function withinSquares(groups: number[], y: number[], left: (group: number) => boolean): number {
  const { weights } = oneSplit(groups, y);
  const sums = (side: boolean): [number, number, number] =>
    y.reduce<[number, number, number]>(
      ([n, s, q], value, row) =>
        left(groups[row]!) === side
          ? [n + weights[row]!, s + weights[row]! * value, q + weights[row]! * value * value]
          : [n, s, q],
      [0, 0, 0],
    );
  return [sums(true), sums(false)].reduce((sum, [n, s, q]) => sum + q - (n > 0 ? (s * s) / n : 0), 0);
}

function bestOfAllSubsets(groups: number[], y: number[]): number {
  const { weights, leastLeafWeight } = oneSplit(groups, y);
  const total = (left: (group: number) => boolean): number =>
    groups.reduce((sum, group, row) => sum + (left(group) ? weights[row]! : 0), 0);
  let best = withinSquares(groups, y, () => true);
  for (let subset = 1; subset < 63; subset++) {
    const left = (group: number): boolean => (subset & (1 << (group - 1))) > 0;
    if (total(left) < leastLeafWeight || total((group) => !left(group)) < leastLeafWeight) continue;
    best = Math.min(best, withinSquares(groups, y, left));
  }
  return best;
}

/** The codes a leaf holds with the share of its weight that each has. */
function leafShares(tree: DrawTree, leaf: number): { code: number; share: number }[] {
  const start = leaf === 0 ? 0 : tree.leafEnd[leaf - 1]!;
  const end = tree.leafEnd[leaf]!;
  return tree.codes.slice(start, end).map((code, offset) => {
    const before = offset === 0 ? 0 : tree.cumulative[start + offset - 1]!;
    return { code, share: tree.cumulative[start + offset]! - before };
  });
}
