import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { temporalCli } from '../test/support/temporal.js';
import { freePort } from '../workers/embedded/free-port.js';
import { makeServerFolder } from '../workers/embedded/server-folder.js';
import { killServer, launchServer } from '../workers/embedded/server-process.js';

/** How often memory is read. */
const LOOK_MS = 200;
const MAIN = resolve(process.cwd(), 'dist/scripts/main.js');

export type Role = 'server' | 'worker' | 'client';
/** Largest resident memory of each kind of process, megabytes. */
export type Memory = Record<Role, number>;

/** A Temporal server, a worker and a client, each a process of its own, over one store. */
export interface ScaleSite {
  /** Runs a command of the product to its end. @throws Error when it fails. */
  command(args: string[]): Promise<string>;
  /** Starts one that may be killed. */
  start(args: string[]): { child: ChildProcess; ended: Promise<number | null> };
  /** Kills with SIGKILL and starts again. */
  killWorker(): Promise<void>;
  killServer(): Promise<void>;
  /** Peaks since the last call of `forget`. */
  peaks(): Memory;
  forget(): void;
  /** Number of shards in the store. */
  shardsStored(): number;
  /** Number of events of each run of each workflow. */
  events(): Promise<{ type: string; events: number; bytes: number }[]>;
  close(): Promise<void>;
}

/** Starts all of it; `folder` keeps the store, `name` is for a server with a database of its own. */
export async function startScaleSite(folder: string, name: string): Promise<ScaleSite> {
  const port = await freePort();
  const serverFolder = await makeServerFolder(join(folder, name));
  const launch = { cli: await temporalCli(), folder: serverFolder, port, uiPort: null, timeoutMs: 60_000 };
  let server = await launchServer(launch);
  const env = {
    PATH: process.env.PATH,
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    MALLM_HOME: join(folder, name),
    MALLM_STORE: pathToFileURL(join(folder, 'store')).href,
  };
  const start = (args: string[]): ReturnType<ScaleSite['start']> => {
    const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    return { child, ended: new Promise((end) => child.on('close', end)) };
  };
  let worker = start(['worker']);
  let client: ChildProcess | undefined;
  let peak: Memory = { server: 0, worker: 0, client: 0 };
  const look = setInterval(() => {
    const pids = { server: server.pid, worker: worker.child.pid, client: client?.pid };
    for (const role of ['server', 'worker', 'client'] as const) {
      peak[role] = Math.max(peak[role], residentMegabytes(pids[role]));
    }
  }, LOOK_MS);
  const stopWorker = async (signal: NodeJS.Signals): Promise<void> => {
    worker.child.kill(signal);
    await worker.ended;
  };
  return {
    start: (args) => {
      const started = start(args);
      client = started.child;
      return started;
    },
    command: async (args) => {
      const { child, ended } = start(args);
      let text = '';
      child.stdout!.on('data', (data: Buffer) => (text += data.toString()));
      const code = await ended;
      if (code !== 0) throw new Error(`${args[0]} ended with ${code}`);
      return text;
    },
    killWorker: async () => {
      await stopWorker('SIGKILL');
      worker = start(['worker']);
    },
    killServer: async () => {
      await killServer(server, 'SIGKILL');
      server = await launchServer(launch);
    },
    peaks: () => ({ ...peak }),
    forget: () => (peak = { server: 0, worker: 0, client: 0 }),
    shardsStored: () => shardsIn(join(folder, 'store', 'runs')),
    events: () => eventsOf(`127.0.0.1:${port}`),
    close: async () => {
      clearInterval(look);
      await stopWorker('SIGKILL');
      await killServer(server, 'SIGKILL');
    },
  };
}

function residentMegabytes(pid: number | undefined): number {
  if (pid === undefined) return 0;
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Shards of the one table that is being drawn: the fit's own table has one. */
function shardsIn(runs: string): number {
  const samples = readdirSync(runs).map((run) => join(runs, run, 'samples'));
  const tables = samples.flatMap((path) =>
    existsSync(path) ? readdirSync(path).map((id) => join(path, id, 'shards')) : [],
  );
  return Math.max(0, ...tables.map((path) => (existsSync(path) ? readdirSync(path).length : 0)));
}

async function eventsOf(address: string): Promise<{ type: string; events: number; bytes: number }[]> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const found: { type: string; events: number; bytes: number }[] = [];
  for await (const { type, workflowId, runId } of client.workflow.list()) {
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    const { historyLength, historySizeBytes } = raw.workflowExecutionInfo!;
    found.push({ type, events: Number(historyLength), bytes: Number(historySizeBytes) });
  }
  await connection.close();
  return found;
}
