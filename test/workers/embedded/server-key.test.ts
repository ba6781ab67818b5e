import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeServerFolder, type ServerFolder } from '../../../workers/embedded/server-folder.js';
import { foundKey, serverKey } from '../../../workers/embedded/server-key.js';

let home: string;
let folder: ServerFolder;
let file: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mallm-gan-key-'));
  folder = await makeServerFolder(home);
  file = join(folder.path, 'key');
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('the key of an embedded server', () => {
  it('is made once, for its user alone, however many processes start at once', async () => {
    expect(await foundKey(folder)).toBeUndefined();
    const keys = await Promise.all(Array.from({ length: 8 }, () => serverKey(folder)));
    expect(new Set(keys.map(({ id, key }) => `${id}:${key.toString('base64')}`)).size).toBe(1);
    expect(keys[0]!.key).toHaveLength(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await serverKey(folder)).toEqual(keys[0]);
  });

  it.each([
    { what: 'removed', damage: () => rm(file), got: 'no file' },
    { what: 'emptied', damage: () => writeFile(file, ''), got: 'something else' },
    { what: 'of another server', damage: () => writeFile(file, `other:${'A'.repeat(43)}=\n`), got: 'another key' },
  ])('is missed, with the way on, when it was $what', async ({ damage, got }) => {
    await serverKey(folder);
    await damage();
    await expect(serverKey(folder)).rejects.toThrow(new RegExp(`is lost.*got ${got}.*fits go on from their stores`));
  });

  it('seals nothing once others can read it', async () => {
    await serverKey(folder);
    await chmod(file, 0o640);
    const shown = await serverKey(folder).catch((error: unknown) => (error as Error).message);
    expect(shown).toMatch(/not yours alone.*got mode 0640.*chmod 600/);
    expect(shown).not.toContain((await readFile(file, 'utf8')).slice(-20).trim());
  });
});
