import { spawn } from 'node:child_process';
import { access, readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { ServerError } from '../mallm/errors.js';
import { commandOf, listProcesses, processMark, signalProcess } from './process-table.js';
import { folderError, openLog, readRecord, type ServerFolder, type ServerRecord } from './server-folder.js';

const HOST = '127.0.0.1';
const NAMESPACE = 'default';
const POLL_MS = 25;
/** A server that lost its port to a stranger ends within this time: one that lives longer has its port. */
const SETTLED_MS = 3_000;
const STOP_MS = 10_000;

/** What a start of the server needs. */
export interface Launch {
  /** Path of the Temporal CLI. */
  cli: string;
  folder: ServerFolder;
  port: number;
  /** Port of the web UI; null starts without one. */
  uiPort: number | null;
  timeoutMs: number;
}

/** A server found running; `settled` when it is known to have served under its record. */
export interface FoundServer extends ServerRecord {
  settled: boolean;
}

/** The server's port, or its UI's, was taken by another program at its start. */
export class PortTaken extends ServerError {}

/**
 * Starts a server in a process group of its own and waits until it serves.
 *
 * It outlives this process, hears no Ctrl-C, and is given nothing of the environment: no key ends up in it.
 *
 * @throws PortTaken when a port is in use; ServerError when it ends or does not serve in time (it is killed then).
 */
export async function launchServer(launch: Launch): Promise<ServerRecord> {
  const { cli, folder, port, uiPort } = launch;
  const log = await openLog(folder);
  const logStart = await stat(folder.log).then(({ size }) => size);
  const child = spawn(cli, serverArguments(launch), {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    cwd: folder.path,
    // The CLI looks for profiles in the user's home: it must find none.
    env: { HOME: folder.path },
  });
  const spawned = new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  await spawned
    .catch((error: unknown) => {
      throw new ServerError({
        problem: `the Temporal CLI ${cli} cannot be started`,
        got: (error as NodeJS.ErrnoException).code,
        remedy: 'Delete it to have it downloaded again, or set TEMPORAL_CLI_PATH.',
      });
    })
    .finally(log.close);
  child.unref();
  const pid = child.pid!;
  const record: ServerRecord = { pid, mark: (await processMark(pid)) ?? '', port, uiPort };
  const readLog = () => readFile(folder.log).then((bytes) => bytes.subarray(logStart).toString('utf8'));
  await waitUntilServing(record, { timeoutMs: launch.timeoutMs, readLog, path: folder.path }).catch(
    async (error: unknown) => {
      await killServer(record, 'SIGKILL');
      throw error;
    },
  );
  return record;
}

/**
 * Waits until a server serves, and it is that one: a program that holds the port cannot pass for it.
 *
 * Its own log line says that it has bound its port; without a log (a server found running) it must live for 3 s.
 */
export async function waitUntilServing(
  server: ServerRecord,
  { timeoutMs, readLog, path }: { timeoutMs: number; readLog: () => Promise<string>; path: string },
): Promise<void> {
  const began = Date.now();
  const bound = new RegExp(`Server:\\s+\\S*:${server.port}\\b`);
  while (Date.now() - began < timeoutMs) {
    if ((await processMark(server.pid)) !== server.mark) throw endedAtStart(await readLog(), server, path);
    if (await isServing(server.port)) {
      if (Date.now() - began > SETTLED_MS || bound.test(await readLog())) return;
    }
    await sleep(POLL_MS);
  }
  throw new ServerError({
    problem: 'the embedded Temporal server does not answer',
    expected: `it to serve within ${Math.round(timeoutMs / 1000)} s`,
    remedy: `Its log is ${path}/server.log; on a busy machine, try again.`,
  });
}

/** Whether a Temporal server with our namespace answers at a port. */
export async function isServing(port: number): Promise<boolean> {
  const connection = Connection.lazy({ address: `${HOST}:${port}`, interceptors: [] });
  try {
    const ask = () => connection.workflowService.describeNamespace({ namespace: NAMESPACE });
    await connection.withDeadline(Date.now() + 2_000, ask);
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

/**
 * The running server of a folder, or undefined.
 *
 * Known by its command, which names the database, not by its number alone: neither a stranger under a reused number is
 * taken for it, nor is one missed whose starter died before it could write its number down.
 */
export async function findServer(folder: ServerFolder): Promise<FoundServer | undefined> {
  const record = await readRecord(folder);
  if (record && (await processMark(record.pid)) === record.mark) {
    const command = await commandOf(record.pid);
    if (process.platform === 'win32' || (command && runsOn(command, folder))) return { ...record, settled: true };
  }
  for (const { pid, command } of await listProcesses()) {
    const mark = runsOn(command, folder) ? await processMark(pid) : undefined;
    if (mark === undefined) continue;
    const [port, uiPort] = ['--port', '--ui-port'].map((name) => Number(command[command.indexOf(name) + 1]));
    return { pid, mark, port: port!, uiPort: command.includes('--ui-port') ? uiPort! : null, settled: false };
  }
  return undefined;
}

/** Whether the database that a running server has open is still the one in the folder. */
export function hasDatabase(folder: ServerFolder): Promise<boolean> {
  return access(folder.database).then(
    () => true,
    () => false,
  );
}

/** Ends a server and waits until it has: asked first, killed after 10 s. */
export async function killServer(server: ServerRecord, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  const alive = async () => (await processMark(server.pid)) === server.mark;
  if (!(await alive())) return;
  signalProcess(server.pid, signal);
  const deadline = Date.now() + STOP_MS;
  while (await alive()) {
    if (Date.now() > deadline) {
      if (signal === 'SIGTERM') return killServer(server, 'SIGKILL');
      throw new ServerError({ problem: `the Temporal server ${server.pid} does not end`, remedy: 'End it by hand.' });
    }
    await sleep(POLL_MS);
  }
}

function serverArguments({ folder, port, uiPort }: Launch): string[] {
  return [
    ...['server', 'start-dev', '--ip', HOST, '--port', String(port)],
    ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...['--log-level', 'warn', '--log-format', 'json'],
    // No question about newer versions leaves this machine.
    ...['--dynamic-config-value', 'frontend.enableServerVersionCheck=false'],
    // Both at every start: the second is not kept in the file, and together they bring eight times the throughput.
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ...['--db-filename', folder.database],
  ];
}

function runsOn(command: string[], folder: ServerFolder): boolean {
  return command.includes('start-dev') && command.join(' ').endsWith(`--db-filename ${folder.database}`);
}

function endedAtStart(log: string, { port }: ServerRecord, path: string): ServerError {
  const last =
    log
      .trim()
      .split('\n')
      .findLast((line) => !line.startsWith('{')) ?? log.trim().split('\n').at(-1);
  if (/address already in use/i.test(log)) {
    return new PortTaken({
      problem: `port ${port} of the embedded Temporal server, or its web UI's, is taken by another program`,
      remedy: 'End that program, then run the command again.',
    });
  }
  if (/no space left|database or disk is full/i.test(log)) {
    return folderError({ code: 'ENOSPC', syscall: 'write' }, path) as ServerError;
  }
  return new ServerError({
    problem: 'the embedded Temporal server ended at its start',
    got: last ? JSON.stringify(last.slice(0, 300)) : 'no word in its log',
    remedy: `Its log is ${path}/server.log. If its database is damaged, move ${path} away: fits go on from their stores.`,
  });
}
