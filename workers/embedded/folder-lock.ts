import { link, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerError } from '../../mallm/errors.js';
import { processMark } from './process-table.js';

const POLL_MS = 40;
/** How long an owner on another machine, whose processes we cannot see, is believed to be alive. */
const FOREIGN_OWNER_MS = 180_000;
/** Longest wait for the lock. */
const WAIT_MS = 180_000;
const OLD_DRAFT_MS = 3_600_000;

interface Owner {
  host: string;
  pid: number;
  mark: string;
}

/** How the lock is waited for. */
export interface LockWait {
  /** Longest wait, milliseconds. Default 3 minutes. */
  waitMs?: number;
  /** Stops waiting; work that has begun goes on. */
  signal?: AbortSignal;
  /** What the lock is held for, for the error. */
  held?: string;
}

let drafts = 0;

/**
 * Runs `work` while no other process or call holds the lock of `folder`, which must exist.
 *
 * The lock is the `lock.N` file with the highest N: held while its owner lives, free when it is empty or its owner has
 * died. It is taken by linking a finished file to the next number, which only one process can, and the highest number is
 * never deleted: so a dead owner is replaced without a moment in which two believe to hold it.
 *
 * @throws ServerError when it is not free in time; an AbortError when the signal aborts before.
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>, wait: LockWait = {}): Promise<T> {
  const file = await acquire(folder, wait);
  try {
    return await work();
  } finally {
    // The folder may have been deleted meanwhile: then there is nothing to free.
    await truncate(file, 0).catch(() => undefined);
  }
}

async function acquire(folder: string, wait: LockWait): Promise<string> {
  const { waitMs = WAIT_MS, signal } = wait;
  const draft = join(folder, `draft.${process.pid}.${drafts++}`);
  const owner: Owner = { host: hostname(), pid: process.pid, mark: (await processMark(process.pid)) ?? '' };
  const deadline = Date.now() + waitMs;
  await writeFile(draft, JSON.stringify(owner));
  try {
    for (;;) {
      const top = await highest(folder);
      const holder = top === 0 ? undefined : await holderOf(lockFile(folder, top));
      if (!holder && (await claim(folder, draft, top + 1))) return lockFile(folder, top + 1);
      if (holder && Date.now() > deadline) throw heldTooLong(folder, holder, wait);
      await sleep(POLL_MS, undefined, { signal });
    }
  } finally {
    await rm(draft, { force: true });
  }
}

async function claim(folder: string, draft: string, number: number): Promise<boolean> {
  try {
    await link(draft, lockFile(folder, number));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  const numbers = await lockNumbers(folder);
  // We may have been slow, and lower numbers cleaned away: then the lock has gone on above us.
  const won = Math.max(...numbers) === number;
  const obsolete = won ? numbers.filter((other) => other < number) : [number];
  await Promise.all(obsolete.map((other) => rm(lockFile(folder, other), { force: true })));
  if (won) await removeOldDrafts(folder);
  return won;
}

/** What processes left behind that were killed while they waited. */
async function removeOldDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    if (name.startsWith('draft.') && (await ageOf(file)) > OLD_DRAFT_MS) await rm(file, { force: true });
  }
}

/** The living owner of a lock file, or undefined when it is free. */
async function holderOf(file: string): Promise<Owner | undefined> {
  const content = await readFile(file, 'utf8').catch(() => '');
  const owner = ownerIn(content);
  if (!owner) return undefined;
  if (owner.host === hostname()) return (await processMark(owner.pid)) === owner.mark ? owner : undefined;
  return (await ageOf(file)) < FOREIGN_OWNER_MS ? owner : undefined;
}

/** Undefined for a file that is empty, or half written when the machine lost power: an owner links a whole one. */
function ownerIn(content: string): Owner | undefined {
  try {
    const { host, pid, mark } = JSON.parse(content) as Partial<Owner>;
    return typeof host === 'string' && typeof pid === 'number' && mark !== undefined ? { host, pid, mark } : undefined;
  } catch {
    return undefined;
  }
}

/** Milliseconds since a file was written; endless for one that is gone. */
async function ageOf(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Infinity,
  );
}

async function highest(folder: string): Promise<number> {
  return Math.max(0, ...(await lockNumbers(folder)));
}

async function lockNumbers(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => /^lock\.(\d+)$/.exec(name)?.[1] ?? []).map(Number);
}

function lockFile(folder: string, number: number): string {
  return join(folder, `lock.${number}`);
}

function heldTooLong(folder: string, holder: Owner, { waitMs = WAIT_MS, held }: LockWait): ServerError {
  return new ServerError({
    problem: `${held ?? `the embedded Temporal server in ${folder} is being started or stopped`} by another process`,
    expected: `to have it within ${Math.round(waitMs / 1000)} s`,
    got: `process ${holder.pid} on ${holder.host} still at it`,
    remedy: 'Wait for that process or end it, then run the command again.',
  });
}
