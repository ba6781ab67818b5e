import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

/** The code with which the next write breaks off after its first bytes, and links fail. */
const fault = vi.hoisted(() => ({ write: '', link: '' }));

const failure = vi.hoisted(() => (code: string) => Object.assign(new Error(code), { code, syscall: 'write' }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const writeFile = (file: number, content: Buffer, done: (error: Error | null) => void): void => {
    if (!fault.write) {
      real.writeFile(file, content, done);
      return;
    }
    real.writeFile(file, content.subarray(0, 4), () => done(failure(fault.write)));
  };
  return { ...real, writeFile };
});

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    async link(from: string, to: string): Promise<void> {
      if (fault.link) throw failure(fault.link);
      await real.link(from, to);
    },
  };
});

describe('folder store on a disk that fails', () => {
  let root: string;
  let folderStore: typeof import('../../store/folder-store.js').folderStore;
  let errors: typeof import('../../store/object-store.js');
  beforeAll(async () => {
    // Unit tests share their modules: those that were loaded before would write with the file system as it is.
    vi.resetModules();
    ({ folderStore } = await import('../../store/folder-store.js'));
    errors = await import('../../store/object-store.js');
    root = await mkdtemp(join(tmpdir(), 'mallm-full-'));
  });
  afterAll(async () => {
    vi.resetModules();
    await rm(root, { recursive: true, force: true });
  });
  beforeEach(() => {
    fault.write = fault.link = '';
  });

  it('says that the disk is full, keeps the old content and leaves no half file', async () => {
    const store = folderStore(root);
    await store.put('a', Buffer.from('old'));
    fault.write = 'ENOSPC';
    for (const condition of [undefined, { ifAbsent: true as const }]) {
      const failure = store.put(condition ? 'b' : 'a', Buffer.from('new content'), condition);
      await expect(failure).rejects.toBeInstanceOf(errors.StoreBlockedError);
      await expect(failure).rejects.toThrow(/^the disk of the store is full: got ENOSPC.*Free some space/);
    }
    expect((await store.get('a'))?.body.toString()).toBe('old');
    expect(await store.get('b')).toBeUndefined();
    expect(await readdir(join(root, '.drafts'))).toEqual([]);
  });

  it('takes a disk that answers with an error for one that may answer again', async () => {
    fault.write = 'EIO';
    await expect(folderStore(root).put('a', Buffer.from('new'))).rejects.toBeInstanceOf(errors.StoreUnavailableError);
  });

  it('creates once, too, where the file system has no hard links', async () => {
    fault.link = 'EPERM';
    const store = folderStore(root);
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => store.put('once', Buffer.from(`writer ${i}`), { ifAbsent: true })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await store.get('once'))?.body.toString()).toMatch(/^writer \d$/);
  });
});
