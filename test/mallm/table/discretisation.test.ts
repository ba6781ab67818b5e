import { describe, expect, it } from 'vitest';
import { binsFor, fitLevels, levelsOf, quantileCuts } from '../../../mallm/table/discretisation.js';
import { label, numeric, schemaOf } from '../learning/learner-fixtures.js';

const counted = (codes: ArrayLike<number>): number[] =>
  Array.from(codes).reduce<number[]>((counts, code) => {
    counts[code] = (counts[code] ?? 0) + 1;
    return counts;
  }, []);

describe('quantileCuts', () => {
  it('makes bins of about equal size', () => {
    const values = Array.from({ length: 100 }, (_, index) => index);
    expect(quantileCuts(values, 4)).toEqual([24, 49, 74]);
  });

  it('never splits equal values, and gives a value that fills a bin a bin of its own', () => {
    const zeroInflated = [...Array<number>(90).fill(0), ...Array.from({ length: 10 }, (_, index) => 100 + index)];
    expect(quantileCuts(zeroInflated, 3)).toEqual([0, 104]);
    expect(quantileCuts([...Array<number>(50).fill(1), ...Array<number>(50).fill(2)], 4)).toEqual([1]);
  });

  it('joins bins with too few values, and knows that a constant has one bin', () => {
    expect(quantileCuts([...Array<number>(98).fill(0), 1, 2], 3)).toEqual([]);
    expect(quantileCuts(Array<number>(30).fill(5), 3)).toEqual([]);
    expect(quantileCuts([], 3)).toEqual([]);
  });
});

describe('fitLevels and levelsOf', () => {
  it('pool rare labels, keep missing cells apart, and put unseen labels with the rare ones', () => {
    const schema = schemaOf(label('kind', ['a', 'b', 'c', 'd'], true));
    const cells = [...Array<string>(6).fill('b'), ...Array<string>(9).fill('a'), 'c', 'd', null];
    const [levels] = fitLevels(
      schema,
      cells.map((cell) => [cell]),
    );
    expect(levels).toMatchObject({ labels: ['a', 'b'], count: 4, missing: 3 });
    expect([...levelsOf(levels!, [['a'], ['b'], ['c'], ['never seen'], [null]])]).toEqual([0, 1, 2, 2, 3]);
  });

  it('give an unseen label a level of its own where no label is rare', () => {
    const [levels] = fitLevels(
      schemaOf(label('kind', ['a'])),
      Array.from({ length: 8 }, () => ['a']),
    );
    expect([...levelsOf(levels!, [['a'], ['z']])]).toEqual([0, 1]);
  });

  it('bin numbers by the quantiles of the rows they learned from', () => {
    const rows = Array.from({ length: 99 }, (_, index) => [index]);
    const [levels] = fitLevels(schemaOf(numeric('size')), rows);
    expect(counted(levelsOf(levels!, rows))).toEqual([33, 33, 33]);
    expect([...levelsOf(levels!, [[-5], [1000]])]).toEqual([0, 2]);
  });

  it('use few bins for few rows', () => {
    expect([25, 50, 100, 200, 400, 800].map(binsFor)).toEqual([2, 2, 3, 3, 4, 4]);
  });
});
