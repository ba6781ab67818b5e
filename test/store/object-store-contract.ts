import { beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../store/object-store.js';
import { PreconditionFailed } from '../../store/object-store.js';

const bytes = (text: string): Buffer => Buffer.from(text);

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** Lets writers race; all but one must learn that they lost. */
async function onlyWinner(
  writers: number,
  write: (writer: number) => Promise<{ etag: string }>,
): Promise<{ writer: number; etag: string }> {
  const results = await Promise.allSettled(Array.from({ length: writers }, (_, writer) => write(writer)));
  const winners = results.flatMap((result, writer) => {
    if (result.status === 'fulfilled') return [{ writer, etag: result.value.etag }];
    expect(result.reason).toBeInstanceOf(PreconditionFailed);
    return [];
  });
  expect(winners).toHaveLength(1);
  return winners[0]!;
}

/** What every object store of the project does; run against each of them. */
export function describeObjectStore(name: string, open: () => ObjectStore): void {
  describe(`${name}, as an object store`, () => {
    let store: ObjectStore;
    beforeAll(() => {
      store = open();
    });

    it('gives back what was put, bytes for bytes, with one etag', async () => {
      const body = Buffer.from(Array.from({ length: 256 * 40 }, (_, i) => i % 256));
      const { etag } = await store.put('bytes/all.bin', body);
      expect(await store.get('bytes/all.bin')).toEqual({ body, etag });
    });

    it('keeps an empty object apart from none', async () => {
      await store.put('empty', Buffer.alloc(0));
      expect((await store.get('empty'))?.body).toHaveLength(0);
      expect(await store.get('none')).toBeUndefined();
      expect(await store.get('none/below/none')).toBeUndefined();
    });

    it('keeps keys apart that differ in case, spaces, dots, percent signs and letters beyond ASCII', async () => {
      const keys = ['names/a', 'names/A', 'names/a b', 'names/.a', 'names/a%20b', 'names/ä+&', 'names/日本'];
      for (const key of keys) await store.put(key, bytes(key));
      for (const key of keys) expect((await store.get(key))?.body.toString()).toBe(key);
      expect((await keysOf(store, 'names/')).sort()).toEqual([...keys].sort());
    });

    it('refuses keys that would leave the store or name a folder', async () => {
      for (const key of ['../x', 'a/../x', '', '/a', 'a/', 'a//b', '.', 'a\\b', 'a\nb']) {
        await expect(store.put(key, bytes('x'))).rejects.toThrow(/key of the store is not well formed/);
      }
    });

    it('overwrites without a condition', async () => {
      await store.put('over', bytes('one'));
      await store.put('over', bytes('two'));
      expect((await store.get('over'))?.body.toString()).toBe('two');
    });

    it('creates once: the same content again is the same write, other content loses and changes nothing', async () => {
      const first = await store.put('once', bytes('one'), { ifAbsent: true });
      expect(await store.put('once', bytes('one'), { ifAbsent: true })).toEqual(first);
      await expect(store.put('once', bytes('two'), { ifAbsent: true })).rejects.toBeInstanceOf(PreconditionFailed);
      expect((await store.get('once'))?.body.toString()).toBe('one');
    });

    it('replaces only what was seen: a stale etag loses, and so does one of a key that is gone', async () => {
      const { etag: old } = await store.put('pointer', bytes('1'));
      const { etag } = await store.put('pointer', bytes('2'), { ifMatch: old });
      await expect(store.put('pointer', bytes('3'), { ifMatch: old })).rejects.toBeInstanceOf(PreconditionFailed);
      expect(await store.get('pointer')).toEqual({ body: bytes('2'), etag });
      await store.delete('pointer');
      await expect(store.put('pointer', bytes('4'), { ifMatch: etag })).rejects.toBeInstanceOf(PreconditionFailed);
      expect(await store.get('pointer')).toBeUndefined();
    });

    it('lets exactly one of twenty creators win', async () => {
      for (let round = 0; round < 3; round++) {
        const key = `race/create-${round}`;
        const winner = await onlyWinner(20, (writer) => store.put(key, bytes(`writer ${writer}`), { ifAbsent: true }));
        expect((await store.get(key))?.body.toString()).toBe(`writer ${winner.writer}`);
      }
    });

    it('lets exactly one of twenty replacers win', async () => {
      let { etag } = await store.put('race/replace', bytes('start'));
      for (let round = 0; round < 3; round++) {
        const body = (writer: number): Buffer => bytes(`round ${round}, writer ${writer}`);
        const winner = await onlyWinner(20, (writer) => store.put('race/replace', body(writer), { ifMatch: etag }));
        expect(await store.get('race/replace')).toEqual({ body: body(winner.writer), etag: winner.etag });
        etag = winner.etag;
      }
    });

    it('lists the keys under a prefix in order, with their sizes, and not those beside it', async () => {
      for (const key of ['list/b', 'listed', 'list/a-b', 'list/a-c/d', 'list/b2']) await store.put(key, bytes(key));
      const found: { key: string; bytes: number }[] = [];
      for await (const { key, bytes: size, modifiedAt } of store.list('list/')) {
        found.push({ key, bytes: size });
        expect(Math.abs(Date.now() - modifiedAt.getTime())).toBeLessThan(60_000);
      }
      expect(found.map(({ key }) => key)).toEqual(['list/a-b', 'list/a-c/d', 'list/b', 'list/b2']);
      expect(found[0]!.bytes).toBe('list/a-b'.length);
      expect(await keysOf(store, 'list/b')).toEqual(['list/b', 'list/b2']);
      expect(await keysOf(store, 'list/zz')).toEqual([]);
    });

    it('deletes, and deletes again without a complaint', async () => {
      await store.put('gone', bytes('x'));
      await store.delete('gone');
      await store.delete('gone');
      expect(await store.get('gone')).toBeUndefined();
    });
  });
}
