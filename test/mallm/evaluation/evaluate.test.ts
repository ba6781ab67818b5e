import { describe, expect, it } from 'vitest';
import type { Cell, Column, Row, TableSchema } from '../../../mallm/table/dataset.js';
import { TableError } from '../../../mallm/errors.js';
import { evaluateTable, type EvaluationInput } from '../../../mallm/evaluation/evaluate.js';
import type { Evaluation } from '../../../mallm/evaluation/result.js';
import { evaluationTables } from '../../../mallm/evaluation/tables.js';
import { createRandom } from '../../../mallm/random.js';
import { base, labelColumn as label, numberColumn, typedSplit } from './fixture-tables.js';

const number = (name: string): Column => numberColumn(name, 2);

/** People with an age, a weight that follows it, a sex, a visit date, and an outcome that follows the age. */
const schema: TableSchema = {
  target: 'outcome',
  columns: [
    number('age'),
    number('weight'),
    label('sex'),
    label('ward'),
    { ...base, name: 'visit', kind: 'datetime', min: 0, max: 1, format: '%Y-%m-%d' },
    label('outcome'),
  ],
};

function people(count: number, seed: number, change: (row: Cell[], place: number) => Cell[] = (row) => row): Row[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, place) => {
    const age = Math.round(50 + 15 * random.normal());
    const weight = Math.round((0.5 * age + 50 + 10 * random.normal()) * 100) / 100;
    const visit = 1_600_000_000 + 86_400 * random.integer(400);
    const outcome = age + 5 * random.normal() > 55 ? 'ill' : 'well';
    return change(
      [age, weight, random.pick(['Female', 'Male']), random.pick(['A', 'B', 'C', 'D']), visit, outcome],
      place,
    );
  });
}

const given = (changes: Partial<EvaluationInput> = {}): EvaluationInput => ({
  schema,
  train: people(60, 1),
  heldOut: people(80, 2),
  synthetic: people(60, 3),
  seed: 1,
  ...changes,
});

/** Paths of all values that JSON cannot carry, or that are empty names. */
function unsound(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path];
  if (value === undefined) return [path];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => unsound(inner, `${path}.${key}`));
}

/** Shares and AUCs that leave [0, 1]. */
function outOfRange({ fidelity, privacy, utility }: Evaluation): number[] {
  const { c2st } = fidelity;
  const shares = [
    fidelity.columnShapes,
    fidelity.columnPairTrends,
    ...[c2st.trees, c2st.linear, c2st.null.trees, c2st.null.linear].flatMap(({ auc, interval }) => [auc, ...interval]),
    ...[privacy.exactCopies, privacy.oneColumnOff, privacy.dcrShare, privacy.distinct, privacy.levattAuc],
    ...privacy.levattInterval,
    privacy.nearestNeighbourDistanceRatio,
    ...(utility
      ? Object.values(utility.models).flatMap(({ f1 = 0, accuracy = 0, auc = 0 }) => [f1, accuracy, auc])
      : []),
  ];
  return shares.filter((share) => share < 0 || share > 1);
}

const random = createRandom(9);
const sometimes = (cell: Cell, share: number): Cell => (random.uniform() < share ? null : cell);
const few = { train: people(3, 1), heldOut: people(3, 2), synthetic: people(3, 3) };
const regression = { schema: { ...schema, target: 'weight' } };
const ODD_TABLES: Record<string, Partial<EvaluationInput>> = {
  'missing cells everywhere': {
    train: people(60, 1, (row) => row.map((cell) => sometimes(cell, 0.2))),
    heldOut: people(80, 2, (row) => row.map((cell) => sometimes(cell, 0.3))),
    synthetic: people(60, 3, (row) => row.map((cell) => sometimes(cell, 0.1))),
  },
  'columns that are all missing on one side': {
    synthetic: people(60, 3, (row) => [null, null, null, ...row.slice(3)]),
  },
  'columns that are all missing in train': { train: people(60, 1, (row) => [null, row[1]!, null, ...row.slice(3)]) },
  'a target that is always missing': { synthetic: people(60, 3, (row) => [...row.slice(0, 5), null]) },
  'held-out rows without a target': { heldOut: people(80, 2, (row) => [...row.slice(0, 5), null]) },
  'unseen labels': { synthetic: people(60, 3, (row) => [row[0]!, row[1]!, 'Other', 'Z', row[4]!, row[5]!]) },
  'an unseen class': { synthetic: people(60, 3, (row, place) => [...row.slice(0, 5), place % 2 ? 'maybe' : row[5]!]) },
  'a lost class': { synthetic: people(60, 3, (row) => [...row.slice(0, 5), 'well']) },
  'constant real columns': {
    train: people(60, 1, (row) => [40, row[1]!, 'Male', ...row.slice(3)]),
    heldOut: people(80, 2, (row) => [40, row[1]!, 'Male', ...row.slice(3)]),
  },
  'synthetic rows that are all the same': { synthetic: new Array<Row>(60).fill(people(1, 3)[0]!) },
  'rows that are all the same': {
    train: new Array<Row>(20).fill(people(1, 3)[0]!),
    heldOut: new Array<Row>(20).fill(people(1, 3)[0]!),
    synthetic: new Array<Row>(20).fill(people(1, 3)[0]!),
  },
  'tables of three rows': few,
  'tables of one row': { train: people(1, 1), heldOut: people(1, 2), synthetic: people(1, 3) },
  'one synthetic row': { synthetic: people(1, 3) },
  'the training rows as synthetic rows': { synthetic: people(60, 1) },
  'the training rows as held-out rows': { heldOut: people(60, 1) },
  regression: regression,
  'regression on three rows': { ...regression, ...few },
  'regression from rows whose target does not vary': {
    ...regression,
    synthetic: people(60, 3, (row) => [row[0]!, 70, ...row.slice(2)]),
  },
  'regression from rows without a target': {
    ...regression,
    synthetic: people(60, 3, (row) => [row[0]!, null, ...row.slice(2)]),
  },
  'more classes than two': { schema: { ...schema, target: 'ward' } },
  'wild numbers': { synthetic: people(60, 3, (row, place) => [place % 2 ? 1e300 : -1e300, 1e-300, ...row.slice(2)]) },
  'one column': {
    schema: { columns: [label('outcome')], target: 'outcome' },
    ...Object.fromEntries(
      Object.entries(given()).flatMap(([key, rows]) =>
        Array.isArray(rows) ? [[key, (rows as Row[]).map((row) => [row[5]!])]] : [],
      ),
    ),
  },
};

/** Three tables of one to twenty-five rows over one to five columns: rare labels, constants, gaps, numbers of any size. */
function anyTables(seed: number): EvaluationInput {
  const random = createRandom(seed);
  const kinds = Array.from({ length: 1 + random.integer(5) }, () => random.integer(4));
  const columns = kinds.map((kind, place): Column => (kind < 2 ? number(`n${place}`) : label(`l${place}`)));
  const gaps = kinds.map(() => random.pick([0, 0, 0.3, 1]));
  const cellOf = (kind: number, place: number): Cell => {
    if (random.uniform() < gaps[place]!) return null;
    if (kind === 0) return Math.round(random.normal() * 10 ** random.integer(7)) / 100;
    if (kind === 1) return random.integer(2);
    return kind === 2 ? `label ${random.integer(random.pick([1, 3, 40]))}` : 'always';
  };
  const rows = (): Row[] => Array.from({ length: 1 + random.integer(25) }, () => kinds.map(cellOf));
  const target = random.pick(columns).name;
  return { schema: { columns, target }, train: rows(), heldOut: rows(), synthetic: rows(), seed };
}

describe('an evaluation', () => {
  it.each(Object.entries(ODD_TABLES))('is finite and in range for %s', (_, changes) => {
    const evaluation = evaluateTable(given(changes));
    expect(unsound(evaluation)).toEqual([]);
    expect(outOfRange(evaluation)).toEqual([]);
    expect(JSON.stringify(evaluation)).not.toMatch(/NaN|undefined|Infinity/);
    for (const { finding, advice } of Object.values(evaluation.verdicts)) {
      expect(finding).toMatch(/\w+.*\.$/);
      expect(advice).toMatch(/\w+.*\.$/);
    }
  });

  it('is finite and in range for tables of any shape', () => {
    for (let draw = 1; draw <= 40; draw++) {
      const input = anyTables(draw);
      const evaluation = evaluateTable(input);
      const shape = JSON.stringify({ draw, ...evaluation.rows, columns: input.schema.columns.map(({ kind }) => kind) });
      expect(unsound(evaluation), shape).toEqual([]);
      expect(outOfRange(evaluation), shape).toEqual([]);
    }
  });

  it('is the same for the same seed, and keeps what does not depend on chance for another', () => {
    const first = evaluateTable(given());
    expect(evaluateTable(given())).toEqual(first);
    const other = evaluateTable(given({ seed: 2 }));
    expect(other.fidelity.c2st.trees.auc).not.toBe(first.fidelity.c2st.trees.auc);
    expect(other.privacy.dcr).toEqual(first.privacy.dcr);
    expect(other.fidelity.columnShapes).toBe(first.fidelity.columnShapes);
  });

  it('refuses empty tables and a target that is not modelled', () => {
    expect(() => evaluateTable(given({ synthetic: [] }))).toThrow(TableError);
    expect(() => evaluateTable(given({ heldOut: [] }))).toThrow(TableError);
    const keyed: TableSchema = {
      target: 'id',
      columns: [{ ...base, name: 'id', kind: 'identifier', pattern: '9' }, number('a')],
    };
    expect(() => evaluateTable({ ...given(), schema: keyed })).toThrow(TableError);
  });

  it('leaves identifiers and texts out, and says so', () => {
    const columns: Column[] = [
      ...schema.columns,
      { ...base, name: 'id', kind: 'identifier', pattern: '99' },
      { ...base, name: 'remark', kind: 'text', maxLength: 9 },
    ];
    const wide = (rows: Row[]): Row[] => rows.map((row, place) => [...row, `${place}`, 'none']);
    const { train, heldOut, synthetic } = given();
    const tables = { train: wide([...train]), heldOut: wide([...heldOut]), synthetic: wide([...synthetic]) };
    const evaluation = evaluateTable(given({ schema: { ...schema, columns }, ...tables }));
    expect(evaluation.notes).toContain('Left out, as neither numbers nor labels: "id" (identifier), "remark" (text).');
    expect(evaluation.fidelity).toEqual(evaluateTable(given()).fidelity);
  });

  it('samples tables beyond five thousand rows, by the seed', () => {
    const many = people(5200, 3);
    const sample = (seed: number) => evaluationTables(given({ synthetic: many, seed }));
    expect(sample(1).synthetic.rows).toBe(5000);
    expect(sample(1).notes).toContain('5200 synthetic rows: a sample of 5000 was evaluated.');
    expect(sample(1).synthetic).toEqual(sample(1).synthetic);
    expect(sample(1).synthetic).not.toEqual(sample(2).synthetic);
    expect(evaluationTables(given({ synthetic: many.slice(0, 5000) })).notes).toEqual([]);
  });
});

describe('held-out rows that are training rows', () => {
  it('are dropped, counted and named', () => {
    const { train, heldOut } = given();
    const evaluation = evaluateTable(given({ heldOut: [...heldOut, ...train.slice(0, 7)] }));
    expect(evaluation.heldOutDropped).toBe(7);
    expect(evaluation.rows.heldOut).toBe(heldOut.length);
    expect(evaluation.notes[0]).toMatch(/^7 of 87 held-out rows also occur in train and were dropped/);
    expect(evaluation.privacy.dcr).toEqual(evaluateTable(given()).privacy.dcr);
  });

  it('are kept where rows repeat by nature, and the tests they spoil are named silent', () => {
    const { schema: asia, train, heldOut } = typedSplit('asia', 50, 'Dyspnea');
    const evaluation = evaluateTable({ schema: asia, train, heldOut, synthetic: train, seed: 1 });
    expect(evaluation.heldOutDropped).toBe(0);
    expect(evaluation.rows.heldOut).toBe(200);
    expect(evaluation.privacy.silent.map(({ test }) => test)).toEqual(
      expect.arrayContaining(['exactCopies', 'dcrShare', 'levattAuc']),
    );
    expect(evaluation.verdicts.privacy.level).toBe('unknown');
    expect(evaluation.verdicts.privacy.finding).toContain('rows repeat by nature');
  });

  it('are kept when none other is left, and nothing is concluded from them', () => {
    const evaluation = evaluateTable(given({ heldOut: people(60, 1) }));
    expect(evaluation.heldOutDropped).toBe(0);
    expect(evaluation.privacy.heldOutInTrain).toBe(1);
    expect(evaluation.notes.join(' ')).toContain('Every held-out row also occurs in train');
    expect(evaluation.privacy.silent.map(({ test }) => test)).toContain('levattAuc');
  });
});

describe('the utility heading', () => {
  it('reaches the ceiling with fresh real rows, and not with rows whose target is shuffled', () => {
    const fresh = evaluateTable(given({ train: people(200, 1), synthetic: people(200, 3), heldOut: people(200, 2) }));
    expect(fresh.utility!.best).toBeGreaterThan(fresh.utility!.ceiling.best - 0.05);
    expect(fresh.verdicts.utility.level).not.toBe('poor');
    const targets = createRandom(4).shuffle(people(200, 3).map((row) => row[5]!));
    const shuffled = people(200, 3, (row, place) => [...row.slice(0, 5), targets[place]!]);
    const spoilt = evaluateTable(given({ train: people(200, 1), synthetic: shuffled, heldOut: people(200, 2) }));
    expect(spoilt.verdicts.utility.level).toBe('poor');
    expect(spoilt.utilityScaled!.best).toBeLessThan(fresh.utilityScaled!.best - 0.1);
  });

  it('always predicts the class that is left when the other is lost', () => {
    const { utility, heldOut, notes } = {
      ...given(ODD_TABLES['a lost class']),
      ...evaluateTable(given(ODD_TABLES['a lost class'])),
    };
    const well = heldOut.filter((row) => row[5] === 'well').length / heldOut.length;
    for (const scores of Object.values(utility!.models)) {
      expect(scores.accuracy).toBeCloseTo(well, 10);
      expect(scores.auc).toBe(0.5);
    }
    expect(notes).toContain('Classes of the target that no synthetic row has: "ill".');
  });

  it('does not learn from rows of an unknown class', () => {
    const evaluation = evaluateTable(given(ODD_TABLES['an unseen class']));
    expect(evaluation.notes.join(' ')).toContain('30 synthetic rows without a target that real rows know');
    expect(evaluation.utility!.best).toBeGreaterThan(0.6);
  });

  it('is null when no held-out row has a target', () => {
    const evaluation = evaluateTable(given(ODD_TABLES['held-out rows without a target']));
    expect([evaluation.utility, evaluation.utilityScaled]).toEqual([null, null]);
    expect(evaluation.verdicts.utility.level).toBe('unknown');
  });
});

describe('the fidelity heading', () => {
  it('sees a shift with its sign, lost labels, and the pair that came apart', () => {
    const random = createRandom(5);
    const evaluation = evaluateTable(
      given({
        train: people(200, 1),
        heldOut: people(200, 2),
        synthetic: people(200, 3, (row) => [
          row[0]!,
          40 + 60 * random.uniform(),
          'Male',
          row[3]!,
          row[4]!,
          row[5]!,
        ]).map((row) => [Number(row[0]) + 30, ...row.slice(1)]),
      }),
    );
    const { shifts, lostLabels, worstPairs, c2st } = evaluation.fidelity;
    expect(shifts[0]!.column).toBe('age');
    expect(shifts[0]!.shift).toBeGreaterThan(1.5);
    expect(lostLabels).toEqual([expect.objectContaining({ column: 'sex', label: 'Female' })]);
    expect(worstPairs.map(({ columns }) => columns)).toContainEqual(['age', 'weight']);
    expect(c2st.trees.auc).toBeGreaterThan(0.9);
    expect(evaluation.verdicts.fidelity.level).toBe('poor');
    expect(evaluation.verdicts.fidelity.finding).toContain('Female');
  });

  it('finds no difference to fresh real rows', () => {
    const { fidelity, verdicts } = evaluateTable(
      given({ train: people(200, 1), heldOut: people(200, 2), synthetic: people(200, 3) }),
    );
    expect(fidelity.c2st.linear.interval[0]).toBeLessThan(0.5);
    expect(fidelity.c2st.linear.interval[1]).toBeGreaterThan(0.5);
    expect(fidelity.columnShapes).toBeGreaterThan(0.85);
    expect(verdicts.fidelity.level).toBe('good');
  });

  it('has a symmetric pair matrix with nothing on the diagonal', () => {
    const { pairMatrix, pairColumns } = evaluateTable(given()).fidelity;
    pairColumns.forEach((_, i) => {
      expect(pairMatrix[i]![i]).toBeNull();
      pairColumns.forEach((__, j) => expect(pairMatrix[i]![j]).toBe(pairMatrix[j]![i]));
    });
  });
});

describe('the privacy heading', () => {
  it('finds copies', () => {
    const { privacy, verdicts } = evaluateTable(given({ synthetic: people(60, 1) }));
    expect(privacy.exactCopies).toBe(1);
    expect(privacy.dcrShare).toBe(1);
    expect(privacy.levattAuc).toBe(1);
    expect(privacy.nearestNeighbourDistanceRatio).toBe(0);
    expect(verdicts.privacy.level).toBe('poor');
    expect(verdicts.privacy.finding).toContain('100.0 % of the synthetic rows are exact copies');
  });

  it('finds rows that differ in one column', () => {
    const near = people(60, 1, (row) => [...row.slice(0, 3), row[3] === 'A' ? 'B' : 'A', ...row.slice(4)]);
    const { privacy, verdicts } = evaluateTable(given({ synthetic: near }));
    expect(privacy.exactCopies).toBe(0);
    expect(privacy.oneColumnOff).toBe(1);
    expect(privacy.heldOutOneColumnOff).toBe(0);
    expect(verdicts.privacy.level).toBe('poor');
  });

  it('finds nothing in fresh real rows', () => {
    const { privacy, verdicts } = evaluateTable(
      given({ train: people(200, 1), heldOut: people(200, 2), synthetic: people(200, 3) }),
    );
    expect(privacy.exactCopies).toBe(0);
    expect(privacy.dcrShareInterval![0]).toBeLessThan(0.5);
    expect(privacy.dcrShareInterval![1]).toBeGreaterThan(0.5);
    expect(verdicts.privacy.level).toBe('good');
  });

  it('compares halves of equal size: more training rows do not look like a leak', () => {
    const { privacy } = evaluateTable(
      given({ train: people(400, 1), heldOut: people(50, 2), synthetic: people(300, 3) }),
    );
    expect(privacy.dcr.scaled.train.q50).toBeLessThan(privacy.dcr.scaled.heldOut.q50);
    expect(Math.abs(privacy.dcrShare - 0.5)).toBeLessThan(0.1);
    expect(privacy.silent.find(({ test }) => test === 'dcr')!.reason).toContain('400 training and 50 held-out rows');
  });

  it('says which tests a handful of rows cannot answer', () => {
    const { privacy, verdicts } = evaluateTable(given(few));
    expect(privacy.silent.map(({ test }) => test)).toEqual(expect.arrayContaining(['dcrShare', 'levattAuc']));
    expect(verdicts.privacy.finding).toContain('so few rows');
    expect(verdicts.utility.level).toBe('unknown');
    expect(verdicts.fidelity.level).toBe('unknown');
  });
});

describe('the map', () => {
  it('has one finite point for each row, alike rows near each other', () => {
    const far = people(60, 3, (row) => [Number(row[0]) + 500, Number(row[1]) + 500, 'X', 'Y', 0, 'well']);
    const { map } = evaluateTable(given({ synthetic: far, map: true }));
    const mean = (of: string): number => {
      const points = map!.points.filter((point) => point.of === of);
      return points.reduce((sum, { x }) => sum + x / points.length, 0);
    };
    expect(map!.points).toHaveLength(200);
    expect(unsound(map)).toEqual([]);
    const spread = Math.abs(mean('train') - mean('heldOut'));
    const points = map!.points.filter(({ of }) => of === 'synthetic');
    const real = map!.points.filter(({ of }) => of !== 'synthetic');
    const apart = Math.min(...points.flatMap((a) => real.map((b) => Math.hypot(a.x - b.x, a.y - b.y))));
    expect(apart).toBeGreaterThan(spread);
  });

  it('is left out for fewer than five rows and when not asked for', () => {
    expect(
      evaluateTable(given({ train: people(1, 1), heldOut: people(1, 2), synthetic: people(1, 3), map: true })).map,
    ).toBeUndefined();
    expect(evaluateTable(given()).map).toBeUndefined();
  });

  it('takes rows that repeat, and tables of few rows', () => {
    const same = new Array<Row>(20).fill(people(1, 3)[0]!);
    for (const synthetic of [same, people(2, 3)]) {
      const { map } = evaluateTable(given({ train: people(4, 1), heldOut: people(4, 2), synthetic, map: true }));
      expect(map!.points).toHaveLength(8 + synthetic.length);
      expect(unsound(map)).toEqual([]);
    }
  });
});
