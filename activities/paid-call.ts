import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import pLimit from 'p-limit';
import { metrics } from './metrics.js';
import type { ChatModel, ChatReply, ChatRequest, ModelFailureKind } from '../models/chat-model.js';
import type { ObjectStore } from '../store/object-store.js';
import { ModelFailure } from '../models/chat-model.js';
import { replyKey } from '../store/keys.js';
import { PreconditionFailed } from '../store/object-store.js';

/** Failures of the moment. */
const REPEATABLE: ReadonlySet<ModelFailureKind> = new Set([
  'rate-limited',
  'server',
  'unreadable',
  'timeout',
  'connection',
]);

/** Calls under way, of which one asks the model and the others look up or store. */
const LANES = 2;

/** A reply as it is kept: with the host that gave it. */
export interface StoredReply extends ChatReply {
  host: string;
}

/** Lets a call to a model through when it is its turn. */
export type Turn = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * The reply to a request: the stored one if there is one, else the model's, stored before it is returned.
 * Whatever repeats this call (a retry, a resumed run, another worker) pays for it once.
 * @param call.key where the reply is kept, without the hash of the request that is appended to it.
 * @param call.turn waits until the model may be asked; looking the reply up and storing it take no turn.
 */
export async function callOnce(call: {
  store: ObjectStore;
  key: string;
  model: ChatModel;
  request: ChatRequest;
  turn: Turn;
}): Promise<StoredReply> {
  const { store, model, request, turn } = call;
  const key = replyKey(call.key, requestHash(request));
  const known = await store.get(key);
  if (known) {
    metrics.replyFound();
    return JSON.parse(known.body.toString('utf8')) as StoredReply;
  }
  const reply = await turn(() => model.complete(request, Context.current().cancellationSignal));
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
 * Makes calls in order, `parallel` of them asking the model at once: while these wait for it, as many others look their
 * reply up or store it. Waits for all, so that replies already under way are stored.
 *
 * @param longestMs after this time no further call is begun, but one is made in any case.
 * @returns the results of the calls that were made: the first ones, or all.
 * @throws the failure that has to be heeded most, if any: one that may not be repeated before a person acts, else the one
 *   that names the longest wait, else the first. After a failure of the first kind no further call is made.
 */
export async function makeCalls<T>(
  calls: ((turn: Turn) => Promise<T>)[],
  parallel: number,
  longestMs = Infinity,
): Promise<T[]> {
  const end = performance.now() + longestMs;
  const results: T[] = [];
  const failures: unknown[] = [];
  const final = (): Error | undefined => failures.find(isFinal) as Error | undefined;
  const permits = pLimit(parallel);
  const turn: Turn = (call) =>
    permits(async () => {
      const before = final();
      if (before !== undefined) throw before;
      return call().catch((error: unknown) => {
        failures.push(error);
        throw error;
      });
    });
  let next = 0;
  const goesOn = (): boolean => next < calls.length && (next === 0 || performance.now() < end);
  const lane = async (): Promise<void> => {
    while (goesOn() && final() === undefined) {
      const index = next++;
      try {
        results[index] = await calls[index]!(turn);
      } catch (error) {
        if (!failures.includes(error)) failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES * parallel, calls.length) }, lane));
  if (failures.length === 0) return results;
  throw final() ?? failures.sort((a, b) => waitOf(b) - waitOf(a))[0];
}

/** Whether trying again is of no use by itself: quota, key, a request that is refused, a cancellation, a fault of ours. */
function isFinal(error: unknown): boolean {
  return !(error instanceof ModelFailure) || !REPEATABLE.has(error.kind);
}

function waitOf(error: unknown): number {
  return error instanceof ModelFailure ? (error.details.retryAfterMs ?? 0) : 0;
}

function requestHash(request: ChatRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}
