import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../../mallm/table/formats/csv.js';
import type { Manifest } from '../../../mallm/fit/manifest.js';
import type { CommandResult, Workplace } from '../../support/command-line.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';

const TABLE = repositoryFile('examples/penguins.csv');

describe('a fit of a real table on the embedded server', () => {
  let place: Workplace;
  let result: CommandResult;
  const args = ['fit', TABLE, '--target', 'species', '--held-out', '0.2', '--epochs', '2', '--out', 'out'];
  const file = (name: string): string => readFileSync(join(place.folder, 'out', name), 'utf8');
  const manifest = (): Manifest => JSON.parse(file('manifest.json')) as Manifest;

  beforeAll(async () => {
    place = await openWorkplace();
    result = await place.run(args);
  });
  afterAll(() => place.close());

  it('ends well and says where the table and the report are', () => {
    expect(result.stderr).not.toMatch(/error/i);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('out/synthetic.csv');
    expect(result.stdout).toContain('out/report.html');
    expect(result.stdout).toContain('SIMULATED');
  });

  it('releases the rows asked for, in the columns of the input, none of them a copy', () => {
    const real = parseCsv(readFileSync(TABLE));
    const synthetic = parseCsv(Buffer.from(file('synthetic.csv')));
    expect(synthetic.header).toEqual(real.header);
    expect(synthetic.records).toHaveLength(manifest().rows.asked);
    const known = new Set(real.records.map((record) => record.join('\u0000')));
    expect(synthetic.records.filter((record) => known.has(record.join('\u0000')))).toEqual([]);
  });

  it('names every file with its hash, what was spent, and that it was simulated', () => {
    const { files, simulated, calls, tokens, trajectory, exposure } = manifest();
    for (const [name, hash] of Object.entries(files)) {
      expect(createHash('sha256').update(file(name)).digest('hex')).toBe(hash);
    }
    expect(Object.keys(files).sort()).toEqual([
      'evaluation.json',
      'report.html',
      'synthetic.csv',
      'theta.json',
      'theta.md',
    ]);
    expect(simulated).toBe(true);
    expect(calls).toBeGreaterThan(0);
    expect(exposure.reduce((sum, host) => sum + host.calls, 0)).toBe(calls);
    expect(tokens.prompt).toBeGreaterThan(0);
    expect(trajectory.length).toBeGreaterThan(1);
  });

  it('leaves nothing that another user of the machine can read', () => {
    const open = ['.mallm', 'out'].flatMap((top) => [
      top,
      ...(readdirSync(join(place.folder, top), { recursive: true }) as string[]).map((name) => join(top, name)),
    ]);
    expect(open.length).toBeGreaterThan(20);
    expect(open.filter((name) => (statSync(join(place.folder, name)).mode & 0o077) > 0)).toEqual([]);
  });

  it('does nothing when the same command is run again', async () => {
    const before = manifest();
    const again = await place.run(args);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('already finished');
    expect(manifest()).toEqual(before);
  });

  it('refuses to overwrite it with another fit', async () => {
    const other = await place.run([...args, '--seed', '9']);
    expect(other.code).not.toBe(0);
    expect(other.stderr).toMatch(/already holds a finished fit.*--out/s);
  });

  it('draws more rows without a model call, under conditions that every row satisfies', async () => {
    const sampled = await place.run([
      'sample',
      'out',
      '--rows',
      '50',
      '--where',
      'species = Gentoo',
      '--out',
      'more.csv',
      '--json',
    ]);
    expect(sampled.code).toBe(0);
    const outcome = JSON.parse(sampled.stdout) as Manifest;
    expect(outcome.rows.released).toBe(50);
    expect(outcome.calls).toBe(manifest().calls);
    const { header, records } = parseCsv(readFileSync(join(place.folder, 'more.csv')));
    const species = header.indexOf('species');
    expect(new Set(records.map((record) => record[species]))).toEqual(new Set(['Gentoo']));
  });

  it('asks the model for rows with --draw model', async () => {
    const sampled = await place.run(['sample', 'out', '--rows', '10', '--draw', 'model', '--json']);
    expect(sampled.code).toBe(0);
    const outcome = JSON.parse(sampled.stdout) as Manifest;
    expect(outcome.rows.released).toBe(10);
    expect(outcome.calls).toBeGreaterThan(manifest().calls);
  });
});
