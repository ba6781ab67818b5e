import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderStore } from '../../../store/folder-store.js';
import { StoreBlockedError } from '../../../store/object-store.js';
import { compiled } from '../../support/compiled.js';
import { describeObjectStore } from '../../store/object-store-contract.js';

const KILLS = Number(process.env.MALLM_TEST_KILLS ?? 20);
const CACHE = resolve(import.meta.dirname, '../../../.cache');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mallm-folder-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describeObjectStore('folder', () => folderStore(join(folder, 'contract')));

describe('folder store', () => {
  it('leaves no draft behind, and sweeps those of killed processes once they are an hour old', async () => {
    const root = join(folder, 'drafts');
    const drafts = join(root, '.drafts');
    await mkdir(drafts, { recursive: true });
    await writeFile(join(drafts, 'old'), 'half');
    await writeFile(join(drafts, 'new'), 'half');
    const twoHoursAgo = Date.now() / 1000 - 7200;
    await utimes(join(drafts, 'old'), twoHoursAgo, twoHoursAgo);
    await folderStore(root).put('a', Buffer.from('x'));
    expect(await readdir(drafts)).toEqual(['new']);
    expect(await listed(root)).toEqual(['a']);
  });

  it('does not list files that are not its own', async () => {
    const root = join(folder, 'strangers');
    const store = folderStore(root);
    await store.put('mine', Buffer.from('x'));
    for (const name of ['README', '100%', '.DS_Store', 'a b']) await writeFile(join(root, name), 'x');
    expect(await listed(root)).toEqual(['mine']);
  });

  it('writes again into a folder that was removed', async () => {
    const store = folderStore(join(folder, 'removed'));
    await store.put('a/b', Buffer.from('1'));
    await rm(join(folder, 'removed'), { recursive: true });
    await store.put('a/c', Buffer.from('2'));
    expect((await store.get('a/c'))?.body.toString()).toBe('2');
    expect(await store.get('a/b')).toBeUndefined();
  });

  it('says so when a file is where the folder should be', async () => {
    const path = join(folder, 'a-file');
    await writeFile(path, 'x');
    const failure = folderStore(path).put('a', Buffer.from('x'));
    await expect(failure).rejects.toBeInstanceOf(StoreBlockedError);
    await expect(failure).rejects.toThrow(/folder of the store cannot be used.*EEXIST|ENOTDIR.*take another folder/i);
  });

  it('says so when the place is read-only', async () => {
    // /sys is read-only, or refuses new folders, for root too.
    const failure = folderStore('/sys/mallm-store').put('a', Buffer.from('x'));
    await expect(failure).rejects.toBeInstanceOf(StoreBlockedError);
    await expect(failure).rejects.toThrow(/Give write permission/);
  });

  it(
    `survives ${KILLS} kills: nothing acknowledged is lost, nothing is ever seen in part`,
    { timeout: 180_000 },
    async () => {
      await mkdir(CACHE, { recursive: true });
      const scripts = await mkdtemp(join(CACHE, 'scripts-'));
      const writer = await compiled(resolve(import.meta.dirname, '../../support/store-writer.ts'), scripts);
      const root = join(folder, 'kills');
      const store = folderStore(root);
      const acknowledged = new Set<string>();
      for (let round = 0; round < KILLS; round++) {
        const told = await writeUntilKilled(writer, root, String(round), 5 + 17 * (round % 10));
        for (const key of told.made) acknowledged.add(`made/${key}.json`);
        const pointer = await store.get('pointer.json');
        if (told.set !== undefined) expect(contentOf(pointer?.body)).toMatchObject({ round: String(round) });
        if (told.set !== undefined) expect(contentOf(pointer?.body).n).toBeGreaterThanOrEqual(told.set);
      }
      const found = await listed(root);
      for (const key of found) expect(contentOf((await store.get(key))?.body).end).toBe(true);
      expect([...acknowledged].filter((key) => !found.includes(key))).toEqual([]);
      expect(acknowledged.size).toBeGreaterThan(KILLS);
      await rm(scripts, { recursive: true });
    },
  );
});

async function writeUntilKilled(
  writer: string,
  root: string,
  round: string,
  afterMs: number,
): Promise<{ made: string[]; set: number | undefined }> {
  const child = spawn(process.execPath, [writer, pathToFileURL(root).href, round], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child.stdout, 'data');
  setTimeout(() => child.kill('SIGKILL'), afterMs);
  await once(child, 'close');
  // The last line may have been cut off by the kill: then the write may not have been acknowledged.
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n');
  const last = lines.findLast((line) => line.startsWith('set '));
  return {
    made: lines.filter((line) => line.startsWith('made ')).map((line) => line.slice(5)),
    set: last === undefined ? undefined : Number(last.slice(4)),
  };
}

async function listed(root: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of folderStore(root).list('')) keys.push(key);
  return keys;
}

function contentOf(body: Buffer | undefined): { round: string; n: number; end: boolean } {
  return JSON.parse(body!.toString()) as { round: string; n: number; end: boolean };
}
