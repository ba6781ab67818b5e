import { mkdir, open, readFile, realpath, rename, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerError } from '../../mallm/errors.js';

/** For this user alone: the database holds what the payloads of a run say. */
const PRIVATE = 0o700;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** Where the embedded server of one home keeps its things; all absolute and without symbolic links. */
export interface ServerFolder {
  path: string;
  database: string;
  log: string;
  record: string;
  users: string;
}

/** The last server of a home: also kept after its end, so that the next one gets the same ports. */
export interface ServerRecord {
  pid: number;
  /** Mark of the process, see `processMark`. */
  mark: string;
  port: number;
  uiPort: number | null;
}

/** The folder of a home's embedded server, without making it. */
export async function serverFolder(home: string): Promise<ServerFolder> {
  const path = join(await realpath(home).catch(() => home), 'temporal');
  return {
    path,
    database: join(path, 'temporal.db'),
    log: join(path, 'server.log'),
    record: join(path, 'server.json'),
    users: join(path, 'users'),
  };
}

/**
 * Makes the folder of a home's embedded server.
 *
 * @throws ServerError when it cannot be made or written.
 */
export async function makeServerFolder(home: string): Promise<ServerFolder> {
  try {
    await mkdir(home, { recursive: true, mode: PRIVATE });
    const folder = await serverFolder(home);
    await mkdir(folder.users, { recursive: true, mode: PRIVATE });
    return folder;
  } catch (error) {
    // A recursive mkdir reports a read-only disk as ENOENT: a plain one says what is wrong.
    const plain = await mkdir(home).catch((reason: unknown) => reason);
    throw folderError((plain as NodeJS.ErrnoException | undefined)?.code === 'EEXIST' ? error : (plain ?? error), home);
  }
}

/** The last server's record, or undefined when there is none that can be read. */
export async function readRecord(folder: ServerFolder): Promise<ServerRecord | undefined> {
  try {
    const { pid, mark, port, uiPort } = JSON.parse(await readFile(folder.record, 'utf8')) as Partial<ServerRecord>;
    if (!Number.isInteger(pid) || !Number.isInteger(port) || typeof mark !== 'string') return undefined;
    return { pid: pid!, mark, port: port!, uiPort: uiPort ?? null };
  } catch {
    return undefined;
  }
}

/** Replaces the record, whole or not at all. */
export async function writeRecord(folder: ServerFolder, { pid, mark, port, uiPort }: ServerRecord): Promise<void> {
  const draft = `${folder.record}.draft`;
  await writeFile(draft, `${JSON.stringify({ pid, mark, port, uiPort })}\n`);
  await rename(draft, folder.record);
}

/** Opens the server's log to append to; one of more than 10 MB becomes `server.log.1` first. */
export async function openLog(folder: ServerFolder): Promise<{ fd: number; close: () => Promise<void> }> {
  const size = await stat(folder.log).then(
    ({ size }) => size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(folder.log, `${folder.log}.1`);
  const file = await open(folder.log, 'a');
  return { fd: file.fd, close: () => file.close() };
}

/** Bytes that can still be written where a folder lies. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** A file system's refusal as an error with a remedy; other errors pass unchanged. */
export function folderError(error: unknown, path: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (!code || !syscall || error instanceof ServerError) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path);
  return new ServerError({
    problem: `the embedded Temporal server cannot keep its database in ${path}`,
    expected: 'a folder on a local disk that can be written',
    got: `${code} at ${syscall}`,
    remedy: 'Set MALLM_HOME to a folder of yours.',
  });
}

/** There is no room for the server's database. */
export function diskFull(path: string): ServerError {
  return new ServerError({
    problem: `the embedded Temporal server cannot keep its database in ${path}`,
    expected: 'a few hundred MB free',
    got: 'a full disk',
    remedy: 'Make room, or set MALLM_HOME to a folder on another disk.',
  });
}
