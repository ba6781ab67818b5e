import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { ChatModel, ChatReply, ChatRequest, ObjectStore } from './ports.js';
import { PreconditionFailed } from './ports.js';

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
  if (known) return JSON.parse(known.body.toString('utf8')) as StoredReply;
  const reply = await model.complete(request, Context.current().cancellationSignal);
  const { text, finish, model: name, simulated, promptTokens, completionTokens } = reply;
  const stored: StoredReply = {
    text,
    finish,
    model: name,
    simulated,
    promptTokens,
    completionTokens,
    host: model.host,
  };
  try {
    await store.put(key, Buffer.from(JSON.stringify(stored)), { ifAbsent: true });
    return stored;
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    const other = await store.get(key);
    return other ? (JSON.parse(other.body.toString('utf8')) as StoredReply) : stored;
  }
}

/** Waits for all, so that replies already under way are stored; then throws the first failure, if any. */
export async function settleAll<T>(calls: Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(calls);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

function requestHash(request: ChatRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex').slice(0, 20);
}
