import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Ref } from '../mallm/reference.js';
import { ByteCache } from './byte-cache.js';
import { canonicalJson } from './canonical-json.js';
import { versionKey } from './keys.js';
import type { ObjectStore } from './object-store.js';
import { PreconditionFailed, StoreDamagedError } from './object-store.js';

/** Contents above this are compressed, bytes. */
const COMPRESS_ABOVE = 64 * 1024;
/** Contents kept in memory for each store, bytes. */
const CACHE_BYTES = 32 * 1024 * 1024;
/** The first two bytes of every gzip stream; no JSON text begins with them. */
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

const zip = promisify(gzip);
const unzip = promisify(gunzip);
const caches = new WeakMap<ObjectStore, ByteCache>();

/**
 * Writes a value as canonical JSON under a key that never changes again. Writing the same value twice is one write.
 * A large one is compressed, which its first bytes show and not its key: the key of an object must not depend
 * on its size, or two different values could be stored under it.
 *
 * @throws PreconditionFailed when the key holds another value. @throws TypeError when the value is not JSON.
 */
export async function putObject(store: ObjectStore, key: string, value: unknown): Promise<Ref> {
  const content = Buffer.from(canonicalJson(value));
  const ref = await putContent(store, key, content, content.length > COMPRESS_ABOVE ? await zip(content) : content);
  cacheOf(store).set(ref.sha256, content);
  return ref;
}

/**
 * Writes a value under a key that ends with a part of its hash: for what is made anew when a step is repeated, and need
 * not come out the same (other limits, another version of this project).
 *
 * @param prefix the key but for `-<hash>.json`.
 */
export async function putVersion(store: ObjectStore, prefix: string, value: unknown): Promise<Ref> {
  const hash = hashOf(Buffer.from(canonicalJson(value)));
  return putObject(store, versionKey(prefix, hash), value);
}

/**
 * The value of a reference; each call gives a value of its own.
 *
 * @throws StoreDamagedError when the object is gone or is not what was written.
 */
export async function getObject<T>(store: ObjectStore, ref: Ref): Promise<T> {
  const cached = cacheOf(store).get(ref.sha256);
  if (cached) return parse(cached, ref.uri) as T;
  const content = await getBytes(store, ref);
  cacheOf(store).set(ref.sha256, content);
  return parse(content, ref.uri) as T;
}

/** The value under a key that may not be there: for what is listed, or moved on. */
export async function findObject<T>(store: ObjectStore, key: string): Promise<T | undefined> {
  const found = await store.get(key);
  return found && (parse(await unpacked(found.body, key), key) as T);
}

/** The reference of a value that may not be there: for what is made once and then found again. */
export async function findRef(store: ObjectStore, key: string): Promise<Ref | undefined> {
  const found = await store.get(key);
  return found && refOf(key, await unpacked(found.body, key));
}

/**
 * Writes bytes as they are under a key that never changes again: a part of a table. Not kept in memory.
 *
 * @throws PreconditionFailed when the key holds other bytes.
 */
export async function putBytes(store: ObjectStore, key: string, content: Buffer): Promise<Ref> {
  return putContent(store, key, content, content);
}

/**
 * The bytes of a reference, checked against its hash. Not kept in memory.
 *
 * @throws StoreDamagedError when the object is gone or is not what was written.
 */
export async function getBytes(store: ObjectStore, ref: Ref): Promise<Buffer> {
  const found = await store.get(ref.uri);
  if (!found) throw damaged(ref.uri, 'it is not there');
  // Bytes that happen to be a gzip stream of their own are distinguished from a compressed object by the hash.
  const content = hashOf(found.body) === ref.sha256 ? found.body : await unpacked(found.body, ref.uri);
  if (hashOf(content) !== ref.sha256) throw damaged(ref.uri, 'its SHA-256 is another');
  return content;
}

async function putContent(store: ObjectStore, key: string, content: Buffer, body: Buffer): Promise<Ref> {
  const ref = refOf(key, content);
  try {
    await store.put(key, body, { ifAbsent: true });
  } catch (error) {
    // Another version of zlib compresses the same content to other bytes: what counts is the content.
    if (!(error instanceof PreconditionFailed) || body === content || !(await holds(store, ref))) throw error;
  }
  return ref;
}

async function holds(store: ObjectStore, ref: Ref): Promise<boolean> {
  const found = await store.get(ref.uri);
  return found !== undefined && hashOf(await unpacked(found.body, ref.uri)) === ref.sha256;
}

async function unpacked(body: Buffer, key: string): Promise<Buffer> {
  if (!body.subarray(0, 2).equals(GZIP_MAGIC)) return body;
  try {
    return await unzip(body);
  } catch {
    throw damaged(key, 'it does not unpack');
  }
}

function parse(content: Buffer, key: string): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    throw damaged(key, 'it is not JSON');
  }
}

function refOf(uri: string, content: Buffer): Ref {
  return { uri, sha256: hashOf(content), bytes: content.length };
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function cacheOf(store: ObjectStore): ByteCache {
  let cache = caches.get(store);
  if (!cache) caches.set(store, (cache = new ByteCache(CACHE_BYTES)));
  return cache;
}

function damaged(key: string, got: string): StoreDamagedError {
  return new StoreDamagedError({
    problem: `the object ${key} of the store cannot be used`,
    expected: 'the content that was written',
    got,
    remedy: 'Restore the object from a backup. A new run, with another --out, pays for its replies anew.',
  });
}
