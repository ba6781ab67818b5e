import { access } from 'node:fs/promises';
import { Connection } from '@temporalio/client';
import { commandOf, listProcesses, processMark } from './process-table.js';
import { readRecord, type ServerFolder, type ServerRecord } from './server-folder.js';

const HOST = '127.0.0.1';
const NAMESPACE = 'default';

/** A server found running; `settled` when it is known to have served under its record. */
export interface FoundServer extends ServerRecord {
  settled: boolean;
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

function runsOn(command: string[], folder: ServerFolder): boolean {
  return command.includes('start-dev') && command.join(' ').endsWith(`--db-filename ${folder.database}`);
}
