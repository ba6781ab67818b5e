import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CodecKey, Config } from '../../config/index.js';
import { ServerError } from '../../mallm/errors.js';
import { withFolderLock } from './folder-lock.js';
import {
  folderError,
  freeBytes,
  makeServerFolder,
  serverFolder,
  type ServerFolder,
  type ServerRecord,
} from './server-folder.js';
import { foundKey, serverKey } from './server-key.js';
import { killServer } from './server-process.js';
import { findServer, isServing } from './server-search.js';
import { ensureServer } from './server-start.js';
import { enterUser, livingUsers, removeUser, userEntry } from './server-users.js';
import { watchServer } from './server-watch.js';
import { obtainTemporalCli, type TemporalCliOptions } from './temporal-cli.js';

/** Disk space below which a person is warned: a fit's history takes some tens of megabytes. */
const LITTLE_MEGABYTES = 100;

export interface EmbeddedServerOptions extends TemporalCliOptions {
  /** Folder of this project's state. */
  home: string;
  /** Start the web UI too, on a free port. Default true. */
  ui?: boolean;
}

/** A held embedded server. */
export interface EmbeddedServer {
  /** `127.0.0.1:port`; stays the same while the handle is held. */
  address: string;
  namespace: 'default';
  /** What all payloads are sealed with: the server itself knows no credential. */
  key: CodecKey;
  /** Address of the web UI, where there is one. */
  uiUrl?: string;
  /** Releases the server; the last release stops it. Calling it again does nothing. */
  release: () => Promise<void>;
}

/** What is known of a home's embedded server from outside. */
export interface EmbeddedServerStatus {
  /** Its process, if one runs. */
  pid?: number;
  address?: string;
  uiUrl?: string;
  /** Whether it answers. */
  serving: boolean;
  /** Processes that use it now. */
  users: number[];
  databaseBytes: number;
  /** Path of its log. */
  log: string;
}

/**
 * Starts the Temporal server of a home, or joins the one that runs there already.
 *
 * One server a home, whatever number of processes asks for it. While the handle is held, a server that ends is started
 * again on the same port within about a second, and connections find back to it by themselves. A process that is
 * killed leaves its server running: the next one that uses this home joins it, and is then the last one.
 *
 * @throws ServerError when the CLI, the folder or a port cannot be had, or the server does not start.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const home = resolve(options.home);
  const folder = await makeServerFolder(home);
  const megabytes = Math.floor((await freeBytes(folder.path)) / 1e6);
  if (megabytes < LITTLE_MEGABYTES) options.log(`Only ${megabytes} MB are free in ${folder.path}: make room.`);
  const ensure = { cli: once(() => obtainTemporalCli(options)), ui: options.ui ?? true };
  // A first download may take minutes: not while others wait for the lock.
  if (!(await findServer(folder))) await ensure.cli();
  const user = userEntry(folder);
  const { server, key } = await underLock(folder, async () => {
    const made = await serverKey(folder);
    const ensured = await ensureServer(folder, ensure);
    await enterUser(folder, user);
    return { server: ensured, key: made };
  });
  const watcher = watchServer({ home, folder, server, user, ensure, log: options.log });
  const release = once(async () => {
    await watcher.stop();
    await leave(folder, user);
  });
  return { ...addresses(server), namespace: 'default', key, release };
}

/** The configuration of a process that uses the server: payloads are sealed with the keys of the user, else with its own. */
export function sealedConfig(config: Config, { key }: Pick<EmbeddedServer, 'key'>): Config {
  const given = config.codec?.keys ?? [];
  const [first = key, ...others] = given;
  return { ...config, codec: { keys: [first, ...others, ...(given.length > 0 ? [key] : [])] } };
}

/** The key of a home's embedded server, if it was started before. @throws ServerError as `startEmbeddedServer`. */
export async function embeddedKey(home: string): Promise<CodecKey | undefined> {
  return foundKey(await serverFolder(resolve(home)));
}

/** What runs in a home, without starting or stopping anything. */
export async function temporalServerStatus(home: string): Promise<EmbeddedServerStatus> {
  const folder = await serverFolder(resolve(home));
  const [server, users] = await Promise.all([findServer(folder), livingUsers(folder)]);
  return {
    ...(server && { pid: server.pid, ...addresses(server) }),
    serving: server !== undefined && (await isServing(server.port)),
    users: [...new Set(users.map(({ pid }) => pid))],
    databaseBytes: await stat(folder.database).then(
      ({ size }) => size,
      () => 0,
    ),
    log: folder.log,
  };
}

/**
 * Stops a home's embedded server without users, such as one whose last user was killed.
 *
 * @returns whether there was one.
 * @throws ServerError when a living process uses it: that one would start it again.
 */
export async function stopEmbeddedServer(home: string): Promise<boolean> {
  const folder = await serverFolder(resolve(home));
  if (!(await findServer(folder))) return false;
  await makeServerFolder(resolve(home));
  return underLock(folder, async () => {
    const users = await livingUsers(folder);
    if (users.length === 0) return stopFound(folder);
    throw new ServerError({
      problem: 'the embedded Temporal server is in use',
      got: `process ${users.map(({ pid }) => pid).join(', ')}`,
      remedy: 'Stop what runs there first: the last one to end takes the server with it.',
    });
  });
}

async function leave(folder: ServerFolder, user: string): Promise<void> {
  const last = async () => {
    await removeUser(user);
    if ((await livingUsers(folder)).length === 0) await stopFound(folder);
  };
  await withFolderLock(folder.path, last).catch((error: unknown) => {
    // The folder was deleted under us: with it went all that others could find the server by.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return stopFound(folder);
    throw folderError(error, folder.path);
  });
}

async function stopFound(folder: ServerFolder): Promise<boolean> {
  const server = await findServer(folder);
  if (server) await killServer(server);
  return server !== undefined;
}

function underLock<T>(folder: ServerFolder, work: () => Promise<T>): Promise<T> {
  return withFolderLock(folder.path, work).catch((error: unknown) => {
    throw folderError(error, folder.path);
  });
}

function addresses({ port, uiPort }: ServerRecord): { address: string; uiUrl?: string } {
  return { address: `127.0.0.1:${port}`, ...(uiPort !== null && { uiUrl: `http://127.0.0.1:${uiPort}` }) };
}

/** A function that does its work at the first call; again only after it failed. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work().catch((error: unknown) => {
      result = undefined;
      throw error;
    });
    return result;
  };
}
