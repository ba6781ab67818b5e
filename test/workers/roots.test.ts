import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../config/index.js';
import { readConfig } from '../../config/index.js';
import { RootError } from '../../mallm/errors.js';
import { assertAllowed, noteRoots } from '../../workers/roots.js';
import { storeOpener } from '../../workers/stores.js';

let home: string;
let embedded: Config;
let onCluster: Config;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mallm-gan-roots-'));
  await mkdir(join(home, 'temporal'));
  embedded = readConfig({ MALLM_HOME: home });
  onCluster = readConfig({
    MALLM_HOME: home,
    MALLM_STORE: 's3://data/runs',
    MALLM_ROOTS: 's3://data/out, /srv/tables',
    TEMPORAL_ADDRESS: 'server:7233',
  });
});
afterEach(() => rm(home, { recursive: true, force: true }));

const allowed = (config: Config, location: string): boolean => {
  try {
    assertAllowed(config, location);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(RootError);
    return false;
  }
};

describe('the places of a worker', () => {
  it.each([
    ['s3://data/runs', true],
    ['s3://data/runs/', true],
    ['s3://data/runs/deeper', true],
    ['s3://data/out/nightly', true],
    ['file:///srv/tables/a.csv', true],
    ['/srv/tables', true],
    ['s3://data', false],
    ['s3://data/runs-of-others', false],
    ['s3://data/runs/../secrets', false],
    ['s3://other/runs', false],
    ['/srv', false],
    ['/srv/tables/../secret', false],
    ['file:///srv/tables/%2e%2e/secret', false],
    ['file:///etc', false],
    ['/', false],
  ])('on a cluster: %s: %s', (location, expected) => {
    expect(allowed(onCluster, location)).toBe(expected);
  });

  it('are, with the embedded server, its store and what commands of its home were given', async () => {
    const given = join(home, 'elsewhere');
    expect(allowed(embedded, join(home, 'store'))).toBe(true);
    expect(allowed(embedded, given)).toBe(false);
    await noteRoots(embedded, [given, pathToFileURL(join(home, 'a b')).href]);
    expect(allowed(embedded, join(given, 'x'))).toBe(true);
    expect(allowed(embedded, join(home, 'a b'))).toBe(true);
    expect(allowed(embedded, `${given}-other`)).toBe(false);
    expect((await stat(join(home, 'temporal', 'roots'))).mode & 0o777).toBe(0o600);
    expect(allowed({ ...embedded, temporal: onCluster.temporal }, given)).toBe(false);
  });

  it('are named, with the way on, where another one is refused', () => {
    const open = storeOpener(onCluster, (url) => assertAllowed(onCluster, url));
    expect(() => open('file:///etc')).toThrow(
      /no place that may be read.*s3:\/\/data\/runs or s3:\/\/data\/out or file:\/\/\/srv\/tables.*MALLM_ROOTS="file:\/\/\/etc"/,
    );
  });

  it.each(['tables', 'https://data/x', 's3:data'])('cannot be named as %s', (root) => {
    expect(() => readConfig({ MALLM_ROOTS: root })).toThrow(/MALLM_ROOTS has a place that is not one/);
  });
});
