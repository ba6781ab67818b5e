import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerError } from '../../mallm/errors.js';
import { freePort, isFree } from './free-port.js';
import { readRecord, writeRecord, type ServerFolder, type ServerRecord } from './server-folder.js';
import { EndedSilently, killServer, launchServer, PortTaken, waitUntilServing } from './server-process.js';
import { findServer, hasDatabase, isServing, type FoundServer } from './server-search.js';
import { livingUsers } from './server-users.js';

const START_MS = 60_000;
/** A found server that does not answer for so long hangs. */
const HUNG_MS = 20_000;
/** A found server that cannot bind its port ends within this time. */
const SETTLED_MS = 3_000;
const START_ATTEMPTS = 5;

export interface Ensure {
  /** Brings the path of the Temporal CLI; only called when a server has to be started. */
  cli: () => Promise<string>;
  /** Start the web UI too. */
  ui: boolean;
  /** The port that connections of this process already go to: this one or none. */
  port?: number;
}

/**
 * The running server of a folder, started if need be. Call it under the folder's lock.
 *
 * A new server takes the last one's ports if it can; where others use the server, it takes its port or none.
 *
 * @throws ServerError when it cannot be had.
 */
export async function ensureServer(folder: ServerFolder, ensure: Ensure): Promise<ServerRecord> {
  const found = await findServer(folder);
  if (found && (await hasDatabase(folder)) && (await answers(found, folder))) {
    if (!found.settled) await writeRecord(folder, found);
    return found;
  }
  // It hangs, or its database was deleted under it: in neither case will it do any good.
  if (found) await killServer(found);
  const users = await livingUsers(folder);
  refuseForeign(users, folder);
  const last = found ?? (await readRecord(folder));
  const server = await startOn(
    folder,
    { ...ensure, port: ensure.port ?? (users.length > 0 ? last?.port : undefined) },
    last,
  );
  await writeRecord(folder, server);
  return server;
}

async function answers(found: FoundServer, folder: ServerFolder): Promise<boolean> {
  if (found.settled && (await isServing(found.port))) return true;
  const readLog = async () => '';
  return waitUntilServing(found, { timeoutMs: HUNG_MS, believeAfterMs: SETTLED_MS, readLog, path: folder.path }).then(
    () => true,
    () => false,
  );
}

async function startOn(folder: ServerFolder, { cli, ui, port }: Ensure, last?: ServerRecord): Promise<ServerRecord> {
  const executable = await cli();
  for (let attempt = 1; ; attempt++) {
    const before = attempt === 1 ? last : undefined;
    const ports = {
      port: port ?? (await freeOr(before?.port)),
      uiPort: ui ? await freeOr(before?.uiPort) : null,
    };
    try {
      return await launchServer({ cli: executable, folder, ...ports, timeoutMs: START_MS });
    } catch (error) {
      const passing = error instanceof PortTaken || error instanceof EndedSilently;
      if (!passing || attempt === START_ATTEMPTS) throw error;
      await sleep(100 * attempt);
    }
  }
}

/** The preferred port if nothing listens on it, else another one. */
async function freeOr(preferred: number | null | undefined): Promise<number> {
  return preferred && (await isFree(preferred)) ? preferred : freePort();
}

/** Users on other machines whose server we cannot see: a second server on their database would ruin it. */
function refuseForeign(users: { host: string; pid: number }[], folder: ServerFolder): void {
  const foreign = users.find(({ host }) => host !== hostname());
  if (!foreign) return;
  throw new ServerError({
    problem: `the embedded Temporal server in ${folder.path} is in use from another machine or container`,
    expected: 'one machine at a time',
    got: `process ${foreign.pid} on ${foreign.host}`,
    remedy: 'Wait until it has ended, set MALLM_HOME to another folder, or share a server by TEMPORAL_ADDRESS.',
  });
}
