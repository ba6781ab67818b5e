import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTable } from '../../../mallm/table/formats/read-table.js';
import type { CommandResult, Workplace } from '../../support/command-line.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';

const TABLE = repositoryFile('test/fixtures/tables/cgd.csv');
const CONSTANT = ['center', 'random', 'treat', 'sex', 'age', 'height', 'weight', 'inherit', 'steroids', 'hos.cat'];

let place: Workplace;
let fitted: CommandResult;
beforeAll(async () => {
  place = await openWorkplace();
  const options = ['--target', 'status', '--held-out', '20%', '--epochs', '1', '--out', 'cgd'];
  fitted = await place.run(['fit', TABLE, ...options]);
});
afterAll(() => place.close());

type Record = { [column: string]: string };

async function subjectsIn(path: string): Promise<Record[][]> {
  const { header, records } = await parseTable(readFileSync(path));
  const rows = records.map((record): Record => Object.fromEntries(header.map((name, i) => [name, record[i]!])));
  const subjects: Record[][] = [];
  for (const row of rows) {
    if (subjects.at(-1)?.[0]!.id === row.id) subjects.at(-1)!.push(row);
    else subjects.push([row]);
  }
  return subjects;
}

async function expectSubjects(path: string): Promise<Record[][]> {
  const real = new Set((await subjectsIn(TABLE)).map(([row]) => row!.id));
  const subjects = await subjectsIn(path);
  expect(new Set(subjects.map(([row]) => row!.id)).size).toBe(subjects.length);
  expect(subjects.some(([row]) => real.has(row!.id))).toBe(false);
  for (const rows of subjects) {
    for (const name of CONSTANT) expect(new Set(rows.map((row) => row[name])).size).toBe(1);
    expect(rows.map(({ enum: number }) => Number(number))).toEqual(rows.map((_, i) => i + 1));
    expect(rows.slice(1).map(({ tstart }) => tstart)).toEqual(rows.slice(0, -1).map(({ tstop }) => tstop));
  }
  return subjects;
}

describe('a trial whose subjects have several rows', () => {
  it('is fitted, and its subjects are named before the first call', () => {
    expect(fitted.code).toBe(0);
    expect(fitted.stderr).toMatch(/"id": names \d+ people with up to \d rows each/);
  });

  it('is released by whole subjects', async () => {
    const subjects = await expectSubjects(join(place.folder, 'cgd', 'synthetic.csv'));
    expect(subjects.some((rows) => rows.length > 1)).toBe(true);
  });

  it('has real rows that are not told apart by what stays with a subject', () => {
    const text = readFileSync(join(place.folder, 'cgd', 'evaluation.json'), 'utf8');
    const { fidelity } = JSON.parse(text) as { fidelity: { c2st: { null: { trees: { auc: number } } } } };
    expect(fidelity.c2st.null.trees.auc).toBeLessThan(0.75);
  });

  it.each(['refined', 'model'])('is sampled by a number of people, drawn from %s', async (draw) => {
    const { code } = await place.run(['sample', 'cgd', '--people', '30', '--draw', draw, '--out', `${draw}.csv`]);
    expect(code).toBe(0);
    expect(await expectSubjects(join(place.folder, `${draw}.csv`))).toHaveLength(30);
  });

  it('is sampled under conditions that every row satisfies', async () => {
    const ask = ['--rows', '60', '--where', 'age > 10', '--where', 'treat = placebo', '--out', 'where.csv'];
    expect((await place.run(['sample', 'cgd', ...ask])).code).toBe(0);
    const subjects = await expectSubjects(join(place.folder, 'where.csv'));
    expect(subjects.flat().every(({ age, treat }) => Number(age) > 10 && treat === 'placebo')).toBe(true);
  });
});
