import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { MallmError, NoModelRowsError, StoreError } from '../mallm/errors.js';
import { ModelFailure, type ModelFailureKind } from '../models/chat-model.js';
import { mapTexts } from '../models/without-secrets.js';
import {
  PreconditionFailed,
  StoreBlockedError,
  StoreDamagedError,
  StoreUnavailableError,
} from '../store/object-store.js';

/** What went wrong, as far as the orchestration has to know; the first four concern the model, the next three the store. */
export type FailureType =
  /** Retried when the endpoint asks for it. */
  | 'RateLimited'
  /** A person has to act: quota, key, a full disk, missing rights. Not retried until then. */
  | 'Blocked'
  | 'ModelUnavailable'
  | 'BadModelRequest'
  /** The model answers, and nothing it writes is a row. */
  | 'NoModelRows'
  | 'StoreUnavailable'
  | 'StoreDamaged'
  /** Another writer was first; the next try sees what it wrote. */
  | 'StoreConflict'
  /** An error this project throws on purpose about what it was given. */
  | 'InvalidInput'
  | 'Unexpected';

/** Marked as not to be retried here, at the only place where activities make failures: workflows need no list of them. */
const NEVER_RETRIED: ReadonlySet<FailureType> = new Set([
  'Blocked',
  'BadModelRequest',
  'NoModelRows',
  'StoreDamaged',
  'InvalidInput',
]);

const MODEL_TYPES: Record<ModelFailureKind, FailureType> = {
  'rate-limited': 'RateLimited',
  quota: 'Blocked',
  unauthorized: 'Blocked',
  'not-found': 'BadModelRequest',
  'bad-request': 'BadModelRequest',
  server: 'ModelUnavailable',
  unreadable: 'ModelUnavailable',
  timeout: 'ModelUnavailable',
  connection: 'ModelUnavailable',
};

/** Share of a wait that is added to it at most, so that activities that were refused together do not return together. */
const JITTER = 0.2;
const LONGEST_MESSAGE = 500;
/** Tries after which an unexpected failure is final. */
const UNEXPECTED_ATTEMPTS = 5;
const KEYS = /\b(sk|pk|key|Bearer|Basic)[-_ ][A-Za-z0-9._~+/=-]{6,}/g;

/**
 * What Temporal may know of an error: type, message, whether and when to try again. Nothing of the original is
 * attached, since headers, prompts and rows would end up in history. Temporal's own failures pass as they are.
 *
 * @param chance uniform in [0, 1), for the jitter of a wait.
 * @param attempt which try of the activity failed, from 1: what is unexpected is not tried for ever.
 * @param redact takes known secrets out of message, stack and details.
 */
export function toApplicationFailure(
  error: unknown,
  {
    chance = Math.random(),
    redact,
    attempt = 1,
  }: { chance?: number; redact?: (text: string) => string; attempt?: number } = {},
): Error {
  if (error instanceof TemporalFailure || isSignal(error)) return error;
  const failure = applicationFailure(error, chance, attempt);
  return redact ? redactedFailure(failure, redact) : failure;
}

function redactedFailure(made: ApplicationFailure, redact: (text: string) => string): ApplicationFailure {
  const { nextRetryDelay } = made as { nextRetryDelay?: number };
  const failure = ApplicationFailure.create({
    type: made.type ?? undefined,
    message: redact(made.message),
    nonRetryable: made.nonRetryable ?? undefined,
    ...(nextRetryDelay === undefined ? {} : { nextRetryDelay }),
    details: made.details ? mapTexts(made.details, redact) : undefined,
  });
  failure.stack = made.stack && redact(made.stack);
  return failure;
}

function applicationFailure(error: unknown, chance: number, attempt: number): ApplicationFailure {
  if (error instanceof ModelFailure) return modelFailure(error, chance);
  if (error instanceof PreconditionFailed) return failure('StoreConflict', error.message);
  if (error instanceof StoreUnavailableError) return failure('StoreUnavailable', error.message, error.parts);
  if (error instanceof StoreBlockedError) return failure('Blocked', error.message, error.parts);
  if (error instanceof StoreDamagedError) return failure('StoreDamaged', error.message, error.parts);
  if (error instanceof StoreError) return failure('StoreDamaged', error.message, error.parts);
  if (error instanceof NoModelRowsError) return failure('NoModelRows', error.message, error.parts);
  if (error instanceof MallmError) return failure('InvalidInput', error.message, { error: error.name, ...error.parts });
  return unexpected(error, attempt >= UNEXPECTED_ATTEMPTS || isLasting(error));
}

/** What is no failure: a cancellation, or an activity that is completed elsewhere. */
function isSignal(error: unknown): error is Error {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'CompleteAsyncError');
}

function modelFailure({ kind, message, details }: ModelFailure, chance: number): ApplicationFailure {
  const { status, host, code, retryAfterMs } = details;
  const type = MODEL_TYPES[kind];
  const waits = retryAfterMs !== undefined && !NEVER_RETRIED.has(type);
  const delay = waits ? Math.ceil(Math.max(1, retryAfterMs) * (1 + JITTER * chance)) : undefined;
  return failure(type, message, { kind, status, host, code, retryAfterMs }, delay);
}

/** Errors of computation and of the program, which come again however often it is tried; those of fetch have a cause. */
function isLasting(error: unknown): boolean {
  if (!(error instanceof Error) || error.cause !== undefined) return false;
  const isBug = ['SyntaxError', 'TypeError', 'RangeError', 'ReferenceError'].includes(error.name);
  return isBug || /not positive definite/i.test(error.message);
}

/** A fault of ours, or of a library: its place, and its words only where they cannot quote what was parsed. */
function unexpected(error: unknown, isFinal: boolean): ApplicationFailure {
  if (!(error instanceof Error))
    return ApplicationFailure.create({
      type: 'Unexpected' satisfies FailureType,
      message: `a value of type ${typeof error} was thrown`,
      nonRetryable: isFinal,
    });
  // The parser of JSON quotes the text it cannot read.
  const words = error instanceof SyntaxError ? '' : `: ${error.message}`;
  const message = `${error.name}${words}`.replace(KEYS, '$1-…').slice(0, LONGEST_MESSAGE);
  const result = ApplicationFailure.create({
    type: 'Unexpected' satisfies FailureType,
    message,
    nonRetryable: isFinal,
  });
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  if (frames.length > 0) result.stack = [`Unexpected: ${message}`, ...frames].join('\n');
  return result;
}

function failure(type: FailureType, message: string, details?: object, nextRetryDelay?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: NEVER_RETRIED.has(type),
    ...(details ? { details: [details] } : {}),
    ...(nextRetryDelay === undefined ? {} : { nextRetryDelay }),
  });
}
