import { describe, expect, it } from 'vitest';
import { attributeInference } from '../../../mallm/evaluation/attacks/attribute-inference.js';
import { measureAttacks } from '../../../mallm/evaluation/attacks/attacks.js';
import { linkability } from '../../../mallm/evaluation/attacks/linkability.js';
import { riskOf, sureExcess, type AttackRisk } from '../../../mallm/evaluation/attacks/risk.js';
import { singlingOut } from '../../../mallm/evaluation/attacks/singling-out.js';
import { evaluationTables, type EvaluationTables } from '../../../mallm/evaluation/tables.js';
import { readJson, typedSplit } from './fixture-tables.js';

/*
 * The attacks beside anonymeter 1.1.0 on eight tables. There chance picks one of equally near rows, the control rows and
 * the predicates: its rates are means of ten runs, ours are the expected ones (predicates: means of five seeds).
 *
 * | figure                        | bound                                    |
 * | ----------------------------- | ---------------------------------------- |
 * | risk and interval from counts | 1e-6                                     |
 * | linkability, inference        | four standard errors of its mean, and .01 |
 * | singling out, one column      | the same of successes, and 1.5 of them    |
 * | singling out, three columns   | the same, and .03: other predicates       |
 */

/** Predicates asked of the reference, which divides by them even where there are fewer. */
const ASKED = 500;

interface Reference {
  attacks: [number, number];
  train: number;
  control: number;
  deviation: [number, number];
  risk: number;
  interval: [number, number];
}
interface References {
  linkability: Reference;
  inference: Record<string, Reference>;
  univariate: Reference;
  multivariate: Reference;
}

const RUNS = 10;
const references = readJson('attacks.json') as Record<string, References>;

function tablesOf(name: string): EvaluationTables {
  const [table, generator] = name.split('/') as [string, string];
  const split = typedSplit(table.split('-')[0]!, 100, table.startsWith('adult') ? 'Income' : 'charges');
  const synthetic = generator === 'copies' ? split.train : split.read(`synthetic/${table}/${generator}.csv`);
  return evaluationTables({ ...split, synthetic, seed: 1 });
}

function expectNear({ rates }: Pick<AttackRisk, 'rates'>, reference: Reference, slack: number, what: string): void {
  const sides = [
    ['train', reference.train, reference.deviation[0]],
    ['control', reference.control, reference.deviation[1]],
  ] as const;
  for (const [side, rate, deviation] of sides) {
    const bound = slack + (4 * deviation) / Math.sqrt(RUNS);
    expect(Math.abs(rates[side] - rate), `${what} on ${side}: ${rates[side]} for ${rate}`).toBeLessThanOrEqual(bound);
  }
}

describe.each(Object.entries(references))('the attacks on %s, beside the reference', (name, reference) => {
  const tables = tablesOf(name);
  const { columns, train, heldOut, synthetic } = tables;

  it('link as many halves of records', () => {
    expectNear(linkability(columns, train, heldOut, synthetic), reference.linkability, 0.01, 'linkability');
  });

  it('infer each column as often', () => {
    const found = attributeInference(columns, train, heldOut, synthetic);
    expect(found.map(({ column }) => column)).toEqual(Object.keys(reference.inference));
    for (const one of found) expectNear(one, reference.inference[one.column]!, 0.01, one.column);
  });

  it('single out as many persons', () => {
    const runs = [1, 2, 3, 4, 5].map((seed) => singlingOut(columns, { train, control: heldOut, synthetic }, seed));
    const mean = (side: 'train' | 'control'): number =>
      runs.reduce((sum, { multivariate }) => sum + multivariate!.rates[side] / runs.length, 0);
    const rates = { train: mean('train'), control: mean('control') };
    expectNear({ rates }, reference.multivariate, 0.03, 'three columns');
    const { rates: ours, attacks } = runs[0]!.univariate!;
    for (const side of ['train', 'control'] as const) {
      const spread = (4 * reference.univariate.deviation[1] * ASKED) / Math.sqrt(RUNS);
      const off = Math.abs(ours[side] * attacks[side] - reference.univariate[side] * ASKED);
      expect(off, `one column, ${side}`).toBeLessThanOrEqual(1.5 + spread);
    }
  });

  it('have its risk and interval for the same counts', () => {
    const { inference, ...others } = reference;
    for (const [attack, one] of Object.entries({ ...inference, ...others })) {
      const tally = (side: 0 | 1, rate: number) => ({
        successes: rate * one.attacks[side],
        attacks: one.attacks[side],
      });
      const { risk, interval } = riskOf(tally(0, one.train), tally(1, one.control));
      expect(risk, attack).toBeCloseTo(one.risk, 6);
      expect(interval[0], attack).toBeCloseTo(one.interval[0], 6);
      expect(interval[1], attack).toBeCloseTo(one.interval[1], 6);
    }
  });
});

describe('the excess of a rate', () => {
  it('is that of Newcombe (1998): 56 of 70 against 48 of 80', () => {
    const found = riskOf({ successes: 56, attacks: 70 }, { successes: 48, attacks: 80 });
    expect(sureExcess(found)).toBeCloseTo(0.0524, 4);
  });
});

describe('attacks on tables of odd shape', () => {
  it('are deterministic for a seed', () => {
    const tables = tablesOf('insurance-100/cart');
    expect(measureAttacks(tables, 3)).toEqual(measureAttacks(tables, 3));
  });

  it('count a guess among ties by its chance', () => {
    const label = { kind: 'label' as const, date: false, decimals: 0, labels: ['x', 'y', 'z'] };
    const columns = [
      { ...label, name: 'known' },
      { ...label, name: 'secret' },
    ];
    const table = (known: number[], secret: number[]) => ({
      rows: known.length,
      cells: [Float64Array.from(known), Float64Array.from(secret)],
    });
    const synthetic = table([0, 0, 0, 1], [0, 0, 1, 2]);
    const found = attributeInference(columns, table([0], [0]), table([1], [0]), synthetic);
    expect(found[1]!.rates).toEqual({ train: 2 / 3, control: 0 });
    const linked = linkability(columns, table([0], [0]), table([1], [0]), synthetic);
    expect(linked.rates).toEqual({ train: 2 / (3 * 2), control: 0 });
  });

  it('say nothing of one column: there is nothing to link or to infer', () => {
    const tables = tablesOf('insurance-100/cart');
    const cut = { ...tables, columns: tables.columns.slice(0, 1) };
    const { linkability: linked, inference } = measureAttacks(cut, 1);
    expect([linked, inference]).toEqual([null, []]);
  });
});
