import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../../client/index.js';
import { Interrupted } from '../../../client/errors.js';
import type { Workplace } from '../../support/command-line.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';

const fixture = (path: string): string => repositoryFile(`test/fixtures/evaluation/${path}`);
const TABLES = {
  train: fixture('data/adult/train-100.csv'),
  heldOut: fixture('data/adult/test.csv'),
  synthetic: fixture('synthetic/adult-100/cart.csv'),
};
const ARGS = ['evaluate', '--train', TABLES.train, '--held-out', TABLES.heldOut, '--target', 'Income'];
/** What a program that reads the JSON may count on. */
const FIGURES = [
  ...['best', 'mean', 'models', 'ceiling.best', 'ceiling.mean'].map((name) => `utility.${name}`),
  ...['columnShapes', 'columnPairTrends', 'c2st.trees', 'c2st.linear', 'c2st.null'].map((name) => `fidelity.${name}`),
  ...['exactCopies', 'oneColumnOff', 'dcrShare', 'levattAuc'].map((name) => `privacy.${name}`),
  ...['train', 'heldOut'].flatMap((of) => ['q25', 'q50', 'q75'].map((quartile) => `privacy.dcr.raw.${of}.${quartile}`)),
  'heldOutDropped',
];

describe('the evaluate command', () => {
  let place: Workplace;
  beforeAll(async () => {
    place = await openWorkplace();
  });
  afterAll(() => place.close());

  it('prints every figure as JSON, and writes a page beside it', async () => {
    const { code, stdout, stderr } = await place.run([
      ...ARGS,
      ...['--synthetic', TABLES.synthetic, '--json', '--report', 'e.html'],
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const evaluation = JSON.parse(stdout) as object;
    for (const figure of FIGURES) expect(evaluation).toHaveProperty(figure);
    expect(readFileSync(join(place.folder, 'e.html'), 'utf8')).toMatch(/<html[\s\S]*Privacy[\s\S]*<\/html>\s*$/);
  });

  it('counts a column that the synthetic table lacks as lost, and says so', async () => {
    const lines = readFileSync(TABLES.synthetic, 'utf8').trimEnd().split('\n');
    const occupation = lines[0]!.split(',').indexOf('occupation');
    const without = lines.map((line) => line.split(',').toSpliced(occupation, 1).join(','));
    writeFileSync(join(place.folder, 'lost.csv'), without.join('\n'));
    const { code, stdout } = await place.run([...ARGS, '--synthetic', 'lost.csv']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/poor: .*Column "occupation" has no value in any synthetic row\..*Make the column again/);
  });

  it('stops at Ctrl-C in the midst of computing, and leaves no half of a result', async () => {
    const { child, result } = place.start([...ARGS, '--synthetic', TABLES.synthetic, '--json', 'e.json']);
    child.stderr!.once('data', () => child.kill('SIGINT'));
    const { code, stderr } = await result;
    expect(stderr).toContain('Nothing was written');
    expect(code).toBe(130);
    expect(existsSync(join(place.folder, 'e.json'))).toBe(false);
  });

  it('names the file that has no rows', async () => {
    const { code, stderr } = await place.run([...ARGS, '--synthetic', 'none.csv']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/none\.csv.*no such file/);
  });
});

describe('evaluate in a program', () => {
  it('leaves the event loop free: a timer of its own can stop it', async () => {
    const controller = new AbortController();
    const request = { ...TABLES, target: 'Income', signal: controller.signal };
    const stopped = evaluate({ ...request, onNotice: () => void setTimeout(() => controller.abort(), 1) });
    await expect(stopped).rejects.toBeInstanceOf(Interrupted);
  });
});
