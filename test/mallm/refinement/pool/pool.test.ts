import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../mallm/random.js';
import { drawRows } from '../../../../mallm/refinement/draw/draw-rows.js';
import type { RefinedGenerator } from '../../../../mallm/refinement/generator.js';
import { poolInWords } from '../../../../mallm/refinement/in-words.js';
import { fitRefinedGenerator, type RefinementInput } from '../../../../mallm/refinement/refinement.js';
import type { Row, TableSchema } from '../../../../mallm/table/dataset.js';

const common = { description: '', nullable: false, missingToken: '' };
const decimals = { min: 2, max: 2 };
const schema: TableSchema = {
  target: 'y',
  columns: [
    { ...common, name: 'a', kind: 'numeric', min: -5, max: 5, decimals },
    { ...common, name: 'b', kind: 'categorical', categories: ['u', 'v'] },
    { ...common, name: 'y', kind: 'numeric', min: -20, max: 20, decimals },
  ],
};
const train = rowsOf(50, 1);
const fit = (changes: Partial<RefinementInput>): RefinedGenerator =>
  fitRefinedGenerator({ schema, trainRows: train, modelRows: [], edges: [], distance: 'mild', seed: 4, ...changes });
const unshown = (rows: readonly Row[]): number[][] => rows.map(() => []);

describe("a model's rows", () => {
  const wavy = waves(50, 1);
  const perfect = waves(300, 2);
  const fitWavy = (changes: Partial<RefinementInput>): RefinedGenerator => fit({ trainRows: wavy, ...changes });
  const known = fitWavy({ modelRows: perfect, shown: unshown(perfect) });

  it('count where they know more than the training rows, and the words say so', () => {
    expect(known.poolWeights.y).toBeGreaterThan(2);
    expect(poolInWords(known)).toMatch(/the model's rows count for .*`y` \(\d/);
  });

  it('count less when it is not recorded what their prompts showed', () => {
    const blind = fitWavy({ modelRows: perfect });
    expect(Math.max(...Object.values(blind.poolWeights))).toBeLessThanOrEqual(2);
    expect(known.poolWeights.y).toBeGreaterThan(blind.poolWeights.y!);
  });

  it('hardly count, nor weigh as donors, where they know nothing', () => {
    const random = createRandom(9);
    const useless = perfect.map((row) => row.with(2, random.pick(perfect)[2]!));
    const made = fitWavy({ modelRows: useless, shown: unshown(useless) });
    expect(made.poolWeights.y).toBeLessThan(0.3);
    const shareOfPool = ({ models }: RefinedGenerator): number => {
      const { donors, weights } = models[2]!;
      const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
      return sum(weights.filter((_, i) => donors[i]! >= wavy.length)) / sum(weights);
    };
    expect(shareOfPool(made)).toBeLessThan(0.25);
    expect(shareOfPool(known)).toBeGreaterThan(0.6);
  });

  it('are left out where they copy, or nearly, what their prompt showed', () => {
    const copies = train.slice(0, 30);
    const near = train.slice(0, 30).map((row) => row.with(0, Number(row[0]) + 0.01));
    const shown = copies.map((_, i) => [i]);
    expect(fit({ modelRows: copies, shown }).modelRows.used).toBe(0);
    expect(fit({ modelRows: near, shown }).modelRows.used).toBe(0);
    expect(fit({ modelRows: near, shown: unshown(near) }).modelRows.used).toBeGreaterThan(15);
    expect(poolInWords(fit({ modelRows: copies, shown }))).toContain('from the training rows alone');
  });
});

describe('rows without a model', () => {
  const made = fit({});

  it('of a number that depends on others keep how it does', () => {
    const { rows } = drawRows(made, { count: 1000, seed: 1 });
    const left = rows.map((row) => Number(row[2]) - 3 * Number(row[0]) - (row[1] === 'v' ? 2 : 0));
    expect(Math.sqrt(left.reduce((sum, value) => sum + value * value, 0) / left.length)).toBeLessThan(1.6);
  });

  it('fill a distribution more evenly than chance', () => {
    const wanted = train.filter((row) => row[1] === 'u').length / train.length;
    const shares = Array.from({ length: 20 }, (_, seed) => {
      const { rows } = drawRows(fit({ distance: 'off' }), { count: 50, seed });
      return rows.filter((row) => row[1] === 'u').length / 50;
    });
    const spread = Math.sqrt(shares.reduce((sum, share) => sum + (share - wanted) ** 2, 0) / shares.length);
    expect(spread).toBeLessThan(0.75 * Math.sqrt((wanted * (1 - wanted)) / 50));
  });

  it('are sharper where that is asked for, with the same share of labels', () => {
    const labels: TableSchema = { ...schema, target: 'b' };
    const draw = (sharpened: boolean): Row[] =>
      drawRows(fit({ schema: labels, sharpened }), { count: 2000, seed: 2 }).rows;
    const [faithful, sharp] = [draw(false), draw(true)];
    const share = (rows: Row[]): number => rows.filter((row) => row[1] === 'u').length / rows.length;
    expect(Math.abs(share(sharp) - share(faithful))).toBeLessThan(0.06);
    const told = (rows: Row[]): number => {
      const left = (label: string): number[] =>
        rows.filter((row) => row[1] === label).map((row) => Number(row[2]) - 3 * Number(row[0]));
      const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      return mean(left('v')) - mean(left('u'));
    };
    expect(told(sharp)).toBeGreaterThan(told(faithful) + 0.1);
  });

  it('come in the order of the causal structure where the training rows are likelier in it', () => {
    const edges = [{ from: 'b', to: 'a' }];
    const order = (generator: RefinedGenerator): string[] =>
      generator.drawn.map((step) => schema.columns[step.kind === 'presence' ? -1 : step.column]!.name);
    expect(order(made)).toEqual(['a', 'b', 'y']);
    const orders = [1, 2, 3, 4, 5, 6].map((seed) => order(fit({ edges, seed })).join());
    expect(new Set(orders).has('b,a,y')).toBe(true);
    expect(orders.every((each) => each.endsWith('y'))).toBe(true);
  });

  it('find a slice of one in thousands by three ranges at once', () => {
    const conditions = {
      a: { is: 'range', min: 2 },
      b: { is: 'equal', value: 'u' },
      y: { is: 'range', max: 5.5 },
    } as const;
    const { rows, shortfall } = drawRows(made, { count: 40, seed: 3, conditions });
    expect(shortfall).toBeNull();
    expect(rows).toHaveLength(40);
    expect(rows.every((row) => Number(row[0]) >= 2 && row[1] === 'u' && Number(row[2]) <= 5.5)).toBe(true);
  });
});

describe('a rare class', () => {
  it('is drawn where its few rows are', () => {
    const random = createRandom(5);
    const rows = Array.from({ length: 90 }, (_, i): Row => {
      const isRare = i % 30 === 0;
      const a = isRare ? 2.2 + i / 200 : Math.min(2, random.normal());
      return [Math.round(a * 100) / 100, isRare ? 'v' : 'u', Math.round(random.normal() * 100) / 100];
    });
    const rare = fit({ schema: { ...schema, target: 'b' }, trainRows: rows });
    const drawn = drawRows(rare, { count: 100, seed: 1, conditions: { b: { is: 'equal', value: 'v' } } }).rows;
    expect(drawn.filter((row) => Number(row[0]) > 2).length).toBeGreaterThanOrEqual(60);
  });
});

/** `y` = 3 `a` + 2 where `b` is v + noise of 1; `b` is chance. */
function rowsOf(count: number, seed: number): Row[] {
  const random = createRandom(seed);
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  return Array.from({ length: count }, (): Row => {
    const a = Math.min(3, Math.max(-3, random.normal()));
    const b = random.uniform() < 0.5 ? 'u' : 'v';
    return [rounded(a), b, rounded(3 * a + (b === 'v' ? 2 : 0) + random.normal())];
  });
}

/** `y` goes up and down with `a`, which a ridge cannot follow. */
function waves(count: number, seed: number): Row[] {
  const random = createRandom(seed);
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  return Array.from({ length: count }, (): Row => {
    const a = 6 * random.uniform() - 3;
    const b = random.uniform() < 0.5 ? 'u' : 'v';
    return [rounded(a), b, rounded(6 * Math.sin(2.5 * a) + 0.7 * random.normal())];
  });
}
