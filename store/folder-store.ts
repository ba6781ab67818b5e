import { createHash } from 'node:crypto';
import { readdir, readFile, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StoreError } from '../mallm/errors.js';
import type { ObjectStore, StoredObject } from './object-store.js';
import { PreconditionFailed, StoreBlockedError, StoreUnavailableError } from './object-store.js';
import { codeOf, placeFile, sweepFolder } from './folder-files.js';
import { keyLock } from './key-lock.js';
import { checkedKey } from './object-key.js';

/** Where drafts are written: no key maps into it, since a dot that begins a name is encoded. */
const DRAFTS = '.drafts';
/** A draft this old belongs to no living process. */
const DRAFT_AGE_MS = 60 * 60 * 1000;
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);
const FULL = new Set(['ENOSPC', 'EDQUOT']);
const FORBIDDEN = new Set(['EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EEXIST', 'ENOENT']);

type Listed = { key: string; bytes: number; modifiedAt: Date };

/**
 * An object store in a folder, durable against kills and power loss. An etag is the SHA-256 of the content.
 * Writes that depend on a condition are safe among all callers of one process; between processes only create-only ones
 * are, so a pointer that is overwritten has one writer.
 *
 * @param root absolute path; made at the first write.
 */
export function folderStore(root: string): ObjectStore {
  const locked = keyLock();
  const drafts = join(root, DRAFTS);
  let swept: Promise<void> | undefined;

  async function write(key: string, body: Buffer, condition: { ifAbsent?: true; ifMatch?: string }): Promise<void> {
    const path = pathOf(root, key);
    if (condition.ifMatch !== undefined) {
      const current = await contentAt(path);
      if (!current || etagOf(current) !== condition.ifMatch) throw new PreconditionFailed(key);
    }
    const placed = await placeFile({ path, temporary: drafts, body }, condition.ifAbsent === true);
    // A repeated write of the same content is one write: its first reply may have been lost.
    if (!placed && !(await contentAt(path))?.equals(body)) throw new PreconditionFailed(key);
  }

  return {
    url: pathToFileURL(root).href,
    async put(key, body, condition = {}) {
      checkedKey(key);
      swept ??= sweepFolder(drafts, DRAFT_AGE_MS, Date.now());
      await swept;
      await locked(key, () => guarded(root, () => write(key, body, condition)));
      return { etag: etagOf(body) };
    },
    async get(key): Promise<StoredObject | undefined> {
      const body = await guarded(root, () => contentAt(pathOf(root, checkedKey(key))));
      return body && { body, etag: etagOf(body) };
    },
    async *list(prefix) {
      const parent = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      yield* walk(root, parent, prefix);
    },
    async delete(key) {
      await locked(checkedKey(key), () => guarded(root, () => removeFile(root, pathOf(root, key))));
    },
  };
}

async function* walk(root: string, folder: string, prefix: string): AsyncGenerator<Listed> {
  const path = folder === '' ? root : pathOf(root, folder.slice(0, -1));
  const entries = await guarded(root, () => readdir(path, { withFileTypes: true }).catch(unlessAbsent([])));
  const children = entries
    .flatMap((entry) => {
      const segment = decodeSegment(entry.name);
      return segment === undefined ? [] : [folder + segment + (entry.isDirectory() ? '/' : '')];
    })
    .filter((child) => child.startsWith(prefix))
    .sort((a, b) => (a < b ? -1 : 1));
  for (const child of children) {
    if (child.endsWith('/')) {
      yield* walk(root, child, prefix);
      continue;
    }
    const seen = await guarded(root, () => stat(pathOf(root, child)).catch(unlessAbsent(undefined)));
    if (seen) yield { key: child, bytes: seen.size, modifiedAt: seen.mtime };
  }
}

async function contentAt(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(unlessAbsent(undefined));
}

/** A folder that holds nothing more goes too: a bucket has no empty ones. */
async function removeFile(root: string, path: string): Promise<void> {
  await unlink(path).catch(unlessAbsent(undefined));
  let folder = dirname(path);
  while (folder.length > root.length && (await removed(folder))) folder = dirname(folder);
}

async function removed(folder: string): Promise<boolean> {
  return rmdir(folder).then(
    () => true,
    () => false,
  );
}

function unlessAbsent<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (ABSENT.has(codeOf(error) ?? '')) return otherwise;
    throw error;
  };
}

/** Keys differ in case, file systems may not: all but lower-case letters, digits, `-`, `_` and inner dots is encoded. */
function pathOf(root: string, key: string): string {
  return join(root, ...key.split('/').map(encodeSegment));
}

function encodeSegment(segment: string): string {
  const encoded = [...Buffer.from(segment)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[a-z0-9._-]/.test(character) ? character : percent(byte);
  });
  if (encoded[0] === '.') encoded[0] = percent(0x2e);
  if (encoded.at(-1) === '.') encoded[encoded.length - 1] = percent(0x2e);
  return encoded.join('');
}

/** Undefined for a name that no key has: a draft, or a file of another program. */
function decodeSegment(name: string): string | undefined {
  const bytes = [...name.matchAll(/%([0-9A-F]{2})|./gs)].map(([whole, hex]) =>
    hex ? [parseInt(hex, 16)] : [...Buffer.from(whole)],
  );
  const segment = Buffer.from(bytes.flat()).toString('utf8');
  return encodeSegment(segment) === name ? segment : undefined;
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function etagOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

async function guarded<T>(root: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw storeErrorOf(root, error);
  }
}

function storeErrorOf(root: string, error: unknown): unknown {
  const code = codeOf(error);
  if (!code || !/^E(?!RR_)[A-Z0-9]+$/.test(code)) return error;
  const got = `${code} in ${root}`;
  if (FULL.has(code)) {
    const remedy = 'Free some space, or take a folder on another disk; nothing that was stored is lost.';
    return new StoreBlockedError({ problem: 'the disk of the store is full', got, remedy });
  }
  if (FORBIDDEN.has(code)) {
    const remedy = 'Give write permission to it, or take another folder.';
    return new StoreBlockedError({
      problem: 'the folder of the store cannot be used',
      expected: 'a folder that can be written',
      got,
      remedy,
    });
  }
  if (code === 'ENAMETOOLONG')
    return new StoreError({ problem: 'a key of the store is too long for a file name', got });
  return new StoreUnavailableError({
    problem: 'the folder of the store does not answer',
    got,
    remedy: 'Check the disk.',
  });
}
