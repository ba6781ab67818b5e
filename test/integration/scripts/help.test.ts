import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Workplace } from '../../support/command-line.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.close());

/** The npm packages that a command loads, by what V8 counts as covered. */
async function packagesOf(args: string[]): Promise<string[]> {
  const folder = await mkdtemp(join(place.folder, 'coverage-'));
  const { code } = await place.run(args, { NODE_V8_COVERAGE: folder });
  expect(code).toBe(0);
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  await rm(folder, { recursive: true });
  const urls = texts.flatMap((text) => (JSON.parse(text) as { result: { url: string }[] }).result);
  const names = urls.map(({ url }) => /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules\/)/.exec(url)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

describe('what a command loads', () => {
  it.each(['--help', '--version', 'fit --help', 'schedule create --help'])(
    'is the parser of options alone for %s',
    async (command) => {
      expect(await packagesOf(command.split(' '))).toEqual(['commander']);
    },
  );

  it('is what it works with otherwise', async () => {
    const table = repositoryFile('examples/penguins.csv');
    expect(await packagesOf(['inspect', table])).toEqual(expect.arrayContaining(['commander', 'csv-parse', 'zod']));
  });
});
