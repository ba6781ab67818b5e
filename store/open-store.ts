import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StoreError } from '../mallm/errors.js';
import type { ObjectStore } from './object-store.js';
import { folderStore } from './folder-store.js';
import { s3Store } from './s3-store.js';

/** What an address of a store leaves open. */
export interface OpenStoreOptions {
  /** For `s3://`: where it is and who asks; left out, the AWS SDK's own chain finds it. */
  s3?: { endpoint?: string; region?: string; accessKeyId?: string; secretAccessKey?: string; deadlineMs?: number };
  /** Folder that a relative path starts from; absolute. */
  home?: string;
}

/**
 * Opens a store: `file:///folder`, a path, or `s3://bucket/prefix`. Nothing is read or written yet.
 *
 * @throws StoreError when the address is none of these, or carries credentials.
 */
export function openStore(url: string, options: OpenStoreOptions = {}): ObjectStore {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return folderStore(absolute(url, options.home));
  if (scheme === 'file') return folderStore(folderOf(url, options.home));
  if (scheme === 's3') return bucketStore(url, options.s3 ?? {});
  throw addressError(JSON.stringify(`${scheme}:`));
}

function bucketStore(url: string, s3: NonNullable<OpenStoreOptions['s3']>): ObjectStore {
  const [, bucket, path] = /^s3:\/\/([a-z0-9][a-z0-9.-]*)(?:\/(.*))?$/i.exec(url) ?? [];
  if (bucket === undefined || /[?#]/.test(path ?? '')) throw addressError('an s3:// URL that is not one');
  const prefix = (path ?? '').split('/').filter(Boolean).join('/');
  const { endpoint, region, accessKeyId, secretAccessKey, deadlineMs } = s3;
  const credentials = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  return s3Store({ bucket, prefix, endpoint, region, credentials, deadlineMs });
}

function folderOf(url: string, home: string | undefined): string {
  if (!/^file:\//i.test(url)) return absolute(decodeURIComponent(url.slice('file:'.length)), home);
  try {
    return fileURLToPath(url);
  } catch {
    throw addressError('a file: URL that names no folder of this machine');
  }
}

function absolute(path: string, home: string | undefined): string {
  if (path === '') throw addressError('nothing');
  if (home !== undefined) return resolve(home, path);
  if (isAbsolute(path)) return resolve(path);
  throw addressError('a relative path');
}

function addressError(got: string): StoreError {
  return new StoreError({
    problem: 'the address of the store is not one that can be used',
    expected: 'file:///folder, an absolute path, or s3://bucket/prefix without keys',
    got,
    remedy: 'Correct --store or MALLM_STORE; S3 keys come from the environment.',
  });
}
