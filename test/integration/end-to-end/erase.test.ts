import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Workplace } from '../../support/command-line.js';
import { openWorkplace } from '../../support/command-line.js';
import { until } from '../../support/until.js';

/** Labels that are in no code, and in every form in which a row is kept. */
const LABELS = ['Quaxelton', 'Vornbyhaven', 'Zelmdorf'];
const RUN = 'patients-synthetic';

let place: Workplace;

beforeEach(async () => {
  place = await openWorkplace();
  const rows = Array.from({ length: 60 }, (_, row) => {
    const label = LABELS[row % 3]!;
    return `${label},${20 + ((row * 7) % 50)},${(row * 13) % 5 > 1 ? 'yes' : 'no'}`;
  });
  writeFileSync(join(place.folder, 'patients.csv'), ['town,age,outcome', ...rows, ''].join('\n'));
});
afterEach(() => place.close());

/** Files below a folder that hold one of the texts. */
function holding(folder: string, texts: string[]): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && texts.some((text) => readFileSync(path).includes(text));
  });
}

const FIT = ['fit', 'patients.csv', '--target', 'outcome', '--epochs', '1', '--held-out', '0.2'];

describe('erasing a run', () => {
  it('leaves no training cell in store, database, logs and folder, and says what is left elsewhere', async () => {
    const home = join(place.folder, '.mallm');
    const folder = join(place.folder, RUN);
    expect((await place.run(FIT)).code).toBe(0);
    expect((await place.run(['sample', RUN, '--rows', '20', '--where', 'town=Zelmdorf'])).code).toBe(0);
    const { runId } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { runId: string };
    expect(holding(join(home, 'store'), LABELS).length).toBeGreaterThan(5);
    expect(holding(folder, LABELS).length).toBeGreaterThan(2);
    expect(holding(join(home, 'temporal'), [runId])).not.toEqual([]);
    writeFileSync(join(folder, 'notes.txt'), 'mine\n');

    const { code, stdout } = await place.run(['erase', RUN]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/erased: \d\d+ objects of the store, [4-9] workflows, \d+ files/);
    expect(stdout).toMatch(/127\.0\.0\.1:\d+: received \d+ different training rows as generator/);
    expect(stdout).toContain(`${join(place.folder, 'patients.csv')}: the table itself`);
    for (const where of [home, folder]) expect(holding(where, LABELS), where).toEqual([]);
    expect(holding(join(home, 'store'), [runId])).toEqual([]);
    expect(existsSync(join(home, 'store', 'runs'))).toBe(false);
    expect(readdirSync(folder)).toEqual(['notes.txt']);

    const again = await place.run(['erase', RUN]);
    expect(again.stderr).toMatch(/is not a run folder/);
  });

  it('keeps the released tables where that is asked', async () => {
    await place.run(FIT);
    const table = readFileSync(join(place.folder, RUN, 'synthetic.csv'), 'utf8');
    expect((await place.run(['erase', RUN, '--keep-table'])).code).toBe(0);
    expect(readdirSync(join(place.folder, RUN)).sort()).toEqual(['manifest.json', 'synthetic.csv']);
    expect(readFileSync(join(place.folder, RUN, 'synthetic.csv'), 'utf8')).toBe(table);
    expect(holding(join(place.folder, '.mallm'), LABELS)).toEqual([]);
  });

  it('does nothing to a run that is under way, unless it is to be stopped', async () => {
    const fit = place.start([...FIT, '--epochs', '100', '--patience', '0']);
    const store = join(place.folder, '.mallm', 'store', 'runs');
    await until(
      'a reply is stored',
      () => existsSync(store) && holding(store, LABELS).some((name) => /replies/.test(name)),
    );
    const refused = await place.run(['erase', RUN]);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/is under way.*mallm-gan erase .* --stop/s);
    expect(holding(store, LABELS)).not.toEqual([]);

    expect((await place.run(['erase', RUN, '--stop'])).code).toBe(0);
    expect((await fit.result).stderr).toContain('the run was terminated on the Temporal server');
    expect(existsSync(join(place.folder, RUN))).toBe(false);
    expect(holding(join(place.folder, '.mallm'), LABELS)).toEqual([]);
  });
});
