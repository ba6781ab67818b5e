import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerError } from '../../mallm/errors.js';
import { processMark, signalProcess } from './process-table.js';
import { diskFull, freeBytes, openLog, type ServerFolder, type ServerRecord } from './server-folder.js';
import { isServing } from './server-search.js';

const HOST = '127.0.0.1';
const POLL_MS = 25;
/** A new server whose log does not say that it has its port is believed to have it after this time. */
const UNHEARD_MS = 15_000;
const STOP_MS = 10_000;
const FULL_BYTES = 1 << 20;

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

interface Waiting {
  timeoutMs: number;
  believeAfterMs: number;
  /** What the server has logged since its start. */
  readLog: () => Promise<string>;
  /** Its folder, for what an error says. */
  path: string;
}

/** The server's port, or its UI's, was taken by another program at its start. */
export class PortTaken extends ServerError {}
/** The server ended at its start without saying why, as one does that is killed. */
export class EndedSilently extends ServerError {}

/**
 * Starts a server in a process group of its own and waits until it serves.
 *
 * It outlives this process, hears no Ctrl-C, and is given nothing of the environment: no key ends up in it.
 *
 * @throws PortTaken when a port is in use, EndedSilently when it was killed: both are worth another try; ServerError when it
 * ends for another reason or does not serve in time (it is killed then).
 */
export async function launchServer(launch: Launch): Promise<ServerRecord> {
  const { folder, port, uiPort, timeoutMs } = launch;
  const log = await openLog(folder);
  const logStart = await stat(folder.log).then(({ size }) => size);
  const pid = await spawnServer(launch, log.fd).finally(log.close);
  const server: ServerRecord = { pid, mark: (await processMark(pid)) ?? '', port, uiPort };
  const readLog = () => readFrom(folder.log, logStart);
  try {
    await waitUntilServing(server, { timeoutMs, believeAfterMs: UNHEARD_MS, readLog, path: folder.path });
    return server;
  } catch (error) {
    await killServer(server, 'SIGKILL');
    throw error;
  }
}

/**
 * Waits until a server serves, and it is that one: a program that holds the port cannot pass for it.
 *
 * Its own log line says that it has bound its port. Without that line it must live for `believeAfterMs`: a server that
 * cannot bind its port ends.
 */
export async function waitUntilServing(
  server: ServerRecord,
  { timeoutMs, believeAfterMs, readLog, path }: Waiting,
): Promise<void> {
  const began = Date.now();
  const bound = boundLine(server.port);
  while (Date.now() - began < timeoutMs) {
    if ((await processMark(server.pid)) !== server.mark) throw await endedAtStart(await readLog(), server, path);
    const isIts = Date.now() - began > believeAfterMs || bound.test(await readLog());
    if (isIts && (await isServing(server.port))) return;
    await sleep(POLL_MS);
  }
  throw new ServerError({
    problem: 'the embedded Temporal server does not answer',
    expected: `it to serve within ${Math.round(timeoutMs / 1000)} s`,
    remedy: `Its log is ${path}/server.log; on a busy machine, try again.`,
  });
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

async function spawnServer(launch: Launch, log: number): Promise<number> {
  const child = spawn(launch.cli, serverArguments(launch), {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: launch.folder.path,
    // The CLI looks for profiles in the user's home: it must find none.
    env: { HOME: launch.folder.path },
  });
  const spawned = new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  await spawned.catch((error: unknown) => {
    throw new ServerError({
      problem: `the Temporal CLI ${launch.cli} cannot be started`,
      got: (error as NodeJS.ErrnoException).code,
      remedy: 'Delete it to have it downloaded again, or set TEMPORAL_CLI_PATH.',
    });
  });
  child.unref();
  return child.pid!;
}

function serverArguments({ folder, port, uiPort }: Launch): string[] {
  return [
    ...['server', 'start-dev', '--ip', HOST, '--port', String(port)],
    ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...['--log-level', 'warn', '--log-format', 'json'],
    // No question about newer versions leaves this machine.
    ...['--dynamic-config-value', 'frontend.enableServerVersionCheck=false'],
    // By itself the server reads what it has to dispatch at most 20 times a second: each activity and each workflow task would
    // wait 40 ms for that, and a quick step of a fit take 300 ms instead of 50.
    ...['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=1000'],
    // A history is removed at once when it is erased; by itself the server waits 30 s for its queues.
    ...['--dynamic-config-value', 'history.transferProcessorEnsureCloseBeforeDelete=false'],
    ...['--dynamic-config-value', 'history.visibilityProcessorEnsureCloseBeforeDelete=false'],
    // Both at every start: the second is not kept in the file, and together they bring eight times the throughput.
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    // What is erased is overwritten.
    ...['--sqlite-pragma', 'secure_delete=on'],
    ...['--db-filename', folder.database],
  ];
}

/** What the CLI prints once the server has its port. */
function boundLine(port: number): RegExp {
  return new RegExp(`Server:\\s+\\S*:${port}\\b`);
}

async function readFrom(file: string, start: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file, { start })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function endedAtStart(log: string, { port }: ServerRecord, path: string): Promise<unknown> {
  const lines = log.trim().split('\n');
  const last = lines.findLast((line) => !line.startsWith('{')) ?? lines.at(-1);
  if (/address already in use/i.test(log)) {
    return new PortTaken({
      problem: `port ${port} of the embedded Temporal server, or its web UI's, is taken by another program`,
      remedy: 'End that program, then run the command again.',
    });
  }
  // On a full disk the log has no room for a word either.
  if (/no space left|disk is full/i.test(log) || (await freeBytes(path)) < FULL_BYTES) return diskFull(path);
  const ErrorClass = log.trim() === '' || boundLine(port).test(log) ? EndedSilently : ServerError;
  return new ErrorClass({
    problem: 'the embedded Temporal server ended at its start',
    got: last ? JSON.stringify(last.slice(0, 300)) : 'no word in its log',
    remedy: `Its log is ${path}/server.log. If its database is damaged, move ${path} away: fits go on from their stores.`,
  });
}
