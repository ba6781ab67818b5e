import { setTimeout as sleep } from 'node:timers/promises';
import { withFolderLock } from './folder-lock.js';
import { processMark } from './process-table.js';
import { folderError, makeServerFolder, type ServerFolder, type ServerRecord } from './server-folder.js';
import { ensureServer, type Ensure } from './server-start.js';
import { enterUser, touchUser } from './server-users.js';

const LOOK_MS = 400;
const TOUCH_MS = 5_000;
const LONGEST_PAUSE_MS = 5_000;

export interface Watched {
  home: string;
  folder: ServerFolder;
  /** The server as it was joined. */
  server: ServerRecord;
  /** Entry of this handle among the users. */
  user: string;
  ensure: Ensure;
  /** Takes a line when the server ended, could not be started, and is back. */
  log: (line: string) => void;
}

/**
 * Looks after a held server: when it has ended, starts it again on its port, until it is stopped.
 *
 * Tries for as long as it takes, with pauses of up to 5 s; says each reason once. Does not keep the process alive.
 */
export function watchServer(watched: Watched): { stop: () => Promise<void> } {
  const stopping = new AbortController();
  const done = watch(watched, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}

async function watch(watched: Watched, signal: AbortSignal): Promise<void> {
  let { server } = watched;
  let touchedAt = 0;
  while (await pause(LOOK_MS, signal)) {
    if (Date.now() - touchedAt > TOUCH_MS) {
      await touchUser(watched.user);
      touchedAt = Date.now();
    }
    if ((await processMark(server.pid)) !== server.mark) server = (await revive(watched, signal)) ?? server;
  }
}

async function revive(watched: Watched, signal: AbortSignal): Promise<ServerRecord | undefined> {
  const { home, folder, user, ensure, log, server } = watched;
  const endedAt = Date.now();
  let said = '';
  log('The Temporal server has ended; starting it again.');
  for (let wait = LOOK_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
    try {
      await makeServerFolder(home);
      const revived = await withFolderLock(folder.path, async () => {
        await enterUser(folder, user);
        return ensureServer(folder, { ...ensure, port: server.port });
      });
      log(`The Temporal server is back after ${((Date.now() - endedAt) / 1000).toFixed(1)} s.`);
      return revived;
    } catch (error) {
      const reason = (folderError(error, folder.path) as Error).message;
      if (reason !== said) log(`The Temporal server could not be started again: ${reason}`);
      said = reason;
    }
    if (!(await pause(wait, signal))) return undefined;
  }
}

/** Waits; false when it was asked to stop. */
function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return sleep(milliseconds, true, { signal, ref: false }).catch(() => false);
}
