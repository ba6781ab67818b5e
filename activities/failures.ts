import { ApplicationFailure } from '@temporalio/common';
import { MallmError, StoreError } from '../mallm/errors.js';
import { ModelFailure } from './ports.js';

/** One pure function: any error → what Temporal may see of it. Never a raw provider error, its headers or a prompt. */
export function toApplicationFailure(error: unknown): Error {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof Error && (error.name === 'CancelledFailure' || error.name === 'CompleteAsyncError')) return error;
  if (error instanceof ModelFailure) return modelFailure(error);
  if (error instanceof StoreError) return ApplicationFailure.nonRetryable(error.message, 'StoreDamaged');
  if (error instanceof MallmError) return ApplicationFailure.nonRetryable(error.message, 'InvalidInput');
  return ApplicationFailure.create({ message: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error', type: 'Unexpected' });
}

function modelFailure({ kind, message, details }: ModelFailure): ApplicationFailure {
  if (kind === 'quota' || kind === 'unauthorized') return ApplicationFailure.nonRetryable(message, 'Blocked');
  if (kind === 'bad-request' || kind === 'not-found') return ApplicationFailure.nonRetryable(message, 'BadModelRequest');
  const type = kind === 'rate-limited' ? 'RateLimited' : 'ModelUnavailable';
  return ApplicationFailure.create({ message, type, ...(details.retryAfterMs ? { nextRetryDelay: details.retryAfterMs } : {}) });
}
