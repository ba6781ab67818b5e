import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { link, mkdir, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { keyLock } from './key-lock.js';

/** What file systems without hard links answer to `link`. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK']);

// With plain descriptors: a FileHandle costs several times the processor time, and every model call writes a file.
const open = promisify(fs.open);
const writeAll = promisify(fs.writeFile) as (file: number, content: Buffer) => Promise<void>;
const sync = promisify(fs.fsync);
const close = promisify(fs.close);

/** New folders are for this user alone: they hold replies and real rows. */
const PRIVATE = 0o700;

/** Folders whose entries are known to be on the disk, and the lock under which others are made. */
const durable = new Set<string>();
/** Folders that are being synchronised. */
const syncs = new Map<string, Sync>();
const locked = keyLock();

interface Sync {
  now: Promise<void>;
  /** The write after it, once a caller waits for it. */
  next?: Promise<void>;
}

/** The code of a failed file operation: `ENOENT`, `ENOSPC`, … */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/**
 * Puts a whole file in place, on the disk before this returns: written beside, synchronised, then linked (`exclusive`)
 * or renamed over the old one, and the folder synchronised.
 *
 * @returns false when `exclusive` and the file is there already.
 * @throws the system's error; nothing is left at `path` or in `temporary` then.
 */
export async function placeFile(
  file: { path: string; temporary: string; body: Buffer },
  exclusive: boolean,
): Promise<boolean> {
  try {
    return await placeDraft(file, exclusive);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    // A folder was removed by another process after it was made here.
    durable.clear();
    return placeDraft(file, exclusive);
  }
}

/** Removes what killed processes left in `temporary` more than `ageMs` ago. */
export async function sweepFolder(temporary: string, ageMs: number, now: number): Promise<void> {
  const names = await readdir(temporary).catch(() => []);
  for (const name of names) {
    const draft = join(temporary, name);
    const seen = await stat(draft).catch(() => undefined);
    if (seen && now - seen.mtimeMs > ageMs) await unlink(draft).catch(() => undefined);
  }
}

async function placeDraft(
  { path, temporary, body }: { path: string; temporary: string; body: Buffer },
  exclusive: boolean,
): Promise<boolean> {
  const draft = join(temporary, randomUUID());
  await makeFolder(temporary);
  await makeFolder(dirname(path));
  try {
    await writeThrough(draft, body);
    if (exclusive) {
      if (!(await linkNew(draft, path))) return false;
    } else {
      await rename(draft, path);
    }
    await syncFolder(dirname(path));
    return true;
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

async function writeThrough(path: string, body: Buffer): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await writeAll(file, body);
    await sync(file);
  } finally {
    await close(file);
  }
}

async function linkNew(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code ?? '')) throw error;
  }
  // Without links only this process is kept from overwriting: its callers hold a lock for the key.
  if (await stat(path).catch(() => undefined)) return false;
  await rename(draft, path);
  return true;
}

/** Makes a folder, and the entries of all new ones durable before anything is put into it. */
async function makeFolder(path: string): Promise<void> {
  if (durable.has(path)) return;
  await locked('', async () => {
    const first = await mkdir(path, { recursive: true, mode: PRIVATE });
    for (let folder = path; first !== undefined && folder.length >= first.length; folder = dirname(folder)) {
      await syncFolder(dirname(folder));
    }
    durable.add(path);
  });
}

/** Returns when the entries that a folder has now are on the disk. Calls that come meanwhile share the next write. */
function syncFolder(path: string): Promise<void> {
  const running = syncs.get(path);
  if (!running) return startSync(path);
  return (running.next ??= running.now.catch(() => undefined).then(() => startSync(path)));
}

function startSync(path: string): Promise<void> {
  const started: Sync = { now: flushFolder(path) };
  syncs.set(path, started);
  const ended = (): void => {
    if (started.next === undefined) syncs.delete(path);
  };
  started.now.then(ended, ended);
  return started.now;
}

async function flushFolder(path: string): Promise<void> {
  // Windows has no way to synchronise a folder, and needs none.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await sync(folder);
  } finally {
    await close(folder);
  }
}
