import type { ChatCompletion } from 'openai/resources/chat/completions';
import { CHARACTERS_PER_TOKEN } from '../mallm/prompts/tokens.js';
import type { ChatReply, ChatRequest } from './chat-model.js';
import { ModelFailure } from './chat-model.js';
import type { Asked } from './model-failure.js';
import { unreadableReply } from './model-failure.js';

/** What the simulated model calls itself, as a model and as the fingerprint of its system. */
const SIMULATED_MODEL = 'mallm-gan-simulator';
const SIMULATED_FINGERPRINT = 'simulated';

const FINISH: Record<string, ChatReply['finish']> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'content-filter',
};

/** A reply as endpoints really send it: any field may be missing, null, or of another kind. */
interface LooseCompletion {
  id?: string | null;
  model?: string | null;
  system_fingerprint?: string | null;
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null;
  choices?: { finish_reason?: string | null; message?: { content?: unknown; refusal?: string | null } | null }[] | null;
  error?: { code?: unknown } | null;
}

/**
 * The reply in an endpoint's words. A refusal, as a reply that a filter took away, is a reply without text.
 *
 * @throws ModelFailure when it holds no choice, or is not a chat completion at all.
 */
export function chatReplyOf(completion: ChatCompletion, request: ChatRequest, asked: Asked): ChatReply {
  const reply = looseCompletion(completion, asked);
  const choice = reply.choices?.[0];
  if (!choice) throw noChoice(reply, asked);
  const refused = Boolean(choice.message?.refusal);
  const text = refused ? '' : textOf(choice.message?.content);
  const model = reply.model ?? request.model;
  return {
    ...(typeof reply.id === 'string' && reply.id !== '' ? { id: reply.id } : {}),
    text,
    finish: refused ? 'content-filter' : (FINISH[choice.finish_reason ?? ''] ?? 'other'),
    model,
    simulated: reply.system_fingerprint === SIMULATED_FINGERPRINT || model === SIMULATED_MODEL,
    promptTokens: reply.usage?.prompt_tokens ?? tokensIn(promptOf(request)),
    completionTokens: reply.usage?.completion_tokens ?? tokensIn(text),
  };
}

/** What stands for the reply to a prompt that a filter refused: nothing was made, nothing is paid. */
export function filteredReply(request: ChatRequest): ChatReply {
  const { model } = request;
  return { text: '', finish: 'content-filter', model, simulated: false, promptTokens: 0, completionTokens: 0 };
}

function looseCompletion(completion: unknown, asked: Asked): LooseCompletion {
  if (typeof completion === 'object' && completion !== null) return completion;
  const { host } = asked;
  const message = `${host} answers, but not with chat completions. Check the base URL: it usually ends in /v1.`;
  throw new ModelFailure('not-found', message, { host });
}

/** Some routers answer 200 with an error in the body. */
function noChoice({ error }: LooseCompletion, asked: Asked): ModelFailure {
  if (error?.code === 429)
    return new ModelFailure('rate-limited', `${asked.host} asks for fewer calls.`, { host: asked.host });
  return unreadableReply(asked, 'a reply without a choice');
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const parts = content as { text?: unknown }[];
  return parts.map(({ text }) => (typeof text === 'string' ? text : '')).join('');
}

function promptOf({ messages }: ChatRequest): string {
  return messages.map(({ content }) => content).join('\n');
}

function tokensIn(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}
