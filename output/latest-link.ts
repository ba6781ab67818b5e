import { randomUUID } from 'node:crypto';
import { lstat, rename, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf } from '../store/folder-files.js';

/** What file systems and platforms without symbolic links answer. */
const NO_SYMLINKS = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP']);

/**
 * Points the symbolic link `latest` of a folder at one of its folders, in one step: a reader sees the old one or the new
 * one. A bucket has no links, and neither have some disks: nothing is done there, nor where a file or folder of another
 * else has that name.
 */
export async function linkLatest(storeUrl: string, folder: string): Promise<void> {
  if (!storeUrl.startsWith('file:')) return;
  const root = fileURLToPath(storeUrl);
  const link = join(root, 'latest');
  const seen = await lstat(link).catch(() => undefined);
  if (seen && !seen.isSymbolicLink()) return;
  const draft = join(root, `.latest-${randomUUID()}`);
  try {
    await symlink(folder, draft, 'dir');
    await rename(draft, link);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    if (!NO_SYMLINKS.has(codeOf(error) ?? '')) throw error;
  }
}
