import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopEmbeddedServer } from '../../workers/embedded/embedded-server.js';
import { repositoryFile } from './repository.js';

export { repositoryFile } from './repository.js';

/** The compiled command line, as a user runs it. */
export const MAIN = repositoryFile('dist/scripts/main.js');

/** What is inherited from the environment of the tests; nothing that names a model or a server. */
const INHERITED = [
  'PATH',
  'HOME',
  'XDG_CACHE_HOME',
  'TMPDIR',
  'PIP_INDEX_URL',
  'PIP_CONFIG_FILE',
  'TEMPORAL_CLI_PATH',
  'MALLM_CACHE',
];

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** An empty folder to run commands in, as a user would. */
export interface Workplace {
  folder: string;
  start(
    args: string[],
    env?: Record<string, string>,
    within?: string,
  ): { child: ChildProcess; result: Promise<CommandResult> };
  run(args: string[], env?: Record<string, string>, within?: string): Promise<CommandResult>;
  /** Stops the embedded server, if one was left running, and removes the folder. */
  close(): Promise<void>;
}

/** @param script what is run there; the command line when left out */
export async function openWorkplace(script = MAIN): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'mallm-gan-'));
  const start: Workplace['start'] = (args, env = {}, within = folder) => {
    const inherited = Object.fromEntries(
      INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
    );
    const child = spawn(process.execPath, [script, ...args], {
      cwd: within,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const result = new Promise<CommandResult>((done) => child.on('close', (code) => done({ code, stdout, stderr })));
    return { child, result };
  };
  return {
    folder,
    start,
    run: (args, env, within) => start(args, env, within).result,
    close: async () => {
      await stopEmbeddedServer(join(folder, '.mallm')).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
