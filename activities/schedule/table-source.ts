import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { TableError } from '../../mallm/errors.js';
import { codeOf } from '../../store/folder-files.js';
import type { Dependencies } from '../dependencies.js';

/**
 * The bytes of a table where a worker can reach it: an absolute path of its machine, or `s3://bucket/key`.
 *
 * @throws TableError when it is not there or may not be read.
 */
export async function readTableSource(
  location: string,
  { openStore, assertAllowed }: Pick<Dependencies, 'openStore' | 'assertAllowed'>,
): Promise<Buffer> {
  assertAllowed(location);
  if (isAbsolute(location)) return readFile(location).catch((error: unknown) => notRead(location, codeOf(error)));
  const [, folder, key] = /^(s3:\/\/.+)\/([^/]+)$/.exec(location) ?? [];
  if (folder === undefined || key === undefined) return notRead(location, undefined);
  const found = await openStore(folder).get(key);
  return found?.body ?? notRead(location, 'ENOENT');
}

function notRead(location: string, code: string | undefined): never {
  const why: Record<string, string> = { ENOENT: 'nothing there', EISDIR: 'a folder', EACCES: 'permission denied' };
  throw new TableError({
    problem: `the table ${location} cannot be read by the worker`,
    expected: 'a CSV file that every worker can reach: the same absolute path on each, or s3://bucket/key',
    got: code === undefined ? 'another kind of location' : (why[code] ?? code),
    remedy: 'Put it back, or make the schedule anew with --table.',
  });
}
