import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../store/open-store.js';
import type { ObjectStore } from '../../../store/object-store.js';
import { StoreBlockedError } from '../../../store/object-store.js';
import type { S3Server } from '../../support/s3-server.js';
import { startS3Server } from '../../support/s3-server.js';
import { describeObjectStore } from '../../store/object-store-contract.js';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.stop());

function open(path: string, options: Partial<S3Server & { deadlineMs: number }> = {}): ObjectStore {
  return openStore(`s3://${server.bucket}/${path}`, { s3: { ...server, ...options } });
}

describeObjectStore('a real S3 server', () => open('contract'));

describe('S3 store on a real server', () => {
  it('keeps to its prefix', async () => {
    const [outer, inner] = [open('outer'), open('outer/inner')];
    await inner.put('a', Buffer.from('1'));
    expect(inner.url).toBe(`s3://${server.bucket}/outer/inner`);
    expect((await outer.get('inner/a'))?.body.toString()).toBe('1');
    const keys: string[] = [];
    for await (const { key } of inner.list('')) keys.push(key);
    expect(keys).toEqual(['a']);
  });

  it('lists more keys than one page holds', { timeout: 120_000 }, async () => {
    const store = open('many');
    const keys = Array.from({ length: 1005 }, (_, i) => `part-${String(i).padStart(5, '0')}`);
    const writers = Array.from({ length: 16 }, async (_, writer) => {
      for (let i = writer; i < keys.length; i += 16) await store.put(keys[i]!, Buffer.from('x'));
    });
    await Promise.all(writers);
    const found: string[] = [];
    for await (const { key } of store.list('')) found.push(key);
    expect(found).toEqual(keys);
  });

  it('stores five megabytes whole', async () => {
    const body = Buffer.alloc(5 * 1024 * 1024, 'seven b');
    await open('large').put('large', body);
    expect((await open('large').get('large'))?.body.equals(body)).toBe(true);
  });

  it('says which bucket is missing, at once', async () => {
    const store = openStore('s3://no-such-bucket-here/x', { s3: server });
    const message = /^there is no bucket s3:\/\/no-such-bucket-here.*Create the bucket/;
    await expect(store.get('a')).rejects.toThrow(message);
    await expect(store.put('a', Buffer.from('x'), { ifAbsent: true })).rejects.toThrow(message);
    await expect(store.list('')[Symbol.asyncIterator]().next()).rejects.toThrow(message);
  });

  it('says that the credentials are refused, without telling them', async () => {
    for (const wrong of [{ secretAccessKey: 'wrong-secret' }, { accessKeyId: 'wrong-id' }]) {
      const failure = open('x', wrong).put('a', Buffer.from('x'));
      await expect(failure).rejects.toBeInstanceOf(StoreBlockedError);
      await expect(failure).rejects.toThrow(/not open to these credentials.*AWS_ACCESS_KEY_ID/);
      await expect(failure).rejects.not.toThrow(/wrong-secret|wrong-id|testkey|testsecret/);
    }
  });

  it(
    'rides out a server that is killed and started again: what was acknowledged is there',
    { timeout: 120_000 },
    async () => {
      const store = open('outage');
      await store.put('before', Buffer.from('1'), { ifAbsent: true });
      await server.kill();
      const during = Promise.all([
        store.get('before'),
        store.put('during', Buffer.from('2'), { ifAbsent: true }),
        store.put('also', Buffer.from('3')),
      ]);
      await server.start();
      const [before] = await during;
      expect(before?.body.toString()).toBe('1');
      expect((await store.get('during'))?.body.toString()).toBe('2');
      expect((await store.get('also'))?.body.toString()).toBe('3');
    },
  );

  it('gives up at its deadline when no answer comes, and says so', async () => {
    const store = open('x', { endpoint: 'http://127.0.0.1:9', deadlineMs: 600 });
    const start = Date.now();
    await expect(store.get('a')).rejects.toThrow(/does not answer as it should: got .*ECONNREFUSED/);
    expect(Date.now() - start).toBeLessThan(5000);
  });
});
