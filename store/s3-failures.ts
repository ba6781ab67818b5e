import { StoreError } from '../mallm/errors.js';
import { StoreBlockedError, StoreUnavailableError } from './object-store.js';

/**
 * What a failed request means: `conflict` a condition does not hold, `absent` no such key, `damaged` bytes are not what
 * was written, `retry` the same request may succeed later, `blocked` a person has to act, `refused` the request is wrong.
 */
export type S3Verdict = 'conflict' | 'absent' | 'damaged' | 'retry' | 'blocked' | 'refused';

/** A reply that says success and lacks what a success has: from a proxy, or cut off. */
export class IncompleteReply extends Error {}

/** Refusals that the next attempt can mend: the clock has been corrected, the body is sent again, another was first. */
const MENDED_BY_RETRY = new Set([
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'BadDigest',
  'InvalidDigest',
  'IncompleteBody',
  'XAmzContentSHA256Mismatch',
  'XAmzContentChecksumMismatch',
  'ConditionalRequestConflict',
  'OperationAborted',
  'SlowDown',
]);

/** Classified by status, then name, then code, in that order: nothing else is filled for every server and fault. */
export function s3VerdictOf(error: unknown): S3Verdict {
  if (error instanceof IncompleteReply) return 'retry';
  const { status, name, code, message } = partsOf(error);
  if (MENDED_BY_RETRY.has(name)) return 'retry';
  if (status === 412) return 'conflict';
  // A 404 without S3's own code is not from an S3 server: taken for a missing object, it would let work be paid again.
  if (status === 404) return name === 'NoSuchKey' ? 'absent' : 'blocked';
  if (status === 301 || status === 307 || status === 401 || status === 403) return 'blocked';
  if (status === 409 || status === 429 || (status ?? 0) >= 500) return 'retry';
  if (/^(ExpiredToken|InvalidBucketName|AuthorizationHeaderMalformed)$/.test(name)) return 'blocked';
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(name)) return 'blocked';
  if (/^Checksum mismatch/.test(message)) return 'damaged';
  if (status !== undefined && status >= 400) return 'refused';
  if (code === undefined && (error instanceof TypeError || error instanceof RangeError)) return 'refused';
  return 'retry';
}

/** The error of the project for a request that will not be tried again. Names no key, no header and no body. */
export function s3StoreError(error: unknown, verdict: S3Verdict, url: string): StoreError {
  const got = describeS3Failure(error);
  const bucket = /^s3:\/\/[^/]+/.exec(url)?.[0] ?? url;
  if (verdict === 'retry') {
    const remedy = 'Check that the S3 endpoint is up; the step is tried again.';
    return new StoreUnavailableError({ problem: `the store ${url} does not answer as it should`, got, remedy });
  }
  if (verdict !== 'blocked') return new StoreError({ problem: `the store ${url} refused a request`, got });
  const { status, name } = partsOf(error);
  if (name === 'NoSuchBucket' || name === 'InvalidBucketName') {
    const remedy = 'Create the bucket, or correct the URL of the store.';
    return new StoreBlockedError({ problem: `there is no bucket ${bucket}`, got, remedy });
  }
  if (status === 301 || status === 307 || name === 'AuthorizationHeaderMalformed') {
    const remedy = "Set AWS_REGION to the bucket's region.";
    return new StoreBlockedError({ problem: `the bucket ${bucket} is in another region`, got, remedy });
  }
  const remedy =
    'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or the profile, the endpoint, and that the key may s3:GetObject, ' +
    's3:PutObject and s3:DeleteObject below the prefix and s3:ListBucket on the bucket.';
  return new StoreBlockedError({ problem: `the store ${url} is not open to these credentials`, got, remedy });
}

/** Name, status and code: enough to look it up, and nothing of what was sent. */
export function describeS3Failure(error: unknown): string {
  if (error instanceof IncompleteReply) return error.message;
  const { status, name, code } = partsOf(error);
  return [name, status, code].filter((part) => part !== undefined && part !== '').join(' ');
}

function partsOf(error: unknown): { status?: number; name: string; code?: string; message: string } {
  if (!(error instanceof Error)) return { name: 'unknown', message: '' };
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  return {
    status: $metadata?.httpStatusCode,
    name: error.name,
    code: typeof code === 'string' ? code : undefined,
    message: error.message,
  };
}
