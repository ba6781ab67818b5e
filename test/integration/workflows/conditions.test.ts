import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sample } from '../../../client/index.js';
import type { SampleOutcome, SampleRequest } from '../../../client/index.js';
import { repositoryFile } from '../../support/command-line.js';
import type { Site } from '../../support/site.js';
import { startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

/*
 * Conditional sampling through the real workflow, four tables, both ways of drawing. What the conditions mean is written
 * here a second time, over the cells as they are in the CSV, so that no code of the product judges itself.
 */

/** A row as text, by column name. */
type Cells = Record<string, string>;

interface Case {
  where: string[];
  holds: (row: Cells) => boolean;
}

const ROWS = 8;
const between = (low: number, cell: string | undefined, high: number): boolean =>
  Number(cell) >= low && Number(cell) <= high;

const TABLES = {
  adult: { file: 'adult-train-100.csv', target: 'Income' },
  insurance: { file: 'insurance-train-100.csv', target: 'charges' },
  asia: { file: 'asia-train-50.csv', target: 'Dyspnea' },
  penguins: { file: 'penguins-raw.csv', target: 'Species' },
} as const;
type TableName = keyof typeof TABLES;

const CASES: Record<TableName, Case[]> = {
  adult: [
    { where: ['age > 40'], holds: (row) => Number(row.age) > 40 },
    { where: ['age in 30..45'], holds: (row) => between(30, row.age, 45) },
    { where: ['sex = Female'], holds: (row) => row.sex === 'Female' },
    {
      where: ['workclass in (Private, Local-gov)'],
      holds: (row) => ['Private', 'Local-gov'].includes(row.workclass!),
    },
    { where: ['education != HS-grad'], holds: (row) => row.education !== 'HS-grad' },
    {
      where: ['sex = Male', 'Income = ">50K"', 'hours-per-week >= 40'],
      holds: (row) => row.sex === 'Male' && row.Income === '>50K' && Number(row['hours-per-week']) >= 40,
    },
    {
      where: ['marital-status not in (Never-married, Divorced)', 'age < 50'],
      holds: (row) => !['Never-married', 'Divorced'].includes(row['marital-status']!) && Number(row.age) < 50,
    },
  ],
  insurance: [
    { where: ['bmi < 30'], holds: (row) => Number(row.bmi) < 30 },
    { where: ['charges between 5000 and 15000'], holds: (row) => between(5000, row.charges, 15_000) },
    { where: ['smoker = yes'], holds: (row) => row.smoker === 'yes' },
    { where: ['children in (1, 2)'], holds: (row) => ['1', '2'].includes(row.children!) },
    {
      where: ['age >= 30', 'age < 60', 'smoker = no', 'region in (southwest, southeast)'],
      holds: (row) => between(30, row.age, 59) && row.smoker === 'no' && row.region!.startsWith('south'),
    },
  ],
  asia: [
    { where: ['Dyspnea = 1'], holds: (row) => row.Dyspnea === '1' },
    { where: ['"lung cancer" = 1'], holds: (row) => row['lung cancer'] === '1' },
    { where: ['smoke = 1', 'bronchitis = 0'], holds: (row) => row.smoke === '1' && row.bronchitis === '0' },
  ],
  penguins: [
    { where: ['Sex is missing'], holds: (row) => row.Sex === 'NA' },
    {
      where: ['Sex is not missing', 'Body Mass (g) > 4000'],
      holds: (row) => row.Sex !== 'NA' && Number(row['Body Mass (g)']) > 4000,
    },
    { where: ['Date Egg between 2008-01-01 and 2008-12-31'], holds: (row) => row['Date Egg']!.startsWith('2008-') },
    {
      where: ['Date Egg < 2009-01-01', 'Island in (Biscoe, Dream)', 'Flipper Length (mm) in 180..215'],
      holds: (row) =>
        row['Date Egg']! < '2009-01-01' && row.Island !== 'Torgersen' && between(180, row['Flipper Length (mm)'], 215),
    },
    {
      where: ['Comments = "Nest never observed with full clutch."'],
      holds: (row) => row.Comments === 'Nest never observed with full clutch.',
    },
  ],
};

let temporal: Awaited<ReturnType<typeof startTemporal>>;
let site: Site;
const folders = {} as Record<TableName, string>;

beforeAll(async () => {
  temporal = await startTemporal();
  site = await startSite(temporal.address);
  await site.startWorker();
  const few = { rows: 5, epochs: 1, rowsPerTheta: 30, rowsPerRequest: 10, optimizer: false };
  for (const name of Object.keys(TABLES) as TableName[]) {
    const { target } = TABLES[name];
    folders[name] = (await site.fit({ ...few, table: tableFile(name), target, out: join(site.folder, name) })).folder;
  }
}, 180_000);
afterAll(async () => {
  await site.close();
  await temporal.stop();
});

/** A third of the penguins is enough, and a third of the time. */
function tableFile(name: TableName): string {
  const path = repositoryFile(`test/fixtures/tables/${TABLES[name].file}`);
  if (name !== 'penguins') return path;
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const third = join(site.folder, 'penguins.csv');
  writeFileSync(third, [header, ...lines.filter((_, place) => place % 3 === 0), ''].join('\n'));
  return third;
}

function draw(table: TableName, request: Partial<SampleRequest>): Promise<SampleOutcome> {
  return sample({ folder: folders[table], rows: ROWS, config: site.config, ...request });
}

/** The released rows, read without the product's own reader; a quoted cell may hold commas. */
function released({ file }: SampleOutcome): Cells[] {
  const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const cells = (line: string): string[] =>
    [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell!.replace(/^"|"$/g, ''));
  const names = cells(header!);
  return lines.map((line) => Object.fromEntries(cells(line).map((cell, place) => [names[place]!, cell])));
}

describe.each(Object.entries(CASES) as [TableName, Case[]][])('conditions on %s', (table, cases) => {
  it.each(cases)(
    '$where hold in every released row, drawn and asked for',
    async ({ where, holds }) => {
      const outcomes = await Promise.all(
        (['refined', 'model'] as const).map((way) => draw(table, { where, draw: way })),
      );
      for (const outcome of outcomes) {
        const rows = released(outcome);
        expect(rows.filter((row) => !holds(row))).toEqual([]);
        const { manifest } = outcome;
        expect(rows).toHaveLength(manifest.rows.released);
        expect(manifest.conditions).toHaveLength(new Set(where.map((text) => text.split(' ')[0])).size);
        if (manifest.rows.released < ROWS) expect(manifest.shortfall).toMatch(/\d/);
        else expect(manifest.shortfall).toBeNull();
      }
      expect(outcomes[0]!.manifest.rows.released).toBe(ROWS);
      expect(outcomes[1]!.manifest.rows.released).toBeGreaterThan(0);
      expect(outcomes[1]!.manifest.unseen).toEqual([]);
    },
    60_000,
  );
});

describe('what no training row shows', () => {
  it.each<[string, Case]>([
    ['a label', { where: ['region = midwest'], holds: (row) => row.region === 'midwest' }],
    ['numbers', { where: ['age in 70..80'], holds: (row) => between(70, row.age, 80) }],
    ['a missing cell', { where: ['bmi is missing'], holds: (row) => row.bmi === '' }],
  ])(
    'is asked of the model and marked: %s',
    async (_, { where, holds }) => {
      const outcome = await draw('insurance', { where });
      const rows = released(outcome);
      expect(outcome.manifest).toMatchObject({ draw: 'model', rows: { released: rows.length } });
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.filter((row) => !holds(row))).toEqual([]);
      expect(outcome.manifest.unseen).toEqual([expect.stringContaining(where[0]!.split(' ')[0]!)]);
    },
    60_000,
  );
});

describe('a condition that cannot be met', () => {
  it('ends with fewer rows and the reason, when drawn from what the training rows show', async () => {
    const outcome = await draw('insurance', { where: ['region = midwest'], draw: 'refined' });
    expect(released(outcome)).toEqual([]);
    expect(outcome.manifest.rows).toMatchObject({ asked: ROWS, released: 0 });
    expect(outcome.manifest.shortfall).toContain('midwest');
  }, 60_000);

  it('ends after two fruitless rounds, when the model gives no row that meets it', async () => {
    await site.mend({ rateContentFilter: 1 });
    const before = site.calls().length;
    const outcome = await draw('insurance', { where: ['age in 70..80'], seed: 2 });
    await site.mend({});
    expect(released(outcome)).toEqual([]);
    expect(outcome.manifest.shortfall).toMatch(/2 rounds.*most often: /);
    expect(site.calls().length - before).toBeLessThanOrEqual(12);
    expect(outcome.manifest.rows.rejected).toBeGreaterThan(0);
  }, 60_000);

  it('is refused before any call when it contradicts another', async () => {
    const before = site.calls().length;
    await expect(draw('insurance', { where: ['age > 60', 'age < 20'] })).rejects.toThrow(/age.*contradict/);
    expect(site.calls()).toHaveLength(before);
  });
});
