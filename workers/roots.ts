import { readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Config } from '../config/index.js';
import { RootError } from '../mallm/errors.js';

/**
 * Refuses a place that no configuration has named: workers take paths and URLs from inputs, and the client takes them from
 * run folders, which are passed on. Allowed is what is, or is below, the store, a root of MALLM_ROOTS, or, with the
 * embedded server, a place that a command of its home was given (`--store`, `--out` and the table of a schedule).
 *
 * @param location a URL or an absolute path.
 * @throws RootError, which is never retried.
 */
export function assertAllowed(config: Config, location: string): void {
  const place = canonical(location);
  const roots = [...configured(config), ...noted(config)];
  if (roots.some((root) => place === root || place.startsWith(root.endsWith('/') ? root : `${root}/`))) return;
  throw new RootError({
    problem: `${location} is no place that may be read and written here`,
    expected: `a place below ${roots.join(' or ')}`,
    remedy: `If it is yours, name it in MALLM_ROOTS where the ${config.temporal ? 'workers run' : 'command runs'}: MALLM_ROOTS=${JSON.stringify(location)}`,
  });
}

/** Notes places that a command was given, for all workers of the embedded server; on a cluster the workers' configuration counts. */
export async function noteRoots(config: Config, locations: readonly string[]): Promise<void> {
  if (config.temporal) return;
  const known = [...configured(config), ...noted(config)];
  const fresh = locations.map(canonical).filter((place) => !known.includes(place));
  if (fresh.length > 0)
    await appendFile(noteFile(config), fresh.map((place) => `${place}\n`).join(''), { mode: 0o600 });
}

function configured({ home, store, roots = [] }: Config): string[] {
  return [join(home, 'store'), ...(store === undefined ? [] : [store]), ...roots].map(canonical);
}

function noted(config: Config): string[] {
  if (config.temporal) return [];
  try {
    return readFileSync(noteFile(config), 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Beside the key and the database of the embedded server. */
function noteFile({ home }: Config): string {
  return join(home, 'temporal', 'roots');
}

/** One spelling for each place, without steps upwards. */
function canonical(location: string): string {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(.*)$/i.exec(location) ?? [];
  if (bucket === undefined) {
    const path = /^file:\/\//i.test(location) ? fileURLToPath(location) : location.replace(/^file:/i, '');
    return pathToFileURL(resolve(path)).href;
  }
  const segments = prefix.split('/').filter(Boolean);
  if (segments.some((segment) => /^\.{1,2}$/.test(segment)))
    throw new RootError({ problem: `${location} has steps upwards`, expected: 's3://bucket/prefix without . and ..' });
  return ['s3:/', bucket, ...segments].join('/');
}
