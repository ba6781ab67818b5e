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
  'broken-off': 'broken-off',
};

/** Characters that one token stands for at most, and tokens that one character is at most: beyond, a count is not one. */
const MOST_CHARACTERS = 20;
const MOST_TOKENS = 4;
/** Tokens that an endpoint adds to a prompt at most, by its template and instructions, and thoughts that it hides. */
const MOST_ADDED = 5000;
const MOST_HIDDEN = 131_072;

/** A reply as endpoints really send it: any field may be missing, null, or of another kind. */
export interface LooseCompletion {
  id?: string | null;
  model?: string | null;
  system_fingerprint?: string | null;
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null;
  choices?: { finish_reason?: string | null; message?: LooseMessage | null }[] | null;
  error?: { code?: unknown } | null;
}

/** A message, or the part of one that a chunk of a stream adds. */
export interface LooseMessage {
  content?: unknown;
  refusal?: string | null;
  /** Thoughts of a reasoning model, as two families of servers name them. */
  reasoning_content?: unknown;
  reasoning?: unknown;
}

/**
 * The reply in an endpoint's words. A refusal, like a reply that a filter took away, is a reply without text. Where
 * there is no content but there are thoughts, these are the text: some servers put the whole reply there.
 *
 * @throws ModelFailure when it holds no choice, or is not a chat completion at all.
 */
export function chatReplyOf(completion: unknown, request: ChatRequest, asked: Asked): ChatReply {
  const reply = looseCompletion(completion, asked);
  const choice = reply.choices?.[0];
  if (!choice) throw noChoice(reply, asked);
  const { content, refusal, reasoning_content: thoughts, reasoning } = choice.message ?? {};
  const refused = Boolean(refusal);
  const answer = refused ? '' : textOf(content);
  const thought = answer.trim() === '' && !refused ? textOf(thoughts) || textOf(reasoning) : '';
  const text = thought || answer;
  const model = reply.model ?? request.model;
  return {
    ...(typeof reply.id === 'string' && reply.id !== '' ? { id: reply.id } : {}),
    text,
    finish: refused ? 'refusal' : (FINISH[choice.finish_reason ?? ''] ?? 'other'),
    ...(thought === '' ? {} : { thoughtsOnly: true }),
    model,
    simulated: reply.system_fingerprint === SIMULATED_FINGERPRINT || model === SIMULATED_MODEL,
    promptTokens: counted(reply.usage?.prompt_tokens, promptOf(request).length, MOST_ADDED),
    completionTokens: counted(reply.usage?.completion_tokens, writtenBy(choice.message), MOST_HIDDEN),
  };
}

/** The reply to a prompt that a filter refused: nothing was made, nothing is paid. */
export function filteredReply({ model }: ChatRequest): ChatReply {
  return { text: '', finish: 'content-filter', model, simulated: false, promptTokens: 0, completionTokens: 0 };
}

/** A reply that the endpoint refused to pass on as what was asked for, and sent with its refusal. */
export function refusedText(request: ChatRequest, text: string): ChatReply {
  const tokens = { promptTokens: tokensIn(promptOf(request)), completionTokens: tokensIn(text) };
  return { text, finish: 'stop', model: request.model, simulated: false, ...tokens };
}

/** Text of a message's content, given as text or in parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const parts = content as { text?: unknown }[];
  return parts.map((part) => (typeof part?.text === 'string' ? part.text : '')).join('');
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

/**
 * Tokens as the endpoint counted them, where that can be so; else estimated from the characters. A bound on tokens or
 * cost rests on this number.
 * @param unseen tokens that may be paid for without a character of them to be seen.
 */
function counted(told: unknown, characters: number, unseen: number): number {
  const likely = Math.ceil(characters / CHARACTERS_PER_TOKEN);
  const [least, greatest] = [characters / MOST_CHARACTERS, unseen + MOST_TOKENS * characters];
  const isPlausible = typeof told === 'number' && Number.isInteger(told) && told >= least && told <= greatest;
  return isPlausible ? told : likely;
}

function writtenBy(message: LooseMessage | null | undefined): number {
  const { content, reasoning_content: thoughts, reasoning } = message ?? {};
  return textOf(content).length + (textOf(thoughts) || textOf(reasoning)).length;
}

function promptOf({ messages }: ChatRequest): string {
  return messages.map(({ content }) => content).join('\n');
}

function tokensIn(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}
