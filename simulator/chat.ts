import { createHash } from 'node:crypto';
import { createRandom, seedOf, type Random } from '../mallm/random.js';
import { generatorReply, type ReplyShape } from './generator-role.js';
import { optimizerReply } from './optimizer-role.js';
import { readPrompt, type Message } from './prompt-reader.js';
import { smallestInstance } from './schema-instance.js';

/** What of a chat-completions request the simulated model looks at. */
export interface ChatQuestion {
  messages: Message[];
  temperature: number;
  seed: number;
  shape: ReplyShape;
  /** The schema of `response_format`, for prompts that are neither role's. */
  schema?: unknown;
  /** Whether the answer is sent as server-sent events. */
  streamed?: boolean;
  maxTokens: number;
}

export interface ChatAnswer {
  text: string;
  finish: 'stop' | 'length';
  promptTokens: number;
  completionTokens: number;
}

/** Characters of one token of the simulated model, by which it counts and cuts off. */
const CHARACTERS_PER_TOKEN = 4;
const SENTENCES = [
  'I can help with that. Could you tell me which columns the table has and how many rows you need?',
  'I am not sure what you would like me to do with this. Please describe the table.',
  'Sure! To make rows I need the columns, a few real rows, and the number of rows to make.',
];

/** Hash of what decides a reply, the server's seed aside: equal for equal calls from any sender. Lower-case hex. */
export function callHash({ messages, temperature, seed }: ChatQuestion): string {
  return createHash('sha256')
    .update(JSON.stringify([temperature, seed, messages]))
    .digest('hex');
}

/**
 * The simulated model's answer: generator or optimizer, as the prompt asks; a plain sentence where it asks for neither.
 * A pure function of the seeds, the temperature and the messages.
 * @param hash of the question, where it is known already
 */
export function answerChat(question: ChatQuestion, serverSeed: number, hash = callHash(question)): ChatAnswer {
  const { messages, maxTokens } = question;
  const random = createRandom(seedOf(serverSeed, hash));
  const whole = replyText(question, random);
  const limit = maxTokens * CHARACTERS_PER_TOKEN;
  const cut = whole.length > limit;
  const text = cut ? whole.slice(0, limit) : whole;
  const promptLength = messages.reduce((sum, { content }) => sum + content.length, 0);
  return {
    text,
    finish: cut ? 'length' : 'stop',
    promptTokens: tokensIn(promptLength),
    completionTokens: tokensIn(text.length),
  };
}

function replyText({ messages, temperature, shape, schema }: ChatQuestion, random: Random): string {
  const prompt = readPrompt(messages);
  if (prompt?.role === 'generator') return generatorReply(prompt, temperature, shape, random);
  if (prompt?.role === 'optimizer') return optimizerReply(prompt, shape, random);
  if (shape === 'text') return random.pick(SENTENCES);
  return JSON.stringify(shape === 'json_schema' ? smallestInstance(schema) : {});
}

/** Tokens of a text of so many characters, reckoned. */
function tokensIn(characters: number): number {
  return Math.max(1, Math.ceil(characters / CHARACTERS_PER_TOKEN));
}
