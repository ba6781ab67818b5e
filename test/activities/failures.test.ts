import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { toApplicationFailure } from '../../activities/failures.js';
import { ModelFailure } from '../../models/chat-model.js';
import {
  PreconditionFailed,
  StoreBlockedError,
  StoreDamagedError,
  StoreUnavailableError,
} from '../../store/object-store.js';
import { OptionError, StoreError, TableError, ThetaError } from '../../mallm/errors.js';

function failureOf(error: unknown, redact?: (text: string) => string): ApplicationFailure {
  const failure = toApplicationFailure(error, { chance: 0, redact });
  if (!(failure instanceof ApplicationFailure)) throw new Error('no ApplicationFailure');
  return failure;
}

describe('toApplicationFailure', () => {
  it.each<[unknown, string, boolean]>([
    [new ModelFailure('rate-limited', 'm'), 'RateLimited', true],
    [new ModelFailure('quota', 'm'), 'Blocked', false],
    [new ModelFailure('unauthorized', 'm'), 'Blocked', false],
    [new ModelFailure('not-found', 'm'), 'BadModelRequest', false],
    [new ModelFailure('bad-request', 'm'), 'BadModelRequest', false],
    [new ModelFailure('server', 'm'), 'ModelUnavailable', true],
    [new ModelFailure('timeout', 'm'), 'ModelUnavailable', true],
    [new ModelFailure('connection', 'm'), 'ModelUnavailable', true],
    [new StoreUnavailableError({ problem: 'p' }), 'StoreUnavailable', true],
    [new StoreBlockedError({ problem: 'p' }), 'Blocked', false],
    [new StoreDamagedError({ problem: 'p' }), 'StoreDamaged', false],
    [new StoreError({ problem: 'p' }), 'StoreDamaged', false],
    [new PreconditionFailed('k'), 'StoreConflict', true],
    [new TableError({ problem: 'p' }), 'InvalidInput', false],
    [new OptionError({ problem: 'p' }), 'InvalidInput', false],
    [new ThetaError({ problem: 'p' }), 'InvalidInput', false],
    [new TypeError('x is not a function'), 'Unexpected', false],
    [new TypeError('fetch failed', { cause: new Error('ECONNRESET') }), 'Unexpected', true],
    [new RangeError('Invalid array length'), 'Unexpected', false],
    [new SyntaxError('Unexpected token'), 'Unexpected', false],
    [new Error('Matrix is not positive definite'), 'Unexpected', false],
    [new Error('odd'), 'Unexpected', true],
    ['a string', 'Unexpected', true],
    [undefined, 'Unexpected', true],
  ])('makes %s a failure of type %s, retried: %s', (error, type, retried) => {
    expect(toApplicationFailure(error)).toMatchObject({ type, nonRetryable: !retried });
  });

  it('gives up what is unexpected after five tries, and nothing that passes', () => {
    expect(toApplicationFailure(new Error('odd'), { attempt: 4 })).toMatchObject({ nonRetryable: false });
    expect(toApplicationFailure(new Error('odd'), { attempt: 5 })).toMatchObject({ nonRetryable: true });
    const away = new StoreUnavailableError({ problem: 'p' });
    expect(toApplicationFailure(away, { attempt: 500 })).toMatchObject({ nonRetryable: false });
  });

  it('waits as long as the endpoint asked, and up to a fifth longer', () => {
    const refused = new ModelFailure('rate-limited', 'm', { retryAfterMs: 20_000, status: 429, host: 'h' });
    expect(toApplicationFailure(refused, { chance: 0 })).toMatchObject({ nextRetryDelay: 20_000 });
    expect(toApplicationFailure(refused, { chance: 0.999 })).toMatchObject({ nextRetryDelay: 23_996 });
    const overloaded = new ModelFailure('server', 'm', { retryAfterMs: 1000 });
    expect(toApplicationFailure(overloaded, { chance: 0 })).toMatchObject({ nextRetryDelay: 1000 });
    expect(failureOf(new ModelFailure('rate-limited', 'm')).nextRetryDelay).toBeUndefined();
  });

  it('keeps what a person needs, as message and as details', () => {
    const parts = { problem: 'the disk of the store is full', remedy: 'Free some space.' };
    expect(toApplicationFailure(new StoreBlockedError(parts))).toMatchObject({
      message: 'the disk of the store is full. Free some space.',
      details: [parts],
    });
    expect(toApplicationFailure(new TableError({ problem: 'p', got: 'g' }))).toMatchObject({
      details: [{ error: 'TableError', problem: 'p', got: 'g' }],
    });
  });

  it('lets Temporal’s own failures pass', () => {
    const own = ApplicationFailure.nonRetryable('m', 'Mine');
    const cancelled = new CancelledFailure('c');
    const aborted = new DOMException('stopped', 'AbortError');
    expect(toApplicationFailure(aborted)).toBe(aborted);
    expect(toApplicationFailure(own)).toBe(own);
    expect(toApplicationFailure(cancelled)).toBe(cancelled);
  });

  it('attaches no cause, no key and no text that was parsed', () => {
    const secret = 'sk-live-0123456789abcdef';
    const provider = Object.assign(
      new Error(`refused: Authorization Bearer ${secret}`, { cause: new Error('inner') }),
      {
        headers: { authorization: `Bearer ${secret}` },
        request: { body: 'a patient of 63 years' },
      },
    );
    let broken: unknown;
    try {
      JSON.parse('a patient of 63 years');
    } catch (error) {
      broken = error;
    }
    for (const error of [provider, broken]) {
      const failure = failureOf(error);
      const told = JSON.stringify([failure.message, failure.details, failure.stack, failure.cause ?? null]);
      expect(told).not.toContain(secret);
      expect(told).not.toContain('patient');
      expect(failure.cause).toBeUndefined();
    }
  });

  it('says where a fault of ours is', () => {
    expect(toApplicationFailure(new TypeError('x is not a function')).stack).toMatch(
      /^Unexpected: TypeError: x is not a function\n\s+at .*failures\.test\.ts/,
    );
  });

  it('says no known secret: not in message, stack or details', () => {
    const redact = (text: string): string => text.replaceAll('k3y', '…');
    const refused = new ModelFailure('unauthorized', 'host refused the key (401 k3y)', { code: 'k3y', host: 'h' });
    const failures = [refused, new TypeError('bad k3y'), new TableError({ problem: 'p', got: 'k3y' })];
    for (const error of failures) {
      const failure = failureOf(error, redact);
      expect(`${failure.message} ${failure.stack} ${JSON.stringify(failure)}`).not.toContain('k3y');
      expect(failure).toMatchObject({ type: failureOf(error).type, nonRetryable: failureOf(error).nonRetryable });
    }
  });
});
