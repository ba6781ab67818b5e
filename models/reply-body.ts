import type OpenAI from 'openai';
import { Stream } from 'openai/streaming';
import type { LooseCompletion, LooseMessage } from './chat-reply.js';
import { textOf } from './chat-reply.js';

/** A chunk of a streamed reply, as loose as replies are. */
type LooseChunk = Omit<LooseCompletion, 'choices'> & {
  choices?: { finish_reason?: string | null; delta?: LooseMessage | null; message?: LooseMessage | null }[] | null;
};

/** What is done while a reply comes in. */
export interface Reading {
  client: OpenAI;
  /** Aborts the connection. */
  signal: AbortSignal;
  /** Called with each sign of life, and the characters so far. */
  onText(characters: number): void;
}

/**
 * The chat completion in a reply's body, streamed or whole, whichever was asked for: some servers always stream, others
 * never do. A stream that breaks off after a whole object of JSON ends with `finish_reason: broken-off`.
 *
 * @returns undefined when the body is neither.
 * @throws SyntaxError for JSON that has no end; what the connection throws.
 */
export async function readBody(response: Response, reading: Reading): Promise<unknown> {
  if (/event-stream/i.test(response.headers.get('content-type') ?? '')) return readStream(response, reading);
  const text = await response.text();
  if (/^\s*data:/.test(text)) return readStream(new Response(text), reading);
  if (/^\s*[{[]/.test(text)) return JSON.parse(text) as unknown;
  return undefined;
}

async function readStream(response: Response, { client, signal, onText }: Reading): Promise<LooseCompletion> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal.addEventListener('abort', abort);
  const whole: LooseCompletion = {};
  const message = { content: '', reasoning_content: '', refusal: '' };
  let finish: string | null = null;
  let begun = false;
  try {
    for await (const chunk of Stream.fromSSEResponse<LooseChunk>(response, controller, client)) {
      const { id, model, system_fingerprint, usage, error } = chunk;
      Object.assign(whole, definedOf({ id, model, system_fingerprint, usage, error }));
      const choice = chunk.choices?.[0];
      if (choice) {
        begun = true;
        add(message, choice.delta ?? choice.message ?? {});
        finish = choice.finish_reason ?? finish;
      }
      onText(message.content.length + message.reasoning_content.length);
    }
    signal.throwIfAborted();
  } catch (error) {
    if (!message.content.includes('}')) throw error;
    finish = 'broken-off';
  } finally {
    signal.removeEventListener('abort', abort);
  }
  return begun ? { ...whole, choices: [{ finish_reason: finish, message }] } : whole;
}

function add(message: { content: string; reasoning_content: string; refusal: string }, delta: LooseMessage): void {
  message.content += textOf(delta.content);
  message.reasoning_content += textOf(delta.reasoning_content) || textOf(delta.reasoning);
  message.refusal += delta.refusal ?? '';
}

function definedOf(fields: LooseCompletion): LooseCompletion {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}
