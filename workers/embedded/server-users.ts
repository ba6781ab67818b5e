import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { processMark } from './process-table.js';
import type { ServerFolder } from './server-folder.js';

/** How long a user on another machine, whose processes we cannot see, counts as alive without a sign of life. */
const FOREIGN_USER_MS = 20_000;

/** A process that uses a home's embedded server. */
export interface ServerUser {
  host: string;
  pid: number;
  /** Mark of the process, see `processMark`. */
  mark: string;
}

let handles = 0;

/** A new entry of this process, not yet entered: one a handle, so that a process may hold several. */
export function userEntry(folder: ServerFolder): string {
  return join(folder.users, `${hostname()}.${process.pid}.${handles++}`);
}

/** Enters this process as a user; entering an entry again is no error. */
export async function enterUser(folder: ServerFolder, entry: string): Promise<void> {
  const user: ServerUser = { host: hostname(), pid: process.pid, mark: (await processMark(process.pid)) ?? '' };
  const draft = join(folder.path, `draft.user.${process.pid}`);
  await writeFile(draft, JSON.stringify(user));
  await rename(draft, entry);
}

/** Gives a sign of life to those who cannot see this process. */
export async function touchUser(entry: string): Promise<void> {
  const now = new Date();
  await utimes(entry, now, now).catch(() => undefined);
}

/** Takes an entry out; one that is gone already is no error. */
export async function removeUser(entry: string): Promise<void> {
  await rm(entry, { force: true });
}

/** The users that are alive, one an entry; entries of dead ones are deleted. */
export async function livingUsers(folder: ServerFolder): Promise<ServerUser[]> {
  const names = await readdir(folder.users).catch(() => []);
  const users = await Promise.all(names.map((name) => livingUser(join(folder.users, name))));
  return users.filter((user) => user !== undefined);
}

async function livingUser(entry: string): Promise<ServerUser | undefined> {
  const content = await readFile(entry, 'utf8').catch(() => '');
  const user = userIn(content);
  if (user && (await isAlive(user, entry))) return user;
  await rm(entry, { force: true });
  return undefined;
}

/** Undefined for a file that was half written when the machine lost power. */
function userIn(content: string): ServerUser | undefined {
  try {
    return JSON.parse(content) as ServerUser;
  } catch {
    return undefined;
  }
}

async function isAlive(user: ServerUser, entry: string): Promise<boolean> {
  if (user.host === hostname()) return (await processMark(user.pid)) === user.mark;
  const age = await stat(entry).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Infinity,
  );
  return age < FOREIGN_USER_MS;
}
