import { CHARACTERS_PER_TOKEN } from '../mallm/prompts/tokens.js';
import type { ChatModel, ChatRequest } from './chat-model.js';
import type { ModelLimits } from './endpoint-limiter.js';
import { EndpointLimiter } from './endpoint-limiter.js';

/**
 * A model whose calls stay within what its endpoint takes: never before a Retry-After has passed, never more in flight
 * than it serves without slowing down, never more requests and tokens than its headers allow, and a single call at a
 * time while it is down. Calls wait in the order in which they came. All that ask one endpoint share one such model, or
 * its limiter.
 *
 * It retries nothing: a refusal is thrown as it came, with the time to wait.
 */
export function limitedModel(model: ChatModel, limits: ModelLimits | EndpointLimiter): ChatModel {
  const limiter = limits instanceof EndpointLimiter ? limits : new EndpointLimiter(model.host, limits);
  return {
    host: model.host,
    defaultModel: () => model.defaultModel(),
    async complete(request, signal, onText) {
      const call = await limiter.enter(tokensOf(request), signal);
      try {
        const reply = await model.complete(request, signal, onText);
        limiter.answered(call, reply);
        return reply;
      } catch (error) {
        limiter.failed(call, error);
        throw error;
      } finally {
        limiter.leave(call);
      }
    },
  };
}

/** What a call is reckoned to use: endpoints count the bound of the reply when they let a request in. */
function tokensOf({ messages, maxTokens }: ChatRequest): number {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  return Math.ceil(characters / CHARACTERS_PER_TOKEN) + maxTokens;
}
