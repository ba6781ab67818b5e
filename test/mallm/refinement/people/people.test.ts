import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseCondition } from '../../../../mallm/conditions/condition-parser.js';
import type { Cell, Row, TableSchema } from '../../../../mallm/table/dataset.js';
import { columnIndex } from '../../../../mallm/table/dataset.js';
import { finishedRows, identifiersOf } from '../../../../mallm/table/finished-rows.js';
import { parseTable } from '../../../../mallm/table/formats/read-table.js';
import { splitTable } from '../../../../mallm/table/held-out.js';
import { peopleOf } from '../../../../mallm/table/people.js';
import { drawRows } from '../../../../mallm/refinement/draw/draw-rows.js';
import type { RefinedGenerator } from '../../../../mallm/refinement/generator.js';
import { fitRefinedGenerator } from '../../../../mallm/refinement/refinement.js';

interface Fitted {
  schema: TableSchema;
  trainRows: Row[];
  /** Training and held-out rows. */
  all: Row[];
  generator: RefinedGenerator;
}

async function fitted(bytes: Buffer, target: string): Promise<Fitted> {
  const table = await parseTable(bytes);
  const { schema, trainRows, heldOutRows } = splitTable(table, { target }, { share: 0.2, seed: 1 });
  const generator = fitRefinedGenerator({
    ...{ schema, trainRows, modelRows: [], edges: [], distance: 'mild' as const, seed: 1 },
  });
  return { schema, trainRows, all: [...trainRows, ...heldOutRows!], generator };
}

function peopleIn(schema: TableSchema, rows: readonly Row[]): Row[][] {
  return peopleOf(schema, rows).map((places) => places.map((place) => rows[place]!));
}

/** The released rows of a column, by person. */
function cellsOf({ schema }: Pick<Fitted, 'schema'>, people: readonly Row[][], name: string): Cell[][] {
  const index = columnIndex(schema, name);
  return people.map((rows) => rows.map((row) => row[index]!));
}

const risesIn = (cells: readonly Cell[]): boolean =>
  cells.every((cell, i) => i === 0 || Number(cell) >= Number(cells[i - 1]));

/** cgd of R's survival: 128 subjects, 203 intervals from `tstart` to `tstop`, numbered by `enum`. */
describe('subjects of a trial with recurrent infections', () => {
  let cgd: Fitted;
  let people: Row[][];
  beforeAll(async () => {
    cgd = await fitted(readFileSync('test/fixtures/tables/cgd.csv'), 'status');
    const { rows } = drawRows(cgd.generator, { count: 1000, seed: 3 });
    people = peopleIn(
      cgd.schema,
      finishedRows(cgd.schema, rows, { seed: 1, keys: identifiersOf(cgd.schema, cgd.all) }),
    );
  });

  test('come whole, under keys that no real subject has', () => {
    const real = new Set(identifiersOf(cgd.schema, cgd.all).id);
    expect(real.size).toBe(128);
    const keys = cellsOf(cgd, people, 'id').map(([first]) => String(first));
    expect(new Set(keys).size).toBe(people.length);
    expect(keys.some((key) => real.has(key))).toBe(false);
    const rows = people.reduce((sum, { length }) => sum + length, 0);
    expect(rows).toBeGreaterThanOrEqual(1000);
    expect(rows).toBeLessThan(1008);
  });

  test('have as many rows as real ones', () => {
    const share = (of: Row[][], test: (length: number) => boolean): number =>
      of.filter(({ length }) => test(length)).length / of.length;
    const real = peopleIn(cgd.schema, cgd.trainRows);
    expect(share(people, (n) => n === 1)).toBeCloseTo(
      share(real, (n) => n === 1),
      1,
    );
    expect(share(people, (n) => n > 2)).toBeCloseTo(
      share(real, (n) => n > 2),
      1,
    );
    expect(Math.max(...people.map(({ length }) => length))).toBeLessThanOrEqual(8);
  });

  test('are the same in all rows of a subject where real ones are', () => {
    for (const name of ['center', 'random', 'treat', 'sex', 'age', 'height', 'weight', 'inherit', 'hos.cat']) {
      expect(cellsOf(cgd, people, name).every((cells) => new Set(cells).size === 1)).toBe(true);
    }
  });

  test('count their intervals, and each begins where the last one ended', () => {
    expect(cellsOf(cgd, people, 'enum').every((cells) => cells.every((cell, i) => cell === i + 1))).toBe(true);
    const [starts, stops] = [cellsOf(cgd, people, 'tstart'), cellsOf(cgd, people, 'tstop')];
    const begins = starts.every((cells, person) =>
      cells.every((cell, i) => cell === (i === 0 ? 0 : stops[person]![i - 1])),
    );
    expect(begins).toBe(true);
    expect(stops.every((cells, person) => cells.every((cell, i) => Number(cell) > Number(starts[person]![i])))).toBe(
      true,
    );
  });

  test('end an interval by an infection, but for the last one', () => {
    const open = (of: Row[][]): number => {
      const all = cellsOf(cgd, of, 'status').flatMap((cells) => cells.slice(0, -1));
      return all.filter((cell) => cell === '1').length / all.length;
    };
    expect(open(peopleIn(cgd.schema, cgd.trainRows))).toBe(1);
    expect(open(people)).toBe(1);
  });

  test('can be counted instead of rows, and the same seed gives the same', () => {
    const ask = { count: 25, seed: 8, people: true };
    const { rows } = drawRows(cgd.generator, ask);
    expect(peopleIn(cgd.schema, rows)).toHaveLength(25);
    expect(drawRows(cgd.generator, ask).rows).toEqual(rows);
  });

  test('satisfy conditions in every row', () => {
    const given = ['age > 12', 'treat = placebo', 'tstop < 300'].map((text) => parseCondition(cgd.schema, text));
    const conditions = Object.fromEntries(given.map(({ column, condition }) => [column, condition]));
    const { rows, shortfall } = drawRows(cgd.generator, { count: 60, seed: 5, conditions });
    expect(shortfall).toBeNull();
    const drawn = peopleIn(cgd.schema, rows);
    expect(drawn.some(({ length }) => length > 1)).toBe(true);
    expect(
      cellsOf(cgd, drawn, 'age')
        .flat()
        .every((age) => Number(age) > 12),
    ).toBe(true);
    expect(
      cellsOf(cgd, drawn, 'treat')
        .flat()
        .every((treat) => treat === 'placebo'),
    ).toBe(true);
    expect(
      cellsOf(cgd, drawn, 'tstop')
        .flat()
        .every((stop) => Number(stop) < 300),
    ).toBe(true);
  });
});

describe('visits of patients in a file that is in no order', () => {
  let lab: Fitted;
  let people: Row[][];
  beforeAll(async () => {
    lab = await fitted(Buffer.from(labVisits()), 'hb');
    const { rows } = drawRows(lab.generator, { count: 300, seed: 2 });
    people = peopleIn(
      lab.schema,
      finishedRows(lab.schema, rows, { seed: 1, keys: identifiersOf(lab.schema, lab.all) }),
    );
  });

  test('dates ascend, and keys keep their shape', () => {
    expect(lab.schema.group).toMatchObject({ key: 'pat_id', order: 'seen' });
    expect(cellsOf(lab, people, 'seen').every(risesIn)).toBe(true);
    expect(cellsOf(lab, people, 'visit').every((cells) => cells.every((cell, i) => cell === i + 1))).toBe(true);
    expect(
      cellsOf(lab, people, 'pat_id')
        .flat()
        .every((key) => /^[A-Z]{2}-\d{4}$/.test(String(key))),
    ).toBe(true);
    expect(cellsOf(lab, people, 'sex').every((cells) => new Set(cells).size === 1)).toBe(true);
  });

  test('a value follows the one before it', () => {
    const correlation = (of: Row[][]): number => {
      const pairs = cellsOf(lab, of, 'hb').flatMap((cells) =>
        cells.slice(1).map((cell, i) => [Number(cells[i]), Number(cell)]),
      );
      const mean = (k: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[k]!, 0) / pairs.length;
      const [a, b] = [mean(0), mean(1)];
      const moment = (i: 0 | 1, j: 0 | 1): number =>
        pairs.reduce((sum, pair) => sum + (pair[i]! - (i ? b : a)) * (pair[j]! - (j ? b : a)), 0);
      return moment(0, 1) / Math.sqrt(moment(0, 0) * moment(1, 1));
    };
    const real = correlation(peopleIn(lab.schema, lab.trainRows));
    expect(real).toBeGreaterThan(0.8);
    expect(correlation(people)).toBeGreaterThan(real - 0.2);
  });
});

/** One to five visits of 70 patients, weeks apart, with a level of haemoglobin of each patient's own; shuffled. */
function labVisits(): string {
  const lines = Array.from({ length: 70 }, (_, person) => {
    const level = 9 + ((person * 37) % 60) / 10;
    return Array.from({ length: 1 + (person % 5) }, (_, visit) => {
      const seen = new Date(Date.UTC(2023, person % 12, 1 + (person % 27) + 28 * visit)).toISOString().slice(0, 10);
      const hb = level + (((person + 1) * (visit + 3) * 7) % 11) / 10;
      return [
        `${'AB'[person % 2]}K-${1000 + 13 * person}`,
        person % 3 ? 'f' : 'm',
        seen,
        visit + 1,
        hb.toFixed(1),
      ].join();
    });
  }).flat();
  return ['pat_id,sex,seen,visit,hb', ...lines.map((_, i) => lines[(i * 89) % lines.length]!)].join('\n');
}
