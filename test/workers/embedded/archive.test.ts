import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileFromTarGz, fileFromZip } from '../../../workers/embedded/archive.js';

const zip = readFileSync('test/fixtures/archives/wheel.zip');
const tar = readFileSync('test/fixtures/archives/archive.tar.gz');
const text = 'temporal '.repeat(5000);

describe('a file out of a zip archive', () => {
  it('is what Python packed, deflated or stored', async () => {
    expect(String(await fileFromZip(zip, (path) => path.endsWith('/scripts/temporal')))).toBe(text);
    expect(String(await fileFromZip(zip, (path) => path === 'stored.txt'))).toBe('stored as it is');
  });
  it('is undefined when there is none', async () => {
    expect(await fileFromZip(zip, () => false)).toBeUndefined();
  });
  it('is refused from a cut-off archive', async () => {
    await expect(fileFromZip(zip.subarray(0, 200), () => true)).rejects.toThrow('not a whole zip archive');
  });
});

describe('a file out of a gzipped tar archive', () => {
  it('is what Python packed', async () => {
    expect(String(await fileFromTarGz(tar, 'temporal'))).toBe(text);
    expect(await fileFromTarGz(tar, 'empty')).toHaveLength(0);
  });
  it('is undefined when there is none', async () => {
    expect(await fileFromTarGz(tar, 'other')).toBeUndefined();
  });
  it('is refused from a cut-off archive', async () => {
    await expect(fileFromTarGz(tar.subarray(0, 100), 'temporal')).rejects.toThrow();
    const short = gzipSync(gunzipSync(tar).subarray(0, 5000));
    await expect(fileFromTarGz(short, 'temporal')).rejects.toThrow('cut off');
  });
});
