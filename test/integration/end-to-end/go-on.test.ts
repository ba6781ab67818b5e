import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../client/runs/run-folder.js';
import { stopEmbeddedServer } from '../../../workers/embedded/embedded-server.js';
import type { Workplace } from '../../support/command-line.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';
import { until } from '../../support/until.js';

const FIT = ['fit', 'patients.csv', '--target', 'Income', '--epochs', '2', '--out', 'run'];

let place: Workplace;
/** The project, wherever it is by now. */
let project: string;

beforeAll(async () => {
  place = await openWorkplace();
  project = join(place.folder, 'project');
  mkdirSync(project);
  const table = readFileSync(repositoryFile('test/fixtures/tables/adult-train-25.csv'));
  writeFileSync(join(project, 'patients.csv'), table);
  expect((await run(FIT)).code).toBe(0);
});
afterAll(async () => {
  await stopEmbeddedServer(join(project, '.mallm')).catch(() => undefined);
  await place.close();
});

const run = (args: string[], env: Record<string, string> = {}) => place.run(args, env, project);
const file = (name: string): string => join(project, 'run', name);
const content = (name: string): string => readFileSync(file(name), 'utf8');
const calls = (): string[] =>
  readdirSync(join(project, '.mallm', 'store', 'runs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('replies/'),
  );

describe('a finished run', () => {
  it.each([['synthetic.csv'], ['manifest.json'], ['report.html', 'theta.json']])(
    'whose %s was removed writes it again with the same command, and pays nothing',
    async (...removed) => {
      const before = { table: content('synthetic.csv'), replies: calls() };
      for (const name of removed) rmSync(file(name));
      expect((await run(FIT)).code).toBe(0);
      for (const name of removed) expect(existsSync(file(name))).toBe(true);
      expect(content('synthetic.csv')).toBe(before.table);
      expect(calls()).toEqual(before.replies);
    },
  );

  it('does so without the Temporal server’s database, too', async () => {
    const before = content('synthetic.csv');
    rmSync(join(project, '.mallm', 'temporal'), { recursive: true });
    rmSync(file('synthetic.csv'));
    expect((await run(['resume', 'run'])).code).toBe(0);
    expect(content('synthetic.csv')).toBe(before);
  });

  it('is one still where its project was moved to', async () => {
    const moved = join(place.folder, 'moved project');
    renameSync(project, moved);
    project = moved;
    const written = statSync(file('report.html')).mtimeMs;
    expect((await run(FIT)).code).toBe(0);
    expect(statSync(file('report.html')).mtimeMs).toBe(written);
    const { code, stderr } = await run(['sample', 'run', '--rows', '5', '--out', 'more.csv']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(existsSync(join(place.folder, 'project'))).toBe(false);
  });

  it('names its store where that is nowhere, and finds it where it is named', async () => {
    renameSync(join(project, '.mallm'), join(place.folder, 'kept'));
    const { code, stderr } = await run(['sample', 'run', '--rows', '6']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/the store of this run is not there any more.*expected the folder .*MALLM_STORE=FOLDER/s);
    const store = { MALLM_STORE: join(place.folder, 'kept', 'store') };
    expect((await run(['sample', 'run', '--rows', '6'], store)).code).toBe(0);
    rmSync(join(project, '.mallm'), { recursive: true, force: true });
    renameSync(join(place.folder, 'kept'), join(project, '.mallm'));
  });

  it('that names a store which no command of the project was given is refused, with the way on', async () => {
    const record = content('run.json');
    writeFileSync(file('run.json'), record.replace(/"store": "[^"]*"/, '"store": "s3://elsewhere/runs"'));
    const { stderr } = await run(['sample', 'run', '--rows', '7']);
    expect(stderr).toMatch(/s3:\/\/elsewhere\/runs is no place that may be read and written here.*MALLM_ROOTS=/s);
    writeFileSync(file('run.json'), record);
  });

  it('of another version of the format is named as that', async () => {
    const record = content('run.json');
    writeFileSync(file('run.json'), record.replace('"version": 1', '"version": 9'));
    const { stderr } = await run(['status', 'run']);
    expect(stderr).toMatch(/of another version of mallm-gan: expected version 1 of its format, got version 9/);
    writeFileSync(file('run.json'), record);
  });
});

describe('an unfinished run', () => {
  it('goes on where its project was moved to, and pays nothing again', async () => {
    const more = ['fit', 'patients.csv', '--target', 'Income', '--epochs', '15', '--patience', '0', '--out', 'other'];
    const { child, result } = place.start(more, {}, project);
    const before = calls().length;
    await until('some calls', () => calls().length > before + 10);
    child.kill('SIGINT');
    await result;
    const replies = calls();
    const moved = join(place.folder, 'moved again');
    renameSync(project, moved);
    project = moved;
    const { code, stderr } = await run(more);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(calls()).toEqual(expect.arrayContaining(replies));
    const { runId, fitted } = JSON.parse(readFileSync(join(project, 'other', 'run.json'), 'utf8')) as RunRecord;
    expect(calls().filter((name) => name.startsWith(runId) && name.endsWith('.json'))).toHaveLength(
      fitted!.spending.calls,
    );
  });
});
