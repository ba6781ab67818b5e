import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerError } from '../../../mallm/errors.js';
import { withFolderLock } from '../../../workers/embedded/folder-lock.js';
import { processMark } from '../../../workers/embedded/process-table.js';
import { compiled } from '../../support/compiled.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mallm-gan-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Counts the turns that a process has had inside. */
function turnsOf(pid: number): () => Promise<number> {
  return async () => {
    const turns = await readFile(join(folder, 'turns'), 'utf8').catch(() => '');
    return turns.split('\n').filter((turn) => turn === String(pid)).length;
  };
}

describe('the lock of a folder', () => {
  it('lets one at a time in, in one process', async () => {
    let inside = 0;
    const seen: number[] = [];
    const enter = async () => {
      seen.push(++inside);
      await sleep(5);
      inside--;
    };
    await Promise.all(Array.from({ length: 8 }, () => withFolderLock(folder, enter)));
    expect(seen).toEqual(Array.from({ length: 8 }, () => 1));
  });

  it('lets one at a time in, of several processes of which some are killed', async () => {
    const script = await compiled(resolve('test/support/lock-user.ts'), resolve('.cache/compiled/folder-lock'));
    const start = (times: number) => spawn(process.execPath, [script, folder, String(times)], { stdio: 'inherit' });
    const lasting = [start(40), start(40), start(40)];
    const done = Promise.all(lasting.map(async (child) => ((await once(child, 'exit')) as [number])[0]));
    for (let round = 0; round < 6; round++) {
      const victim = start(1000);
      await expect.poll(turnsOf(victim.pid!), { timeout: 20_000 }).toBeGreaterThan(0);
      await sleep(7 * round);
      victim.kill('SIGKILL');
    }
    expect(await done).toEqual([0, 0, 0]);
    for (const { pid } of lasting) expect(await turnsOf(pid!)()).toBe(40);
  });

  it.each(['{"host":"', '\0\0\0\0', '{}', 'null'])(
    'is taken over from a file that was half written: %j',
    async (content) => {
      await writeFile(join(folder, 'lock.3'), content);
      expect(await withFolderLock(folder, () => Promise.resolve('mine'), { waitMs: 500 })).toBe('mine');
    },
  );

  it('is free again after an error, and keeps no more than one file', async () => {
    await expect(withFolderLock(folder, () => Promise.reject(new Error('inside')))).rejects.toThrow('inside');
    for (let turn = 0; turn < 5; turn++) await withFolderLock(folder, () => Promise.resolve());
    expect(await readdir(folder)).toEqual(['lock.6']);
  });

  it('passes over an owner that is dead, though another process has its number now', async () => {
    await writeFile(
      join(folder, 'lock.4'),
      JSON.stringify({ host: hostname(), pid: process.pid, mark: 'an older one' }),
    );
    expect(await withFolderLock(folder, () => Promise.resolve('in'), { waitMs: 1_000 })).toBe('in');
  });

  it.each([
    ['of this machine', async () => ({ host: hostname(), pid: process.pid, mark: await processMark(process.pid) })],
    ['of another machine', () => ({ host: 'elsewhere', pid: 1, mark: '1' })],
  ])('names a living owner %s that does not let go', async (_, owner) => {
    await writeFile(join(folder, 'lock.1'), JSON.stringify(await owner()));
    const failure = await withFolderLock(folder, () => Promise.resolve(), { waitMs: 200 }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ServerError);
    expect((failure as Error).message).toMatch(/another process.*got process \d+ on/);
  });
});
