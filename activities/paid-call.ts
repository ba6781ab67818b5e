import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { metrics } from './metrics.js';
import type { ChatModel, ChatReply, ChatRequest, ModelFailureKind, ObjectStore } from './ports.js';
import { ModelFailure, PreconditionFailed } from './ports.js';

/** Failures of the moment. */
const REPEATABLE: ReadonlySet<ModelFailureKind> = new Set(['rate-limited', 'server', 'timeout', 'connection']);

/** A reply as it is kept: with the host that gave it. */
export interface StoredReply extends ChatReply {
  host: string;
}

/**
 * The reply to a request: the stored one if there is one, else the model's, stored before it is returned.
 * Whatever repeats this call (a retry, a resumed run, another worker) pays for it once.
 * @param call.key where the reply is kept, without the hash of the request that is appended to it.
 */
export async function callOnce(call: {
  store: ObjectStore;
  key: string;
  model: ChatModel;
  request: ChatRequest;
}): Promise<StoredReply> {
  const { store, model, request } = call;
  const key = `${call.key}-${requestHash(request)}.json`;
  const known = await store.get(key);
  if (known) {
    metrics.replyFound();
    return JSON.parse(known.body.toString('utf8')) as StoredReply;
  }
  const reply = await model.complete(request, Context.current().cancellationSignal);
  // What the limits were at that moment is of no use later.
  const stored: StoredReply = { ...reply, rateLimit: undefined, host: model.host };
  try {
    await store.put(key, Buffer.from(JSON.stringify(stored)), { ifAbsent: true });
    return stored;
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    const other = await store.get(key);
    return other ? (JSON.parse(other.body.toString('utf8')) as StoredReply) : stored;
  }
}

/**
 * Makes calls, a few at once, in order; waits for all, so that replies already under way are stored.
 *
 * @throws the failure that has to be heeded most, if any: one that nobody may repeat before somebody acts, else the one
 *   that names the longest wait, else the first. After a failure of the first kind no further call is made.
 */
export async function makeCalls<T>(calls: (() => Promise<T>)[], parallel: number): Promise<T[]> {
  const results: T[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < calls.length && !failures.some(isFinal)) {
      const index = next++;
      try {
        results[index] = await calls[index]!();
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, calls.length) }, lane));
  if (failures.length === 0) return results;
  throw failures.find(isFinal) ?? failures.sort((a, b) => waitOf(b) - waitOf(a))[0];
}

/** Whether trying again is of no use by itself: quota, key, a request that is refused, a cancellation, a fault of ours. */
function isFinal(error: unknown): boolean {
  return !(error instanceof ModelFailure) || !REPEATABLE.has(error.kind);
}

function waitOf(error: unknown): number {
  return error instanceof ModelFailure ? (error.details.retryAfterMs ?? 0) : 0;
}

function requestHash(request: ChatRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex').slice(0, 20);
}
