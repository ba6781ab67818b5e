import { describe, expect, it } from 'vitest';
import type { Cell, Column, Row, TableSchema } from '../../../../mallm/table/dataset.js';
import { evaluateTable } from '../../../../mallm/evaluation/evaluate.js';
import type { Evaluation, Verdict } from '../../../../mallm/evaluation/result.js';
import { createRandom } from '../../../../mallm/random.js';
import { base, labelColumn as label, numberColumn } from '../fixture-tables.js';

const number = (name: string): Column => numberColumn(name, 1);

/** Patients: an id, an age, a pressure that follows it, a ward with a rare label, a sex, and an outcome of both numbers. */
const schema: TableSchema = {
  target: 'outcome',
  rules: [{ is: 'order', low: 'age', high: 'pressure', strict: false }],
  columns: [
    { ...base, name: 'id', kind: 'identifier', pattern: 'A9999' },
    number('age'),
    number('pressure'),
    label('ward'),
    label('sex'),
    label('outcome'),
  ],
};
const [ID, AGE, PRESSURE, WARD, , OUTCOME] = [0, 1, 2, 3, 4, 5];

function patients(count: number, seed: number): Row[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, place) => {
    const age = Math.round(550 + 140 * random.normal()) / 10;
    const pressure = Math.round(10 * (0.6 * age + 90 + 9 * random.normal())) / 10;
    const outcome = age + pressure / 3 + 5 * random.normal() > 96 ? 'ill' : 'well';
    return [`A${1000 * seed + place}`, age, pressure, random.pick(['A', 'B', 'C']), random.pick(['f', 'm']), outcome];
  });
}

const rareWard = patients(150, 1).map((row, place) => (place === 7 ? replaced(row, WARD, 'Isolation') : row));
const tables = { schema, train: rareWard, heldOut: patients(150, 2), seed: 1 };
const good = patients(150, 3);
const evaluate = (synthetic: Row[]): Evaluation => evaluateTable({ ...tables, synthetic });
const undamaged = evaluate(good);

function replaced(row: Row, column: number, cell: Cell): Row {
  return row.map((old, index) => (index === column ? cell : old));
}

function changed(column: number, change: (cell: Cell, place: number) => Cell): Row[] {
  return good.map((row, place) => replaced(row, column, change(row[column]!, place)));
}

const worth = ({ level }: Verdict): number => ['poor', 'fair', 'good'].indexOf(level);

/** Figures of which more is better. */
function headline({ fidelity, privacy, utilityScaled }: Evaluation): Record<string, number> {
  const { trees, linear } = fidelity.c2st;
  return {
    shapes: fidelity.columnShapes,
    pairs: fidelity.columnPairTrends,
    'C2ST, trees': 1 - Math.max(0.5, trees.auc),
    'C2ST, linear': 1 - Math.max(0.5, linear.auc),
    copies: 1 - privacy.exactCopies,
    utility: Math.min(utilityScaled!.best, utilityScaled!.ceiling.best),
  };
}

interface Damaged {
  rows: Row[];
  verdict: keyof Evaluation['verdicts'];
  /** What the finding says. */
  says: RegExp;
  advises: RegExp;
}

const numberOf = (cell: Cell): number => cell as number;
const DAMAGES: Record<string, Damaged> = {
  'a lost number column': {
    rows: changed(PRESSURE, () => null),
    verdict: 'fidelity',
    says: /"pressure" has no value in any synthetic row/,
    advises: /make the column again/i,
  },
  'a lost label column': {
    rows: changed(WARD, () => null),
    verdict: 'fidelity',
    says: /"ward" has no value in any synthetic row/,
    advises: /make the column again/i,
  },
  'a lost target': {
    rows: changed(OUTCOME, () => null),
    verdict: 'utility',
    says: /"outcome"/,
    advises: /Do not train on these rows/,
  },
  'a column that is half emptied': {
    rows: changed(AGE, (cell, place) => (place % 2 ? cell : null)),
    verdict: 'fidelity',
    says: /"age" is missing in 50 % of the synthetic rows, in 0 % of the real ones/,
    advises: /missing cells/,
  },
  'a shifted mean': {
    rows: changed(AGE, (cell) => numberOf(cell) + 6),
    verdict: 'fidelity',
    says: /"age" has a mean 0\.\d standard deviations above the real one/,
    advises: /refinement/,
  },
  'a narrow spread': {
    rows: changed(PRESSURE, (cell) => 123 + Math.round(5 * (numberOf(cell) - 123)) / 10),
    verdict: 'fidelity',
    says: /"pressure" has a standard deviation 0\.\d+ times the real one/,
    advises: /spread/,
  },
  'a number that does not vary': {
    rows: changed(PRESSURE, () => 123),
    verdict: 'fidelity',
    says: /"pressure" has a standard deviation 0\.00 times the real one/,
    advises: /spread/,
  },
  'a shifted share': {
    rows: changed(WARD, (cell, place) => (place % 3 ? cell : 'A')),
    verdict: 'fidelity',
    says: /"ward" has "A" in \d+ % of the synthetic rows, in \d+ % of the real ones/,
    advises: /shares/,
  },
  'a broken rule': {
    rows: good.map((row, place) => (place % 10 ? row : replaced(row, PRESSURE, numberOf(row[AGE]!) - 1))),
    verdict: 'fidelity',
    says: /The rule "pressure >= age", which every training row keeps, is broken in 10\.0 % of the synthetic rows/,
    advises: /keeps the rules in every row/,
  },
  'a rare label repeated': {
    rows: changed(WARD, (cell, place) => (place % 10 ? cell : 'Isolation')),
    verdict: 'privacy',
    says: /"Isolation" of "ward", which one real row has, is repeated in 15 synthetic rows/,
    advises: /Pool rare labels/,
  },
  'a real id': {
    rows: changed(ID, (cell, place) => (place === 3 ? 'A1005' : cell)),
    verdict: 'privacy',
    says: /"id" has identifiers of real rows in 1 synthetic row/,
    advises: /Make "id" afresh/,
  },
  'an id of a held-out row': {
    rows: changed(ID, (cell, place) => (place === 3 ? 'A2005' : cell)),
    verdict: 'privacy',
    says: /"id" has identifiers of real rows/,
    advises: /Make "id" afresh/,
  },
};

describe('a good table', () => {
  it('has good verdicts', () => {
    const levels = Object.values(undamaged.verdicts).map(({ level }) => level);
    expect(levels).toEqual(['good', 'good', 'good']);
    expect(undamaged.fidelity.damage).toEqual([]);
    expect(undamaged.privacy.realIdentifiers).toEqual([]);
    expect(undamaged.privacy.rareLabels).toEqual([]);
  });
});

describe.each(Object.entries(DAMAGES))('a good table with %s', (_, { rows, verdict, says, advises }) => {
  const evaluation = evaluate(rows);

  it('has a lower verdict, which names the damage and the remedy', () => {
    const found = evaluation.verdicts[verdict];
    expect(worth(found)).toBeLessThan(worth(undamaged.verdicts[verdict]));
    expect(found.finding).toMatch(says);
    expect(found.advice).toMatch(advises);
  });

  it('has no verdict and no headline figure that is better', () => {
    for (const name of ['utility', 'fidelity', 'privacy'] as const) {
      expect(worth(evaluation.verdicts[name]), name).toBeLessThanOrEqual(worth(undamaged.verdicts[name]));
    }
    const [before, after] = [headline(undamaged), headline(evaluation)];
    for (const name of Object.keys(before)) expect(after[name], name).toBeLessThanOrEqual(before[name]! + 1e-9);
  });
});

describe('a lost column', () => {
  it('counts as worst in every figure that it is part of', () => {
    const { fidelity, verdicts } = evaluate(DAMAGES['a lost number column']!.rows);
    expect(fidelity.shifts.find(({ column }) => column === 'pressure')!.shape).toBe(0);
    const place = fidelity.pairColumns.indexOf('pressure');
    expect(fidelity.pairMatrix[place]!.filter((trend) => trend !== null)).toEqual([0, 0, 0, 0]);
    expect(fidelity.c2st.trees.auc).toBe(1);
    expect(fidelity.c2st.linear.auc).toBe(1);
    expect(verdicts.utility.finding).toContain('fitted without "pressure"');
    expect(verdicts.utility.advice).toContain('all columns');
  });

  it('hides no copy: privacy compares the columns that are left', () => {
    const copies = tables.train.map((row) => replaced(row, AGE, null));
    const { privacy, verdicts } = evaluate(copies.map((row, place) => replaced(row, ID, `B${place}`)));
    expect(privacy.exactCopies).toBe(1);
    expect(verdicts.privacy.level).toBe('poor');
  });

  it('is judged where the classifier test has too few rows to speak', () => {
    const few = evaluateTable({
      ...tables,
      train: tables.train.slice(0, 8),
      heldOut: tables.heldOut.slice(0, 8),
      synthetic: changed(AGE, () => null).slice(0, 8),
    });
    expect(few.verdicts.fidelity.level).toBe('poor');
    expect(few.verdicts.fidelity.finding).toContain('"age" has no value');
  });
});
