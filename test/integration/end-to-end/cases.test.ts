import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTable } from '../../../mallm/table/formats/read-table.js';
import type { CommandResult, Workplace } from '../../support/command-line.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';

const CASES = 'test/fixtures/cases';

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.close());

async function cellsOf(path: string, column: string): Promise<string[]> {
  const { header, records } = await parseTable(readFileSync(path));
  return records.map((record) => record[header.indexOf(column)]!);
}

async function fit(path: string, target: string, out: string, ...more: string[]): Promise<CommandResult> {
  const table = repositoryFile(`${CASES}/${path}`);
  const result = await place.run([
    'fit',
    table,
    '--target',
    target,
    '--epochs',
    '1',
    '--seed',
    '1',
    '--out',
    out,
    ...more,
  ]);
  expect(result.stderr).not.toMatch(/^error/im);
  expect(result.code).toBe(0);
  return result;
}

function ownFile(...names: string[]): string {
  return join(place.folder, ...names);
}

describe('identifiers of held-out rows', () => {
  it('are not given to synthetic rows', async () => {
    await fit('held-out-ids-reappear/dupcase.csv', 'target', 'dup', '--held-out', '20%');
    const real = await cellsOf(repositoryFile(`${CASES}/held-out-ids-reappear/dupcase.csv`), 'id');
    const ids = await cellsOf(ownFile('dup', 'synthetic.csv'), 'id');
    expect(ids).toHaveLength(48);
    expect(ids.filter((id) => real.includes(id))).toEqual([]);
    expect(new Set(ids).size).toBe(48);
  });
});

describe('values that one person alone has', () => {
  it('do not come back: a label, a salary, names and e-mail addresses; and that is said and counted', async () => {
    const path = 'rare-values-come-back/rare.csv';
    const { stderr } = await fit(path, 'outcome', 'rare');
    expect(stderr).toMatch(/"name": names of persons: in no prompt/);
    expect(stderr).toMatch(/"email": e-mail addresses: in no prompt/);
    expect(stderr).toMatch(/"icd": 1 label that fewer than 3 people have: "other"/);
    expect((await place.run(['sample', 'rare', '--rows', '1000', '--out', 'rare.csv'])).code).toBe(0);
    for (const file of [ownFile('rare', 'synthetic.csv'), ownFile('rare.csv')]) {
      for (const column of ['name', 'email']) {
        const real = new Set(await cellsOf(repositoryFile(`${CASES}/${path}`), column));
        expect((await cellsOf(file, column)).filter((cell) => real.has(cell))).toEqual([]);
      }
      expect(new Set(await cellsOf(file, 'icd'))).toEqual(new Set(['E11', 'I10', 'J44', 'other']));
      expect(Math.max(...(await cellsOf(file, 'salary')).map(Number))).toBeLessThanOrEqual(51_947);
    }
    const manifest = readFileSync(ownFile('rare', 'manifest.json'), 'utf8');
    const { protected: protections } = JSON.parse(manifest) as { protected: { column: string; how: string }[] };
    expect(protections.map(({ column, how }) => `${column} ${how}`)).toEqual([
      'name made-afresh',
      'email made-afresh',
      'age clamped',
      'icd pooled',
      'salary clamped',
    ]);
    const report = readFileSync(ownFile('rare', 'report.html'), 'utf8');
    expect(report).toContain('What was protected in the training rows');
    const table = repositoryFile(`${CASES}/${path}`);
    const prompt = await place.run(['fit', table, '--target', 'outcome', '--examples-per-prompt', '20', '--dry-run']);
    expect(prompt.stdout).toContain('"salary": integer from 27926 to 51947');
    for (const text of [manifest, report, prompt.stdout]) expect(text).not.toMatch(/E75\.2|9000000|hosp\.org|Sur\d/);
  });

  it('come back with --min-count 1, and personal columns with --keep-column', async () => {
    await fit('rare-values-come-back/rare.csv', 'outcome', 'open', '--min-count', '1', '--keep-column', 'name');
    const real = new Set(await cellsOf(repositoryFile(`${CASES}/rare-values-come-back/rare.csv`), 'name'));
    expect(real.size).toBe(80);
    const manifest = JSON.parse(readFileSync(ownFile('open', 'manifest.json'), 'utf8')) as {
      options: { minCount: number };
      protected: { column: string }[];
    };
    expect(manifest.options.minCount).toBe(1);
    expect(manifest.protected.map(({ column }) => column)).toEqual(['email']);
  });
});

describe('codes for missing', () => {
  it('come out with their share, and never as parts of a mean', async () => {
    const { stderr } = await fit('missing-codes-are-averaged/missing.csv', 'outcome', 'codes');
    expect(stderr).toContain('"bmi": "-99": kept beside the values');
    const sampled = await place.run(['sample', 'codes', '--rows', '1000', '--out', 'codes.csv']);
    expect(sampled.code).toBe(0);
    const share = (cells: string[], code: string): number => cells.filter((cell) => cell === code).length / 1000;
    const [bmi, packyears, children, sbp] = await Promise.all(
      ['bmi', 'packyears', 'children', 'sbp'].map((name) => cellsOf(ownFile('codes.csv'), name)),
    );
    for (const [cells, codes, low, high] of [
      [bmi!, { '-99': 30 / 160 }, 11, 45],
      [packyears!, { '999': 32 / 160 }, 0, 40],
      [children!, { '-7': 22 / 160, '-8': 12 / 160, '-9': 18 / 160 }, 0, 5],
      [sbp!, { '.A': 9 / 160, '.B': 6 / 160, '.': 8 / 160 }, 80, 200],
    ] as const) {
      for (const [code, expected] of Object.entries(codes))
        expect(Math.abs(share(cells, code) - expected)).toBeLessThan(0.08);
      const values = cells.filter((cell) => !Object.keys(codes).includes(cell)).map(Number);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...values)).toBeLessThanOrEqual(high);
    }
  });
});

describe('a table with text, formatted numbers and ids of two shapes', () => {
  it('is written as Parquet and JSON Lines, which evaluate and refine read', async () => {
    await fit('formatted-numbers-are-text-or-labels/money.csv', 'status', 'money', '--held-out', '20%');
    for (const format of ['parquet', 'jsonl']) {
      const { code } = await place.run(['sample', 'money', '--rows', '40', '--out', `m.${format}`]);
      expect(code).toBe(0);
      expect(await cellsOf(ownFile(`m.${format}`), 'income')).toHaveLength(40);
    }
    const money = repositoryFile(`${CASES}/formatted-numbers-are-text-or-labels/money.csv`);
    const limits = await cellsOf(ownFile('money', 'synthetic.csv'), 'limit');
    expect(limits.every((limit) => /^\$\d{1,3}(,\d{3})*$/.test(limit))).toBe(true);
    const table = ['--target', 'status'];
    const evaluated = await place.run([
      'evaluate',
      '--train',
      money,
      '--held-out',
      money,
      '--synthetic',
      'm.parquet',
      ...table,
      '--json',
    ]);
    expect(evaluated.code).toBe(0);
    const refined = await place.run(['refine', money, '--pool', 'm.jsonl', ...table, '--rows', '20', '--out', 'r.csv']);
    expect(refined.code).toBe(0);
    expect((await cellsOf(ownFile('r.csv'), 'rate')).every((rate) => /^\d+\.\d%$/.test(rate))).toBe(true);
  });
});

describe('rules between columns', () => {
  it('are shown before the first call and kept in every row', async () => {
    const { stderr, stdout } = await fit('rules-between-columns/adm.csv', 'outcome', 'adm');
    expect(stderr).toContain('rules that every row is to keep: lab_total = lab_a + lab_b; discharge > admission');
    expect(stdout).toContain('2 of 2 between columns kept in all rows');
    const ways = [[], ['--draw', 'model'], ['--where', 'lab_total > 80', '--where', 'discharge < 2024-06-01']];
    for (const [i, way] of ways.entries()) {
      const rows = way.length > 0 ? '40' : '1000';
      const { code } = await place.run(['sample', 'adm', '--rows', rows, '--out', `adm-${i}.csv`, ...way]);
      expect(code).toBe(0);
      const [from, to, a, b, total] = await Promise.all(
        ['admission', 'discharge', 'lab_a', 'lab_b', 'lab_total'].map((name) => cellsOf(ownFile(`adm-${i}.csv`), name)),
      );
      expect(total).toHaveLength(Number(rows));
      expect(total!.filter((cell, row) => Number(a![row]) + Number(b![row]) !== Number(cell))).toEqual([]);
      expect(to!.filter((cell, row) => cell < from![row]!)).toEqual([]);
      if (i === 2) expect(total!.every((cell) => Number(cell) > 80)).toBe(true);
      const manifest = readFileSync(ownFile(`adm-${i}.csv.manifest.json`), 'utf8');
      const count = { of: Number(rows), kept: Number(rows) };
      expect((JSON.parse(manifest) as { rules: unknown }).rules).toEqual([
        { rule: 'lab_total = lab_a + lab_b', ...count },
        { rule: 'discharge > admission', ...count },
      ]);
    }
  });

  it.each([
    ['discharge >= admision', 'a rule names the column "admision"', 'Did you mean "admission"?'],
    ['admission >= discharge', 'training rows break the rule "admission >= discharge"', '120 of 120 rows'],
    ['lab_total ~ lab_a', '"lab_total ~ lab_a" is not a rule', 'expected one such as'],
    ['age >= admission', 'the rule "age >= admission" does not go with its columns', '"admission": datetime'],
  ])('that a user gives and that cannot be kept are an error before anything is paid: %s', async (rule, ...texts) => {
    const table = repositoryFile(`${CASES}/rules-between-columns/adm.csv`);
    const { code, stderr } = await place.run(['fit', table, '--target', 'outcome', '--rule', rule, '--out', 'refused']);
    expect(code).not.toBe(0);
    for (const text of texts) expect(stderr).toContain(text);
  });

  it('can be taken away, one or all', async () => {
    const table = repositoryFile(`${CASES}/rules-between-columns/adm.csv`);
    const without = async (...rules: string[]): Promise<string> => {
      const flags = rules.flatMap((rule) => ['--no-rule', rule]);
      return (await place.run(['inspect', table, '--target', 'outcome', ...flags])).stdout;
    };
    expect(await without('discharge >= admission')).toMatch(
      /rules between columns\n {2}lab_total = lab_a \+ lab_b +\(all 120 rows\)\n$/,
    );
    expect(await without('all')).not.toContain('rules between columns');
  });
});
