import { describe, expect, it } from 'vitest';
import { openStore } from '../../store/open-store.js';
import { StoreError } from '../../mallm/errors.js';

describe('openStore', () => {
  it.each([
    ['file:///tmp/a%20b', undefined, 'file:///tmp/a%20b'],
    ['/tmp/a b/', undefined, 'file:///tmp/a%20b'],
    ['runs/store', '/home/me', 'file:///home/me/runs/store'],
    ['file:runs', '/home/me', 'file:///home/me/runs'],
    ['s3://bucket', undefined, 's3://bucket'],
    ['s3://bucket/', undefined, 's3://bucket'],
    ['s3://bucket/a//b/', undefined, 's3://bucket/a/b'],
  ])('of %s from %s is the store %s', (url, home, expected) => {
    expect(openStore(url, { home }).url).toBe(expected);
  });

  it.each([
    'runs/store',
    '',
    'http://host/bucket',
    's3://',
    's3://key:secret@bucket/x',
    's3://bucket/x?endpoint=y',
    'file://host/x',
  ])('refuses %s, and shows no secret', (url) => {
    expect(() => openStore(url)).toThrow(StoreError);
    expect(() => openStore(url)).not.toThrow(/secret/);
    expect(() => openStore(url)).toThrow(/expected file:\/\/\/folder, an absolute path, or s3:\/\/bucket\/prefix/);
  });
});
