import { describe, expect, it } from 'vitest';
import { comparePairs, impossibleCombinations } from '../../../mallm/optimizer/feedback-pairs.js';
import type { Row } from '../../../mallm/table/dataset.js';
import { label, schemaOf } from '../learning/learner-fixtures.js';

const schema = schemaOf(label('role', ['wife', 'husband']), label('sex', ['female', 'male']));

/** Rows by their cells: `{ 'wife female': 3 }` is three rows; `-` is a missing cell. */
function rowsOf(counts: Record<string, number>): Row[] {
  return Object.entries(counts).flatMap(([cells, count]) => {
    const row = cells.split(' ').map((cell) => (cell === '-' ? null : cell));
    return Array.from({ length: count }, () => row);
  });
}

describe('impossibleCombinations', () => {
  const real = rowsOf({ 'wife female': 20, 'husband male': 20 });

  it('are those that no real row has, and three synthetic rows', () => {
    const synthetic = rowsOf({ 'wife female': 9, 'wife male': 3, 'husband female': 2 });
    expect(impossibleCombinations(schema, real, synthetic)).toEqual([
      { columns: ['role', 'sex'], labels: ['wife', 'male'], rows: 3 },
    ]);
  });

  it('are none where a real row has it', () => {
    const once = [...real, ...rowsOf({ 'wife male': 1 })];
    expect(impossibleCombinations(schema, once, rowsOf({ 'wife male': 9 }))).toEqual([]);
  });

  it('are none where that no real row has it may be chance: fewer than four were to be expected', () => {
    const expected = rowsOf({ 'wife female': 8, 'husband male': 8 });
    expect(impossibleCombinations(schema, expected, rowsOf({ 'wife male': 3 }))).toHaveLength(1);
    const fewer = rowsOf({ 'wife female': 8, 'husband male': 7 });
    expect(impossibleCombinations(schema, fewer, rowsOf({ 'wife male': 3 }))).toEqual([]);
  });

  it('are none of missing cells', () => {
    expect(impossibleCombinations(schema, real, rowsOf({ 'wife -': 9, '- male': 9, '- -': 9 }))).toEqual([]);
  });
});

describe('comparePairs', () => {
  const tied = rowsOf({ 'wife female': 45, 'wife male': 5, 'husband female': 5, 'husband male': 45 });
  const untied = rowsOf({ 'wife female': 25, 'wife male': 25, 'husband female': 25, 'husband male': 25 });

  it('names a relation that was lost and one that was invented, with the strength in both tables', () => {
    expect(comparePairs(schema, tied, untied)).toEqual([
      { columns: ['role', 'sex'], real: expect.closeTo(0.8, 1) as number, synthetic: expect.closeTo(0, 1) as number },
    ]);
    expect(comparePairs(schema, untied, tied)).toEqual([
      { columns: ['role', 'sex'], real: expect.closeTo(0, 1) as number, synthetic: expect.closeTo(0.8, 1) as number },
    ]);
  });

  it('names none that is the same in both', () => {
    expect(comparePairs(schema, tied, tied)).toEqual([]);
    expect(comparePairs(schema, untied, untied)).toEqual([]);
  });

  it('names none whose difference is small, or may be chance in few rows', () => {
    const weaker = rowsOf({ 'wife female': 43, 'wife male': 7, 'husband female': 7, 'husband male': 43 });
    expect(comparePairs(schema, tied, weaker)).toEqual([]);
    const few = rowsOf({ 'wife female': 4, 'wife male': 2, 'husband female': 2, 'husband male': 4 });
    expect(comparePairs(schema, few, untied)).toEqual([]);
    const larger = rowsOf({ 'wife female': 60, 'wife male': 40, 'husband female': 40, 'husband male': 60 });
    expect(comparePairs(schema, larger, untied)).toEqual([]);
  });

  it('takes the rare labels of a column together', () => {
    const labels = Array.from({ length: 12 }, (_, i) => `l${i}`);
    const many = schemaOf(label('code', labels), label('sex', ['female', 'male']));
    const cells = (sex: (i: number) => string): Row[] =>
      Array.from({ length: 120 }, (_, i) => [i < 60 ? 'l0' : labels[1 + (i % 11)]!, sex(i)]);
    const ofCode = cells((i) => (i < 60 ? 'female' : 'male'));
    const ofNothing = cells((i) => (i % 2 ? 'female' : 'male'));
    expect(comparePairs(many, ofCode, ofNothing)).toEqual([
      { columns: ['code', 'sex'], real: expect.closeTo(1, 1) as number, synthetic: expect.closeTo(0, 1) as number },
    ]);
  });
});
