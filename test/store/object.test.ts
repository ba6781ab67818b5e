import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderStore } from '../../store/folder-store.js';
import { canonicalJson } from '../../store/canonical-json.js';
import { findObject, getBytes, getObject, putBytes, putObject } from '../../store/object.js';
import type { ObjectStore } from '../../store/object-store.js';
import { PreconditionFailed, StoreDamagedError } from '../../store/object-store.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mallm-object-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A store that counts what is read, and a second one on the same folder that has nothing in memory. */
function stores(name: string): { store: ObjectStore; reads: string[]; again: () => ObjectStore } {
  const reads: string[] = [];
  const folder = folderStore(join(root, name));
  const store: ObjectStore = { ...folder, get: (key) => (reads.push(key), folder.get(key)) };
  return { store, reads, again: () => folderStore(join(root, name)) };
}

const LARGE = { rows: Array.from({ length: 5000 }, (_, i) => [i, 'label', null, i / 3]) };

describe('an object', () => {
  it('comes back as it was, whatever the order of its keys, and has one hash', async () => {
    const { store, again } = stores('plain');
    const ref = await putObject(store, 'a/one.json', { b: 1, a: [{ d: 'ä', c: null }], left: undefined });
    expect(ref).toEqual({
      uri: 'a/one.json',
      // Of the text below, by sha256sum.
      sha256: '17f6dd88b141d36e9f503542b632aa8b10685e0f18c6db1f2070bbc30184246b',
      bytes: Buffer.byteLength('{"a":[{"c":null,"d":"ä"}],"b":1}'),
    });
    expect(await getObject(again(), ref)).toEqual({ a: [{ c: null, d: 'ä' }], b: 1 });
    expect(await putObject(again(), 'a/one.json', { a: [{ c: null, d: 'ä' }], b: 1 })).toEqual(ref);
  });

  it('is never replaced by another one', async () => {
    const { store } = stores('once');
    const ref = await putObject(store, 'k', { n: 1 });
    await expect(putObject(store, 'k', { n: 2 })).rejects.toBeInstanceOf(PreconditionFailed);
    await expect(putObject(store, 'k', LARGE)).rejects.toBeInstanceOf(PreconditionFailed);
    expect(await getObject(store, ref)).toEqual({ n: 1 });
  });

  it('is compressed when it is large, and the same if another zlib compressed it', async () => {
    const { store, again } = stores('large');
    const ref = await putObject(store, 'k', LARGE);
    const stored = (await store.get('k'))!.body;
    expect(stored.length).toBeLessThan(ref.bytes / 2);
    expect(await getObject(again(), ref)).toEqual(LARGE);
    await store.put('k', gzipSync(gunzipSync(stored), { level: 1 }));
    expect(await putObject(again(), 'k', LARGE)).toEqual(ref);
    expect(await findObject(again(), 'k')).toEqual(LARGE);
  });

  it('is read once, and each reader gets a value of its own', async () => {
    const { store, reads, again } = stores('cache');
    const ref = await putObject(again(), 'k', { n: [1] });
    const first = await getObject<{ n: number[] }>(store, ref);
    first.n.push(2);
    expect(await getObject(store, ref)).toEqual({ n: [1] });
    expect(reads).toEqual(['k']);
  });

  it('that is not what was written is refused, and named', async () => {
    const { store, again } = stores('damaged');
    const small = await putObject(store, 'small', { n: 1 });
    const large = await putObject(store, 'large', LARGE);
    const packed = (await store.get('large'))!.body;
    await store.put('small', Buffer.from('{"n":2}'));
    await store.put('large', packed.subarray(0, packed.length - 10));
    for (const ref of [small, large, { ...small, uri: 'missing' }]) {
      await expect(getObject(again(), ref)).rejects.toBeInstanceOf(StoreDamagedError);
      await expect(getObject(again(), ref)).rejects.toThrow(`the object ${ref.uri} of the store cannot be used`);
    }
  });

  it('may be bytes, too, compressed ones among them', async () => {
    const { store, again } = stores('bytes');
    for (const [key, body] of [
      ['csv', Buffer.from('a,b\n')],
      ['gz', gzipSync('x')],
    ] as const) {
      const ref = await putBytes(store, key, body);
      expect(await getBytes(again(), ref)).toEqual(body);
      expect(ref.bytes).toBe(body.length);
    }
  });
});

describe('canonicalJson', () => {
  it('sorts keys at every depth, keeps the order of lists and writes no space', () => {
    expect(canonicalJson({ b: { d: [3, 1], c: 'x' }, a: null })).toBe('{"a":null,"b":{"c":"x","d":[3,1]}}');
  });

  it.each([[{ x: NaN }], [[Infinity]], [{ x: new Float64Array(2) }], [[undefined]], [new Map()], [undefined]])(
    'refuses %s, which JSON would change',
    (value) => {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    },
  );
});
