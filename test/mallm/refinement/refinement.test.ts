import { describe, expect, it } from 'vitest';
import { cellViolation } from '../../../mallm/table/cell.js';
import { rowSatisfies, type PartialRow } from '../../../mallm/conditions/condition.js';
import { isModelled, type Cell, type Row, type TableSchema } from '../../../mallm/table/dataset.js';
import { createRandom } from '../../../mallm/random.js';
import { drawRows } from '../../../mallm/refinement/draw/draw-rows.js';
import type { RefinedGenerator } from '../../../mallm/refinement/generator.js';
import { fitRefinedGenerator } from '../../../mallm/refinement/refinement.js';
import { createDistanceFilter, fitDistanceRule } from '../../../mallm/refinement/row-distance.js';

const DAY = 86_400;
const common = { description: '', nullable: false, missingToken: '' };
const schema: TableSchema = {
  target: 'ill',
  columns: [
    { ...common, name: 'id', kind: 'identifier', pattern: 'A999' },
    { ...common, name: 'age', kind: 'numeric', min: 20, max: 79, decimals: { min: 0, max: 0 } },
    { ...common, name: 'sex', kind: 'categorical', categories: ['f', 'm', 'x'] },
    { ...common, name: 'dose', kind: 'numeric', min: 0, max: 12, decimals: { min: 1, max: 2 }, nullable: true },
    { ...common, name: 'visit', kind: 'datetime', min: 18_262 * DAY, max: 18_627 * DAY, format: '%Y-%m-%d' },
    { ...common, name: 'grade', kind: 'ordered', categories: ['I', 'II', 'III'] },
    { ...common, name: 'note', kind: 'text', maxLength: 20, nullable: true },
    { ...common, name: 'ill', kind: 'boolean', categories: ['no', 'yes'] },
  ],
};
const [AGE, SEX, DOSE, VISIT, GRADE, NOTE] = [1, 2, 3, 4, 5, 6] as const;
const edges = [
  { from: 'age', to: 'dose' },
  { from: 'dose', to: 'grade' },
  { from: 'age', to: 'ill' },
];
const trainRows = tableOf(100, 1, 'real');
const modelRows = tableOf(400, 2, 'made', 10);
const generator = fitRefinedGenerator({ schema, trainRows, modelRows, edges, distance: 'mild', seed: 5 });
const drawn = drawRows(generator, { count: 1000, seed: 6 });

describe('rows of a refined generator', () => {
  it('are as many as asked, with every drop counted', () => {
    expect(drawn.rows).toHaveLength(1000);
    expect(drawn.shortfall).toBeNull();
    expect(drawn.repeats).toBe(0);
    expect(Object.keys(drawn.rejections).every((why) => ['exact-copy', 'too-near'].includes(why))).toBe(true);
    expect(generator.modelRows.given).toBe(400);
    expect(generator.modelRows.used).toBeGreaterThan(350);
  });

  it('are the same for the same seed and after a trip through JSON, others for another seed', () => {
    const again = fitRefinedGenerator({ schema, trainRows, modelRows, edges, distance: 'mild', seed: 5 });
    expect(again).toEqual(generator);
    const stored = JSON.parse(JSON.stringify(generator)) as RefinedGenerator;
    expect(drawRows(stored, { count: 1000, seed: 6 })).toEqual(drawn);
    expect(drawRows(generator, { count: 10, seed: 7 }).rows).not.toEqual(drawn.rows.slice(0, 10));
  });

  it('fit the schema: grids, ranges, labels, days, missing only where allowed; identifiers are left blank', () => {
    for (const row of drawn.rows) {
      expect(row[0]).toBeNull();
      schema.columns.forEach((column, c) => {
        if (isModelled(column)) expect(cellViolation(column, row[c]!)).toBeNull();
      });
      expect(Number(row[VISIT]) % DAY).toBe(0);
      if (row[DOSE] !== null)
        expect(Math.abs(Number(row[DOSE]) * 20 - Math.round(Number(row[DOSE]) * 20))).toBeLessThan(1e-9);
    }
  });

  it('keep the distance of their level from every training row', () => {
    for (const distance of ['off', 'mild', 'strict'] as const) {
      const { rows } = drawRows(fitRefinedGenerator({ schema, trainRows, modelRows, edges, distance, seed: 5 }), {
        count: 200,
        seed: 1,
      });
      const filter = createDistanceFilter(fitDistanceRule(schema, trainRows, distance));
      expect(rows.every((row) => filter.rejectRow(row) === null)).toBe(true);
      expect(rows).toHaveLength(200);
    }
  });

  it('take texts from model rows only, never from training rows', () => {
    const texts = new Set(drawn.rows.map((row) => row[NOTE]));
    expect(texts.size).toBeGreaterThan(20);
    expect([...texts].every((text) => String(text).startsWith('made'))).toBe(true);
    const copied = modelRows.map((row, i) => (i % 2 ? row : row.with(NOTE, trainRows[i % 100]![NOTE]!)));
    const other = fitRefinedGenerator({ schema, trainRows, modelRows: copied, edges, distance: 'mild', seed: 5 });
    expect(drawRows(other, { count: 300, seed: 1 }).rows.some((row) => String(row[NOTE]).startsWith('real'))).toBe(
      false,
    );
  });

  it('follow the training rows where the model rows are shifted', () => {
    const [real, model, refined] = [trainRows, modelRows, drawn.rows].map((rows) => meanOf(rows, AGE)) as [
      number,
      number,
      number,
    ];
    expect(model - real).toBeGreaterThan(6);
    expect(Math.abs(refined - real)).toBeLessThan(3.5);
  });

  it('keep what belongs together: dose with age, grade with dose, missing doses with sex', () => {
    const doses = drawn.rows.filter((row) => row[DOSE] !== null);
    expect(
      meanOf(
        doses.filter((row) => Number(row[AGE]) > 65),
        DOSE,
      ) -
        meanOf(
          doses.filter((row) => Number(row[AGE]) < 35),
          DOSE,
        ),
    ).toBeGreaterThan(3);
    expect(
      meanOf(
        doses.filter((row) => row[GRADE] === 'III'),
        DOSE,
      ) -
        meanOf(
          doses.filter((row) => row[GRADE] === 'I'),
          DOSE,
        ),
    ).toBeGreaterThan(3);
    const missing = (sex: string): number => {
      const rows = drawn.rows.filter((row) => row[SEX] === sex);
      return rows.filter((row) => row[DOSE] === null).length / rows.length;
    };
    expect(missing('m')).toBeGreaterThan(missing('f') + 0.1);
  });

  it('seldom repeat a number that only one training row has', () => {
    const doses = trainRows.map((row) => row[DOSE]);
    const unique = new Set(
      doses.filter((dose) => dose !== null && doses.filter((other) => other === dose).length === 1),
    );
    const alone = drawRows(fitRefinedGenerator({ schema, trainRows, modelRows: [], edges, distance: 'off', seed: 5 }), {
      count: 1000,
      seed: 2,
    }).rows;
    expect(unique.size).toBeGreaterThan(20);
    expect(alone.filter((row) => unique.has(row[DOSE])).length / alone.length).toBeLessThan(0.5);
  });
});

describe('a refined generator on little', () => {
  it('works without model rows, with 25 rows, with one row, with constant columns', () => {
    const flat = trainRows.map((row) => row.with(GRADE, 'II').with(AGE, 40).with(DOSE, null));
    const cases: [string, Row[], Row[], number][] = [
      ['no model rows', trainRows, [], 50],
      ['25 rows', trainRows.slice(0, 25), modelRows.slice(0, 30), 50],
      ['few model rows', trainRows, modelRows.slice(0, 2), 50],
      ['constant columns', flat, flat.slice(0, 5), 50],
    ];
    for (const [name, rows, pool, count] of cases) {
      const made = fitRefinedGenerator({ schema, trainRows: rows, modelRows: pool, edges, distance: 'mild', seed: 1 });
      expect([name, drawRows(made, { count, seed: 1 }).rows.length]).toEqual([name, count]);
    }
    const single = fitRefinedGenerator({
      schema,
      trainRows: [trainRows[0]!],
      modelRows: [],
      edges: [],
      distance: 'off',
      seed: 1,
    });
    const { rows, shortfall } = drawRows(single, { count: 5, seed: 1 });
    expect(rows).toHaveLength(0);
    expect(shortfall).toContain('most of the others would be copies of training rows');
  });

  it('leaves model rows aside that have unknown labels, numbers out of range, or copy a training row', () => {
    const odd = [
      modelRows[0]!.with(SEX, 'unknown'),
      modelRows[1]!.with(AGE, 150),
      trainRows[0]!.with(0, 'new'),
      modelRows[2]!,
    ];
    const made = fitRefinedGenerator({ schema, trainRows, modelRows: odd, edges, distance: 'off', seed: 1 });
    expect(made.modelRows).toEqual({ given: 4, used: 1 });
  });

  it('lets rows repeat where they do so by nature, and counts them', () => {
    const random = createRandom(4);
    const labels = schema.columns.filter(({ name }) => name === 'sex' || name === 'ill');
    const rows: Row[] = Array.from({ length: 60 }, () => [random.pick(['f', 'm']), random.pick(['no', 'yes'])]);
    const made = fitRefinedGenerator({
      schema: { target: 'ill', columns: labels },
      trainRows: rows,
      modelRows: [],
      edges: [],
      distance: 'strict',
      seed: 1,
    });
    const result = drawRows(made, { count: 200, seed: 1 });
    expect(result.rows).toHaveLength(200);
    expect(result.repeats).toBe(200);
  });
});

describe('rows under conditions', () => {
  const cases: [string, PartialRow][] = [
    ['a range', { age: { is: 'range', min: 65, exclusive: ['min'] } }],
    ['a label', { sex: { is: 'equal', value: 'm' } }],
    ['a set', { grade: { is: 'one-of', values: ['I', 'III'] } }],
    ['missing', { dose: { is: 'missing' } }],
    ['present', { dose: { is: 'present' }, id: { is: 'present' } }],
    ['not equal', { ill: { is: 'not-equal', value: 'no' } }],
    ['a rare label', { sex: { is: 'equal', value: 'x' } }],
    [
      'several at once',
      { age: { is: 'range', min: 30, max: 45 }, sex: { is: 'equal', value: 'f' }, ill: { is: 'equal', value: 'yes' } },
    ],
    ['against the trend', { age: { is: 'range', max: 25 }, dose: { is: 'range', min: 7 } }],
    ['a narrow range', { dose: { is: 'range', min: 4, max: 4.3 } }],
    ['a date', { visit: { is: 'range', min: 18_500 * DAY } }],
    ['a text', { note: { is: 'one-of', values: ['made 3', 'made 17'] } }],
    ['a missing text or none', { note: { is: 'present' } }],
  ];

  it.each(cases)('satisfy %s, all of them', (_, conditions) => {
    const { rows, shortfall } = drawRows(generator, { count: 60, seed: 3, conditions });
    const checked = Object.fromEntries(Object.entries(conditions).filter(([name]) => name !== 'id'));
    expect(rows.every((row) => rowSatisfies(schema, row, checked))).toBe(true);
    expect(shortfall).toBeNull();
    expect(rows).toHaveLength(60);
  });

  it('are distributed as the rows drawn freely that happen to satisfy them', () => {
    const conditions: PartialRow = { ill: { is: 'equal', value: 'yes' }, sex: { is: 'equal', value: 'f' } };
    const free = drawRows(generator, { count: 6000, seed: 8 }).rows.filter((row) =>
      rowSatisfies(schema, row, conditions),
    );
    const conditioned = drawRows(generator, { count: 1500, seed: 9, conditions }).rows;
    expect(free.length).toBeGreaterThan(500);
    expect(Math.abs(meanOf(free, AGE) - meanOf(conditioned, AGE))).toBeLessThan(1.5);
    const share = (rows: Row[]): number => rows.filter((row) => row[GRADE] === 'III').length / rows.length;
    expect(Math.abs(share(free) - share(conditioned))).toBeLessThan(0.06);
  });

  it.each<[string, PartialRow, string]>([
    ['a number out of range', { age: { is: 'range', min: 90 } }, 'no training or model row has "age" >= 90'],
    ['an unknown label', { sex: { is: 'equal', value: 'z' } }, 'no training or model row has "sex" = "z"'],
    ['missing where nothing is', { age: { is: 'missing' } }, 'no training or model row has "age" missing'],
    ['a key', { id: { is: 'equal', value: 'A001' } }, 'no training or model row has "id" = "A001"'],
    ['an unseen text', { note: { is: 'equal', value: 'real 3' } }, 'no training or model row has "note" = "real 3"'],
  ])('that cannot be met (%s) end at once with the reason', (_, conditions, reason) => {
    const { rows, shortfall } = drawRows(generator, { count: 10, seed: 1, conditions });
    expect(rows).toHaveLength(0);
    expect(shortfall).toContain(reason);
  });

  it('refuse a column that the table does not have', () => {
    expect(() => drawRows(generator, { count: 1, seed: 1, conditions: { height: { is: 'present' } } })).toThrow(
      'height',
    );
  });
});

/**
 * Dose rises with age and is missing for a third of the men, grade follows dose, the old are ill; one in twenty is of sex
 * x. `shift` makes people older and drops the tails, as models do.
 */
function tableOf(count: number, seed: number, note: string, shift = 0): Row[] {
  const random = createRandom(seed);
  const rows = Array.from({ length: count }, (_, i): Row => {
    const age = Math.min(79, Math.max(20, Math.round(20 + shift + 59 * random.uniform() ** (shift ? 0.8 : 1))));
    const sex = random.uniform() < 0.05 ? 'x' : random.uniform() < 0.5 ? 'f' : 'm';
    const dose = Math.min(12, Math.max(0, Math.round((age / 8 + 1.5 * random.normal()) * 20) / 20));
    const isMissing = random.uniform() < (sex === 'm' ? 0.35 : 0.05);
    const grade = dose < 4 ? 'I' : dose < 7 ? 'II' : 'III';
    const visit = (18_262 + random.integer(366)) * DAY;
    const ill = age + 12 * random.normal() > 52 ? 'yes' : 'no';
    const cells: Cell[] = [`A${i}`, age, sex, isMissing ? null : dose, visit, grade, `${note} ${i}`, ill];
    return cells;
  });
  const seen = new Set<string>();
  return rows.filter((row) => !seen.has(row.join()) && seen.add(row.join()));
}

function meanOf(rows: readonly Row[], column: number): number {
  return rows.reduce((sum, row) => sum + Number(row[column]), 0) / rows.length;
}
