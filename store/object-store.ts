import { StoreError } from '../mallm/errors.js';

export interface StoredObject {
  body: Buffer;
  etag: string;
}

/** A folder or a bucket. Keys are `/`-separated, without `..`, a trailing `/`, or a key that is a prefix folder of another key's file. */
export interface ObjectStore {
  /** `file:///…` or `s3://bucket/prefix`, without credentials. */
  readonly url: string;
  /**
   * Writes a whole object, durably, or not at all.
   * @throws PreconditionFailed when `ifAbsent` and the key exists with other content, or `ifMatch` does not match.
   */
  put(key: string, body: Buffer, condition?: { ifAbsent?: true; ifMatch?: string }): Promise<{ etag: string }>;
  /** The object, or undefined when there is none. */
  get(key: string): Promise<StoredObject | undefined>;
  /** Keys under a prefix, in order. */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number; modifiedAt: Date }>;
  delete(key: string): Promise<void>;
}

/** A conditional write lost. */
export class PreconditionFailed extends Error {
  constructor(readonly key: string) {
    super(`precondition failed for ${key}`);
    this.name = 'PreconditionFailed';
  }
}

/** The store does not answer, or not yet: trying again later is right. */
export class StoreUnavailableError extends StoreError {}

/** Nothing can be written until the cause is removed: full, read-only, not allowed, no such bucket. */
export class StoreBlockedError extends StoreError {}

/** An object is not what was written: its hash, its compression or its JSON is wrong. */
export class StoreDamagedError extends StoreError {}
