import { metrics } from './metrics.js';
import type { ChatModel, ChatRequest } from '../models/chat-model.js';
import { ModelFailure } from '../models/chat-model.js';

/**
 * A model that counts its calls, their tokens, and the time that the limit holds them back.
 * @param limit holds calls back, and hands each request on as it came.
 */
export function meteredModel(model: ChatModel, limit: (model: ChatModel) => ChatModel): ChatModel {
  const { host } = model;
  const askedAt = new WeakMap<ChatRequest, number>();
  const limited = limit({
    host,
    defaultModel: () => model.defaultModel(),
    async complete(request, signal, onText) {
      const startedAt = performance.now();
      metrics.heldBack(host, secondsSince(askedAt.get(request) ?? startedAt));
      try {
        const reply = await model.complete(request, signal, onText);
        const { promptTokens: prompt, completionTokens: completion } = reply;
        metrics.answered(host, secondsSince(startedAt), { prompt, completion });
        return reply;
      } catch (error) {
        metrics.failed(host, error instanceof ModelFailure ? error.kind : signal?.aborted ? 'cancelled' : 'unexpected');
        throw error;
      }
    },
  });
  return {
    host,
    defaultModel: () => limited.defaultModel(),
    complete(request, signal, onText) {
      askedAt.set(request, performance.now());
      return limited.complete(request, signal, onText);
    },
  };
}

function secondsSince(time: number): number {
  return (performance.now() - time) / 1000;
}
