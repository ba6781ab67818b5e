import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTable } from '../../../mallm/table/formats/read-table.js';
import type { Manifest } from '../../../mallm/fit/manifest.js';
import { createRandom, type Random } from '../../../mallm/random.js';
import { RULED, rowsOf, type Written } from '../../mallm/rules/ruled-tables.js';
import type { Workplace } from '../../support/command-line.js';
import { openWorkplace } from '../../support/command-line.js';
import { startPerfectModel } from '../../support/perfect-model.js';
import { csvOf } from '../../support/tables.js';

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.close());

function writeTable(name: string, rows: readonly Written[]): string {
  const names = Object.keys(rows[0]!);
  const path = join(place.folder, `${name}.csv`);
  writeFileSync(path, csvOf(Object.fromEntries(names.map((column) => [column, rows.map((row) => row[column]!)]))));
  return path;
}

async function rowsIn(path: string): Promise<Written[]> {
  const { header, records } = await parseTable(readFileSync(join(place.folder, path)));
  return records.map((record) => Object.fromEntries(header.map((name, index) => [name, record[index]!])));
}

/** Fits a table whose rows the model knows as well as their process does. */
async function fitted(name: string, table: string, target: string, draw: () => Written): Promise<Manifest> {
  const model = await startPerfectModel(draw);
  const env = { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'none' };
  const models = ['--generator-model', 'perfect', '--epochs', '1', '--seed', '1'];
  const fit = await place.run(['fit', table, '--target', target, ...models, '--out', name], env);
  expect(fit.stderr).not.toMatch(/^error/im);
  expect(fit.code).toBe(0);
  const direct = ['--draw', 'model', '--rows', '60', '--out', `${name}-model.csv`];
  const drawn = await place.run(['sample', name, ...direct], env);
  expect([drawn.code, drawn.stderr.match(/^error.*/im)]).toEqual([0, null]);
  await model.close();
  return JSON.parse(readFileSync(join(place.folder, name, 'manifest.json'), 'utf8')) as Manifest;
}

describe('rows of a perfect model', () => {
  it.each(['stays with times of admission and discharge', 'an invoice of quantity times price, with tax'])(
    'keep the rules in every released row: %s',
    async (what) => {
      const table = RULED[what]!;
      const random = createRandom(40);
      const name = what.split(' ')[1]!;
      const path = writeTable(name, rowsOf(table, 120, 4));
      const { rows } = await fitted(name, path, table.target, () => table.row(random));
      expect(rows.accepted).toBeGreaterThan(0.8 * (rows.accepted + rows.rejected));
      for (const file of [`${name}/synthetic.csv`, `${name}-model.csv`]) {
        const released = await rowsIn(file);
        expect(released.length).toBeGreaterThanOrEqual(60);
        expect(released.filter((row) => !table.keeps(row))).toEqual([]);
      }
    },
  );

  it('have the codes of at least three people with about their shares, the rarer ones together', async () => {
    const codes = Array.from({ length: 150 }, (_, i) => `${'CEIJKM'[i % 6]}${10 + Math.floor(i / 2)}.${i % 10}`);
    const weights = codes.map((_, i) => (i < 12 ? 12 - i / 2 : 0.65));
    const draw = (random: Random): Written => {
      const code = random.weighted(weights);
      const age = Math.round(30 + 25 * random.uniform() + code / 8 + 8 * random.normal());
      const stay = (2 + 10 * random.uniform() + code / 15).toFixed(1);
      const died = random.uniform() < 0.1 + (age - 30) / 150 ? 'yes' : 'no';
      return { icd: codes[code]!, age: String(age), stay, died };
    };
    const random = createRandom(77);
    const real = Array.from({ length: 400 }, () => draw(random));
    await fitted('icd', writeTable('icd', real), 'died', () => draw(random));
    const released = await rowsIn('icd/synthetic.csv');
    const count = (rows: Written[], code: string): number => rows.filter(({ icd }) => icd === code).length;
    const kept = codes.filter((code) => count(real, code) >= 3);
    expect(new Set(real.map(({ icd }) => icd)).size).toBeGreaterThan(100);
    const shareOf = (rows: Written[], code: string): number => count(rows, code) / rows.length;
    for (const code of kept) {
      const share = shareOf(real, code);
      // Four standard errors of the difference of two samples of 400.
      const reach = 4 * Math.sqrt((2 * share * (1 - share)) / 400);
      expect(Math.abs(shareOf(released, code) - share), code).toBeLessThan(reach);
    }
    const rare = real.filter(({ icd }) => !kept.includes(icd!)).length / real.length;
    // The distance to real rows thins out a label that is in a third of the rows of so few columns.
    expect(Math.abs(shareOf(released, 'other') - rare)).toBeLessThan(0.15);
    expect(released.filter(({ icd }) => icd !== 'other' && !kept.includes(icd!))).toEqual([]);
  });
});
