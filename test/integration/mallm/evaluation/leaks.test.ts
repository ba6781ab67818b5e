import { describe, expect, it } from 'vitest';
import { baselineRows } from '../../../../mallm/baselines/baseline.js';
import { measurePrivacy } from '../../../../mallm/evaluation/privacy.js';
import { privacyVerdict } from '../../../../mallm/evaluation/verdicts/privacy-verdict.js';
import { realIdentifiers } from '../../../../mallm/evaluation/verdicts/released-values.js';
import type { Verdict } from '../../../../mallm/evaluation/result.js';
import { evaluationTables } from '../../../../mallm/evaluation/tables.js';
import { createRandom } from '../../../../mallm/random.js';
import { drawRows } from '../../../../mallm/refinement/draw/draw-rows.js';
import { fitRefinedGenerator } from '../../../../mallm/refinement/refinement.js';
import type { Row, TableSchema } from '../../../../mallm/table/dataset.js';
import { LEAKY, mixed } from '../../../mallm/evaluation/leaky-generators.js';
import { typedSplit } from '../../../mallm/evaluation/fixture-tables.js';

const SEEDS = [1, 2, 3];

const SPLITS = [
  { name: 'adult', ...typedSplit('adult', 100, 'Income') },
  { name: 'insurance', ...typedSplit('insurance', 100, 'charges') },
];

type Split = Pick<(typeof SPLITS)[number], 'schema' | 'train' | 'heldOut'>;

function verdictOf({ schema, train, heldOut }: Split, synthetic: readonly Row[], seed: number): Verdict {
  const tables = { schema, train, heldOut, synthetic };
  const privacy = measurePrivacy(evaluationTables({ ...tables, seed }), seed);
  return privacyVerdict({ ...privacy, realIdentifiers: realIdentifiers(schema, tables) });
}

/** Training and held-out rows dealt anew, so that the splits differ by chance alone. */
function dealt({ schema, train, heldOut }: Split, seed: number, rows: number): Split & { apart: Row[] } {
  const all = [...new Map([...train, ...heldOut].map((row) => [JSON.stringify(row), row])).values()];
  const cards = createRandom(seed).shuffle(all);
  const [first, second, third] = [0, 1, 2].map((part) => cards.slice(part * rows, (part + 1) * rows));
  return { schema, train: first!, heldOut: second!, apart: third! };
}

function refined({ schema, train }: Split, seed: number): Row[] {
  const given = { schema, trainRows: train, modelRows: [], edges: [], distance: 'mild' as const, seed };
  return [...drawRows(fitRefinedGenerator(given), { count: train.length, seed }).rows];
}

function marginals({ schema, train }: Split, seed: number): Row[] {
  return baselineRows('marginals', { schema, rows: train, count: train.length, seed });
}

describe.each(SPLITS)('the privacy verdict on $name', (split) => {
  const honest = new Map<number, Row[][]>();
  /** Rows that are no leak, by seed; made once. */
  const honestRows = (seed: number): Row[][] => {
    const rows = honest.get(seed) ?? [refined(split, seed), marginals(split, seed)];
    honest.set(seed, rows);
    return rows;
  };

  it.each(Object.entries(LEAKY))('is poor for %s', (_, generate) => {
    const levels = SEEDS.map((seed) => verdictOf(split, generate({ ...split, seed }), seed).level);
    expect(levels).toEqual(SEEDS.map(() => 'poor'));
  });

  it.each([
    ['copies', 'copies of the training rows'],
    ['copies with two cells changed', 'copies with two cells changed'],
    ['copies with jitter', 'copies with a jitter of 0.05 standard deviations'],
  ])('is not good where 30 % are %s', (_, leak) => {
    for (const seed of SEEDS) {
      const leaky = LEAKY[leak]!({ ...split, seed });
      for (const other of honestRows(seed)) {
        expect(['fair', 'poor']).toContain(verdictOf(split, mixed(leaky, other, 0.3), seed).level);
      }
    }
  });

  it('is not poor for real rows that were not used, and mostly good', () => {
    const levels = [1, 2, 3, 4, 5, 6].map((seed) => {
      const { apart, ...deal } = dealt(split, seed, 90);
      return verdictOf(deal, apart, seed).level;
    });
    expect(levels.filter((level) => level === 'poor')).toEqual([]);
    expect(levels.filter((level) => level === 'good').length).toBeGreaterThanOrEqual(4);
  });

  it('is not poor for the refinement of this product', () => {
    const levels = SEEDS.map((seed) => {
      const deal = dealt(split, seed, 100);
      return verdictOf(deal, refined(deal, seed), seed).level;
    });
    expect(levels).not.toContain('poor');
  });
});

describe('independent marginals', () => {
  it('are not poor where no value names a person', () => {
    const deal = dealt(SPLITS[0]!, 1, 100);
    expect(verdictOf(deal, marginals(deal, 1), 1).level).not.toBe('poor');
  });

  it('are poor where a number of nine digits does, and the column is named', () => {
    const deal = dealt(SPLITS[1]!, 1, 100);
    const { level, finding, advice } = verdictOf(deal, marginals(deal, 1), 1);
    expect(level).toBe('poor');
    expect(finding).toMatch(/\d+\.\d % of the numbers in "charges" are a training row's/);
    expect(advice).toContain('Round "charges"');
  });
});

describe('copies under fresh identifiers', () => {
  it('are poor all the same', () => {
    const { schema, train, heldOut } = SPLITS[0]!;
    const id = { name: 'id', description: '', nullable: false, missingToken: '', kind: 'identifier' as const };
    const keyed: TableSchema = { ...schema, columns: [{ ...id, pattern: 'A999' }, ...schema.columns] };
    const named = (rows: readonly Row[], first: number): Row[] => rows.map((row, i) => [`A${first + i}`, ...row]);
    const split = { schema: keyed, train: named(train, 100), heldOut: named(heldOut, 300) };
    const { level, finding } = verdictOf(split, named(train, 600), 1);
    expect(level).toBe('poor');
    expect(finding).toMatch(/exact copies/);
    expect(finding).not.toMatch(/identifiers of real rows/);
  });
});
