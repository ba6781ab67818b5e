import { randomBytes } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodecKey } from '../../config/index.js';
import { parseCodecKeys } from '../../config/index.js';
import { ServerError } from '../../mallm/errors.js';
import type { ServerFolder } from './server-folder.js';

const KEY_BYTES = 32;
const ID_BYTES = 4;
const FOR_OTHERS = 0o077;

/**
 * The key that all payloads of an embedded server are sealed with, made at its first start. The server knows no credential:
 * any local user can reach its port, and what tells his payloads from ours is that he cannot read this file (0600).
 *
 * @throws ServerError when the key of a server that had one is gone or is no key, or when others can read it.
 */
export async function serverKey(folder: ServerFolder): Promise<CodecKey> {
  const key = await foundKey(folder);
  if (key) return key;
  if ((await contentOf(noteFile(folder))) !== undefined) throw lost(folder, 'no file');
  await makeKey(folder);
  return (await foundKey(folder)) ?? serverKey(folder);
}

/** The key, if the server has been started. */
export async function foundKey(folder: ServerFolder): Promise<CodecKey | undefined> {
  const file = keyFile(folder);
  const content = await contentOf(file);
  if (content === undefined) return undefined;
  await assertPrivate(file);
  const key = keyIn(content);
  const id = (await contentOf(noteFile(folder)))?.trim();
  if (!key || (id !== undefined && id !== key.id)) throw lost(folder, key ? 'another key' : 'something else');
  return key;
}

/** Of two processes that start at once, one links its file; the other takes that one. */
async function makeKey(folder: ServerFolder): Promise<void> {
  const id = `embedded-${randomBytes(ID_BYTES).toString('hex')}`;
  const draft = join(folder.path, `draft.key.${id}`);
  await writeFile(draft, `${id}:${randomBytes(KEY_BYTES).toString('base64')}\n`, {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  });
  try {
    await link(draft, keyFile(folder));
    await writeFile(noteFile(folder), `${id}\n`, { mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function keyFile({ path }: ServerFolder): string {
  return join(path, 'key');
}

/** Says that there was a key, and which: what it has sealed cannot be read with another one. */
function noteFile({ path }: ServerFolder): string {
  return join(path, 'key.id');
}

function keyIn(content: string): CodecKey | undefined {
  try {
    return parseCodecKeys(content)[0];
  } catch {
    return undefined;
  }
}

async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A key that another user owns or can read seals nothing. */
async function assertPrivate(file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode, uid } = await stat(file);
  if ((mode & FOR_OTHERS) === 0 && uid === process.getuid!()) return;
  throw new ServerError({
    problem: `the key of the embedded Temporal server, ${file}, is not yours alone`,
    expected: 'a file that you own, of mode 0600',
    got: uid === process.getuid!() ? `mode ${(mode & 0o777).toString(8).padStart(4, '0')}` : 'a file of another user',
    remedy: `If others may have read it, move its folder away: fits go on from their stores. Else: chmod 600 ${JSON.stringify(file)}`,
  });
}

function lost(folder: ServerFolder, got: string): ServerError {
  return new ServerError({
    problem: `the key of the embedded Temporal server in ${folder.path} is lost, and what it has sealed cannot be read`,
    expected: `the file ${keyFile(folder)} that was made with its database`,
    got,
    remedy: `Put the file back, or move ${folder.path} away: fits go on from their stores; schedules have to be made anew.`,
  });
}
