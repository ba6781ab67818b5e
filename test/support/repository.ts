import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The top of the repository, wherever this file was compiled to. */
export const REPOSITORY = topAbove(import.meta.dirname);

/** Path of a file of the repository. */
export function repositoryFile(path: string): string {
  return join(REPOSITORY, path);
}

function topAbove(folder: string): string {
  return existsSync(join(folder, 'package-lock.json')) ? folder : topAbove(dirname(folder));
}
