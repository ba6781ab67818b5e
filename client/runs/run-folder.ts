import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { RunError } from '../../mallm/errors.js';
import type { Ref } from '../../mallm/reference.js';
import type { FitShape, OptimizeThetaResult } from '../../workflows/contract.js';

/** What a run folder knows of its run: enough to go on with it, or to draw more rows from it. */
export interface RunRecord {
  version: typeof VERSION;
  runId: string;
  name: string;
  createdAt: string;
  /** Hash of the table and of every option: the same command finds its own run. */
  fingerprint: string;
  /** URL of the object store, and the home of the embedded server. */
  store: string;
  home: string;
  plan: Ref;
  shape: FitShape;
  rows: number;
  /** Whether `rows` counts people. */
  people?: true;
  draw: 'refined' | 'model';
  /** The table the fit was made of, for a schedule that fits anew when it changes; fits of older versions lack it. */
  source?: TableSource;
  status: 'unfinished' | 'finished';
  /** Why it could not go on by itself when it was last followed: what `status` shows where no server answers. */
  blocked?: string;
  /** Why it was stopped after its first step: the model gave no rows. The next fit in the folder starts anew. */
  withoutModel?: string;
  /** What the fit ended with, once it is finished. */
  fitted?: OptimizeThetaResult;
}

/** Where a table was read, and what it was. */
export interface TableSource {
  /** Absolute path of the CSV file. */
  table: string;
  sha256: string;
  /** Share of its rows that was held out; null when the held-out rows had a file of their own, or there were none. */
  heldOutShare: number | null;
}

/** A record without what belongs to a place: in the store, for `fit --resume` on another machine. */
export type PortableRecord = Omit<RunRecord, 'store' | 'home'>;

export const RECORD = 'run.json';
/** Of the format of the record. */
const VERSION = 1;
/** A run folder is for this user alone. */
const PRIVATE = { mode: 0o700 };

/** Reads the record of a run folder, or undefined when there is none. @throws RunError when it cannot be read. */
export async function readRunRecord(folder: string): Promise<RunRecord | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, RECORD), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw folderError(folder, error);
  }
  try {
    const record = JSON.parse(text) as Partial<RunRecord>;
    if (typeof record.version === 'number' && record.version !== VERSION) throw otherVersion(folder, record.version);
    if (record.version === VERSION && typeof record.runId === 'string') return record as RunRecord;
  } catch (error) {
    if (error instanceof RunError) throw error;
    // Named below.
  }
  throw new RunError({
    problem: `${join(folder, RECORD)} is not the record of a run`,
    expected: 'JSON written by mallm-gan fit',
    remedy: 'Choose another folder with --out, or remove the file to start afresh.',
  });
}

function otherVersion(folder: string, version: number): RunError {
  return new RunError({
    problem: `${join(folder, RECORD)} is of another version of mallm-gan`,
    expected: `version ${VERSION} of its format`,
    got: `version ${version}`,
    remedy: 'Go on with the version of mallm-gan that wrote it, or choose another --out.',
  });
}

/** The record of a run that must be there. @throws RunError. */
export async function requireRunRecord(folder: string): Promise<RunRecord> {
  const record = await readRunRecord(folder);
  if (record) return record;
  throw new RunError({
    problem: `${folder} is not a run folder`,
    expected: 'a folder that `mallm-gan fit` wrote, with a run.json in it',
    remedy: 'Give the folder that the fit named as its --out.',
  });
}

export async function writeRunRecord(folder: string, record: RunRecord): Promise<void> {
  await writeWhole(join(folder, RECORD), `${JSON.stringify(record, null, 2)}\n`);
}

/** Makes the folder and proves that it can be written. @throws RunError before anything else is done or paid. */
export async function makeRunFolder(folder: string): Promise<void> {
  // A program may ask for several samples of one fit at once.
  const probe = join(folder, `.write-test-${randomUUID()}`);
  try {
    await makeFolder(folder);
    await writeFile(probe, Buffer.alloc(64 * 1024));
    await rm(probe);
  } catch (error) {
    await rm(probe, { force: true }).catch(() => undefined);
    throw folderError(folder, error);
  }
}

/** Makes a folder and its parents. Not `recursive: true`: where a parent cannot be made (/proc) that never returns. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, PRIVATE);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (code !== 'ENOENT' || (await exists(dirname(folder)))) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder, PRIVATE);
  }
}

/** Writes a file whole or not at all: beside its place first, then moved there. */
export async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  const beside = `${path}.${process.pid}-${randomUUID()}.tmp`;
  try {
    const file = await open(beside, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw folderError(path, error);
  }
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A system error of a file or folder, as something a person can act on. */
export function folderError(path: string, error: unknown): RunError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const why: Record<string, string> = {
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EFBIG: 'the file would be larger than is allowed here',
    EROFS: 'the file system is read-only',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOTDIR: 'a part of the path is a file, not a folder',
    EEXIST: 'there is a file of that name',
    ENOENT: 'a folder on the way cannot be made',
  };
  return new RunError({
    problem: `cannot write ${resolve(path)}`,
    got: why[code] ?? code,
    remedy: 'Free some space or choose another place with --out; nothing is lost, the same command goes on.',
  });
}
