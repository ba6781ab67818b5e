import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectStore, StoredObject } from './object-store.js';
import { PreconditionFailed, StoreDamagedError } from './object-store.js';
import { deadline } from './deadline.js';
import { checkedKey } from './object-key.js';
import { describeS3Failure, IncompleteReply, s3StoreError, s3VerdictOf } from './s3-failures.js';

/** How long one operation goes on trying, milliseconds: the outage of a server that is started again. */
const DEADLINE_MS = 5 * 60 * 1000;
const CONNECTION_TIMEOUT_MS = 3000;
const SOCKET_TIMEOUT_MS = 20_000;
/** Bounds one attempt, whatever hangs in it: this long, and as long again for each so many bytes sent. */
const ATTEMPT_MS = 60_000;
const ATTEMPT_BYTES = 8 * 1024 * 1024;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
/** An object whose checksum fails this often in a row is damaged where it lies, not on the way. */
const DAMAGED_ATTEMPTS = 3;

/** Where a bucket is and who asks for it. */
export interface S3StoreOptions {
  bucket: string;
  /** Without slashes around it; empty for the whole bucket. */
  prefix: string;
  /** Server that is not AWS: addressed by path. */
  endpoint?: string;
  /** Default: the AWS SDK's own chain, or `us-east-1` where an endpoint is given. */
  region?: string;
  /** Default: the AWS SDK's own chain (environment, profile, instance role). */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** How long one operation goes on trying, milliseconds. Default 5 minutes. */
  deadlineMs?: number;
}

/**
 * An object store in a bucket of S3 or of a server that speaks its protocol with conditional writes.
 *
 * Bodies are sent whole with their SHA-256, never as streams, which servers may keep in part when they are cut off.
 * Retries are made here alone, under one deadline: the SDK stops retrying after some 35 failures, and its retry does
 * not cover the reading of a body.
 */
export function s3Store(options: S3StoreOptions): ObjectStore {
  const { bucket, prefix } = options;
  const url = `s3://${[bucket, prefix].filter(Boolean).join('/')}`;
  const client = clientOf(options);
  const full = (key: string): string => (prefix ? `${prefix}/${key}` : key);

  function persist<T>(key: string, attempt: (signal: AbortSignal) => Promise<T>, bytes = 0): Promise<T> {
    return persistently({ url, key, bytes, deadlineMs: options.deadlineMs ?? DEADLINE_MS }, attempt);
  }

  async function get(key: string): Promise<StoredObject | undefined> {
    const command = new GetObjectCommand({ Bucket: bucket, Key: full(checkedKey(key)), ChecksumMode: 'ENABLED' });
    return persist(key, (signal) => fetchObject(client, command, signal)).catch(unless(AbsentKey, undefined));
  }

  return {
    url,
    get,
    async put(key, body, condition = {}) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: full(checkedKey(key)),
        Body: body,
        ContentLength: body.length,
        ChecksumSHA256: createHash('sha256').update(body).digest('base64'),
        IfNoneMatch: condition.ifAbsent ? '*' : undefined,
        IfMatch: condition.ifMatch,
      });
      try {
        return await persist(key, (signal) => sendObject(client, command, signal), body.length);
      } catch (error) {
        if (!(error instanceof PreconditionFailed || error instanceof AbsentKey)) throw error;
        // The reply to our own write may have been lost and the write repeated: then the content is ours.
        const current = await get(key);
        if (current?.body.equals(body)) return { etag: current.etag };
        throw new PreconditionFailed(key);
      }
    },
    async *list(keyPrefix) {
      let token: string | undefined;
      do {
        const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: full(keyPrefix), ContinuationToken: token });
        const page = await persist(keyPrefix, (abortSignal) => client.send(command, { abortSignal }));
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
          const key = prefix ? Key!.slice(prefix.length + 1) : Key!;
          yield { key, bytes: Size ?? 0, modifiedAt: LastModified ?? new Date(0) };
        }
        token = page.NextContinuationToken;
      } while (token !== undefined);
    },
    async delete(key) {
      const command = new DeleteObjectCommand({ Bucket: bucket, Key: full(checkedKey(key)) });
      await persist(key, (abortSignal) => client.send(command, { abortSignal })).catch(unless(AbsentKey, undefined));
    },
  };
}

class AbsentKey extends Error {}

function clientOf({ endpoint, region, credentials }: S3StoreOptions): S3Client {
  return new S3Client({
    endpoint,
    forcePathStyle: endpoint !== undefined,
    region: region ?? (endpoint === undefined ? undefined : 'us-east-1'),
    credentials,
    followRegionRedirects: endpoint === undefined,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, socketTimeout: SOCKET_TIMEOUT_MS },
  });
}

async function sendObject(client: S3Client, command: PutObjectCommand, signal: AbortSignal): Promise<{ etag: string }> {
  const { ETag } = await client.send(command, { abortSignal: signal });
  if (!ETag) throw new IncompleteReply('a reply without an ETag');
  return { etag: ETag };
}

async function fetchObject(client: S3Client, command: GetObjectCommand, signal: AbortSignal): Promise<StoredObject> {
  const reply = await client.send(command, { abortSignal: signal });
  const body = Buffer.from((await reply.Body?.transformToByteArray()) ?? []);
  if (!reply.ETag) throw new IncompleteReply('a reply without an ETag');
  if (reply.ContentLength !== undefined && reply.ContentLength !== body.length) {
    throw new IncompleteReply('a body shorter than was said');
  }
  return { body, etag: reply.ETag };
}

async function persistently<T>(
  operation: { url: string; key: string; bytes: number; deadlineMs: number },
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { url, key, bytes, deadlineMs } = operation;
  const end = performance.now() + deadlineMs;
  let damaged = 0;
  let cause: unknown;
  for (let tries = 0; ; tries++) {
    const left = Math.max(1, end - performance.now());
    const limit = deadline(Math.ceil(Math.min(left, ATTEMPT_MS * (1 + bytes / ATTEMPT_BYTES))));
    try {
      return await attempt(limit.signal);
    } catch (error) {
      const verdict = s3VerdictOf(error);
      if (verdict === 'conflict') throw new PreconditionFailed(key);
      if (verdict === 'absent') throw new AbsentKey(key);
      if (verdict === 'damaged' && ++damaged === DAMAGED_ATTEMPTS) throw damagedError(url, key, error);
      // An attempt that the deadline cut short says less than the one before.
      if (!limit.passed() || cause === undefined) cause = error;
      const pause = Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
      const again = verdict === 'retry' || verdict === 'damaged';
      if (!again || performance.now() + pause > end) throw s3StoreError(cause, verdict, url);
      await new Promise((resolve) => setTimeout(resolve, pause));
    } finally {
      limit.end();
    }
  }
}

function damagedError(url: string, key: string, error: unknown): StoreDamagedError {
  return new StoreDamagedError({
    problem: `the object ${key} of ${url} is not what was written`,
    expected: 'the checksum it was stored with',
    got: describeS3Failure(error),
    remedy: 'Restore the object from a backup or an older version.',
  });
}

function unless<T>(absent: new (...args: never[]) => Error, otherwise: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof absent) return otherwise;
    throw error;
  };
}
