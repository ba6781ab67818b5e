import { describe, expect, it } from 'vitest';
import { parseRows } from '../../../../mallm/generator/reply.js';
import { drawRows } from '../../../../mallm/refinement/draw/draw-rows.js';
import { fitRefinedGenerator } from '../../../../mallm/refinement/refinement.js';
import { columnNamed, type Row } from '../../../../mallm/table/dataset.js';
import { protectTable } from '../../../../mallm/table/protection/protect-table.js';
import { createRandom, type Random } from '../../../../mallm/random.js';
import { csvOf, typedTable } from '../../../support/tables.js';

/** A few codes are frequent, a hundred are rare; stays are longer, and death more frequent, with the later ones. */
const CODES = Array.from({ length: 150 }, (_, i) => `${'CEIJKM'[i % 6]}${10 + Math.floor(i / 2)}.${i % 10}`);
const WEIGHTS = CODES.map((_, i) => (i < 12 ? 12 - i / 2 : 0.65));

interface Case {
  icd: string;
  age: string;
  stay: string;
  died: string;
}

/** A fresh case of the true process. */
function drawCase(random: Random): Case {
  const code = random.weighted(WEIGHTS);
  const age = Math.round(30 + 25 * random.uniform() + code / 8 + 8 * random.normal());
  const stay = 2 + 10 * random.uniform() + code / 15;
  const died = random.uniform() < 0.1 + (age - 30) / 150 ? 'yes' : 'no';
  return { icd: CODES[code]!, age: String(age), stay: stay.toFixed(1), died };
}

const random = createRandom(21);
const cases = Array.from({ length: 400 }, () => drawCase(random));
const column = (name: keyof Case): string[] => cases.map((each) => each[name]);
const table = typedTable(
  csvOf({ icd: column('icd'), age: column('age'), stay: column('stay'), died: column('died') }),
  'died',
);
const { schema, rows: trainRows } = protectTable(table.schema, table.rows, { minCount: 3, seed: 1 });
const held = new Map<string, number>();
for (const { icd } of cases) held.set(icd, (held.get(icd) ?? 0) + 1);
const kept = [...held.keys()].filter((code) => held.get(code)! >= 3);

/** Rows of a perfect model: fresh cases, as a reply has them. */
function modelRows(count: number): Row[] {
  const rows = Array.from({ length: count }, () => {
    const { icd, age, stay, died } = drawCase(random);
    return { icd, age: Number(age), stay: Number(stay), died };
  });
  const { rows: valid, rejections } = parseRows(JSON.stringify({ rows }), { schema, asked: count });
  expect(valid.length + Object.values(rejections).reduce((sum, each) => sum + each, 0)).toBe(count);
  expect(valid.length).toBeGreaterThan(0.97 * count);
  return valid;
}

describe('codes of which more than a hundred different ones are in 400 rows', () => {
  it('are labels; those of three people and more are kept', () => {
    expect(held.size).toBeGreaterThan(100);
    expect(columnNamed(table.schema, 'icd').kind).toBe('categorical');
    expect(new Set((columnNamed(schema, 'icd') as { categories: string[] }).categories)).toEqual(
      new Set([...kept, 'other']),
    );
    expect(kept.length).toBeGreaterThan(20);
  });

  it.each([
    ['without a model', 0],
    ['with a perfect model', 1600],
  ])('come out one by one with about their shares, the rarer ones together: %s', (_, count) => {
    const made = count > 0 ? modelRows(count) : [];
    const shown = made.map(() => []);
    // The distance to real rows thins out a label that is in many rows of so few columns.
    const input = { schema, trainRows, modelRows: made, shown, edges: [], distance: 'off' as const, seed: 2 };
    const { rows } = drawRows(fitRefinedGenerator(input), { count: 2000, seed: 3 });
    const shareOf = (label: string): number => rows.filter(([icd]) => icd === label).length / rows.length;
    for (const code of kept) {
      const share = held.get(code)! / cases.length;
      expect(shareOf(code), code).toBeGreaterThan(0);
      // Three standard errors of the share in 400 rows.
      expect(Math.abs(shareOf(code) - share), code).toBeLessThan(3 * Math.sqrt((share * (1 - share)) / cases.length));
    }
    const others = cases.filter(({ icd }) => !kept.includes(icd)).length / cases.length;
    expect(Math.abs(shareOf('other') - others)).toBeLessThan(0.06);
    expect(rows.filter(([icd]) => icd !== 'other' && !kept.includes(String(icd)))).toEqual([]);
  });
});
