import type { ChatAnswer, ChatQuestion } from './chat.js';
import type { ReplyShape } from './generator-role.js';
import type { Message } from './prompt-reader.js';

/** The name the simulated model gives itself, and its mark: every reply carries both. */
export const SIMULATOR_MODEL = 'mallm-gan-simulator';
export const SIMULATOR_FINGERPRINT = 'simulated';

/** Tokens of a reply when the request sets no bound. */
const DEFAULT_MAX_TOKENS = 4096;

/** A request that the protocol does not allow. */
export class BadRequest extends Error {
  constructor(
    message: string,
    readonly parameter: string | null = null,
  ) {
    super(message);
    this.name = 'BadRequest';
  }
}

/**
 * Reads the body of `POST /v1/chat/completions`.
 * @throws BadRequest saying which parameter is wrong.
 */
export function readQuestion(body: string): ChatQuestion {
  const request = parsedObject(body);
  if (request.n !== undefined && request.n !== null && request.n !== 1) throw new BadRequest('n must be 1', 'n');
  const format = (request.response_format ?? { type: 'text' }) as {
    type?: unknown;
    json_schema?: { schema?: unknown };
  };
  const shape = format.type as ReplyShape;
  if (!['text', 'json_object', 'json_schema'].includes(shape)) {
    throw new BadRequest('response_format.type must be text, json_object or json_schema', 'response_format');
  }
  return {
    messages: readMessages(request.messages),
    temperature: numberOr(request.temperature, 'temperature', 1, 0, 2),
    seed: numberOr(request.seed, 'seed', 0, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    shape,
    schema: format.json_schema?.schema,
    streamed: request.stream === true,
    maxTokens: numberOr(request.max_completion_tokens ?? request.max_tokens, 'max_tokens', DEFAULT_MAX_TOKENS, 1, 1e9),
  };
}

function parsedObject(body: string): Record<string, unknown> {
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    throw new BadRequest('the body is not JSON');
  }
  if (typeof request !== 'object' || request === null) throw new BadRequest('the body is not a JSON object');
  return request as Record<string, unknown>;
}

function readMessages(messages: unknown): Message[] {
  if (!Array.isArray(messages) || messages.length === 0) throw new BadRequest('messages must be a list', 'messages');
  return messages.map((message: { role?: unknown; content?: unknown } | null) => {
    if (typeof message?.role !== 'string') throw new BadRequest('every message needs a role', 'messages');
    return { role: message.role, content: contentText(message.content) };
  });
}

/** The text of a message: a string, or a list of parts of which the texts count. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw new BadRequest('every message needs content', 'messages');
  return content.map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : '')).join('');
}

function numberOr(value: unknown, name: string, otherwise: number, min: number, max: number): number {
  if (value === undefined || value === null) return otherwise;
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw new BadRequest(`${name} must be a number from ${min} to ${max}`, name);
  }
  return value;
}

/** The body of an answered call. */
export function completionBody(answer: ChatAnswer | FilteredAnswer, hash: string, createdMs: number): object {
  return {
    id: `chatcmpl-${hash.slice(0, 24)}`,
    object: 'chat.completion',
    created: Math.floor(createdMs / 1000),
    model: SIMULATOR_MODEL,
    system_fingerprint: SIMULATOR_FINGERPRINT,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.text, refusal: null },
        logprobs: null,
        finish_reason: answer.finish,
      },
    ],
    usage: {
      prompt_tokens: answer.promptTokens,
      completion_tokens: answer.completionTokens,
      total_tokens: answer.promptTokens + answer.completionTokens,
    },
  };
}

/** An answer that a content filter stopped. */
export type FilteredAnswer = Omit<ChatAnswer, 'finish'> & { finish: 'content_filter' };

/** The simulated model as `GET /v1/models` lists it. */
export function modelBody(): object {
  return { id: SIMULATOR_MODEL, object: 'model', created: 0, owned_by: 'mallm-gan' };
}

/** The body of an error, as the protocol has it. */
export function errorBody(message: string, type: string, code: string | null, param: string | null = null): object {
  return { error: { message, type, param, code } };
}

/** The same answer as server-sent events: its text in a few chunks, then what it took. */
export function streamBody(completion: ReturnType<typeof completionBody>): string {
  const { choices, usage, ...head } = completion as {
    choices: { message: { content: string }; finish_reason: string }[];
    usage: object;
  };
  const { message, finish_reason } = choices[0]!;
  const chunks = [...(message.content.match(/[^]{1,400}/g) ?? []), ''].map((content) => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { content }, finish_reason: null as string | null }],
  }));
  chunks.at(-1)!.choices[0]!.finish_reason = finish_reason;
  const events = [...chunks, { ...head, object: 'chat.completion.chunk', choices: [], usage }];
  return [...events.map((event) => JSON.stringify(event)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
}
