/** What a chat model is asked. */
export interface ChatRequest {
  model: string;
  temperature: number;
  seed: number;
  messages: { role: 'system' | 'user' | 'assistant'; content: string }[];
  /** JSON Schema of the reply: used where the endpoint can, left out where it cannot. */
  jsonSchema?: { name: string; schema: Record<string, unknown> };
  maxTokens: number;
}

/** What it answered. */
export interface ChatReply {
  /** The endpoint's own name for this reply: what its operator, and its bill, can be asked by. */
  id?: string;
  text: string;
  finish: 'stop' | 'length' | 'content-filter' | 'other';
  /** The name the endpoint gives itself, and whether it is the simulated model. */
  model: string;
  simulated: boolean;
  /** As the endpoint counted them; estimated from the text where it does not count. */
  promptTokens: number;
  completionTokens: number;
  /** What the endpoint's headers said of its limits, where it says anything. */
  rateLimit?: RateLimit;
}

/** Limits of an endpoint as its reply's headers tell them. */
export interface RateLimit {
  requests?: Allowance;
  tokens?: Allowance;
}

/** What is allowed a minute, what is left of it, and how long until it is whole again. */
export interface Allowance {
  limit?: number;
  remaining?: number;
  resetMs?: number;
}

/** A model behind the OpenAI protocol. Never retries by itself: every failure is a `ModelFailure`. */
export interface ChatModel {
  /** Host that is asked, for the exposure report: never with a path or a key. */
  readonly host: string;
  /** The model's name when the options give none. Asks the endpoint once if need be. */
  defaultModel(): Promise<string>;
  complete(request: ChatRequest, signal?: AbortSignal): Promise<ChatReply>;
}

/** Why a model call failed, as far as the orchestration has to know. */
export type ModelFailureKind =
  'rate-limited' | 'quota' | 'unauthorized' | 'not-found' | 'bad-request' | 'server' | 'timeout' | 'connection';

/** A failed call, stripped of headers, prompts and keys. */
export class ModelFailure extends Error {
  constructor(
    readonly kind: ModelFailureKind,
    message: string,
    readonly details: {
      status?: number;
      retryAfterMs?: number;
      host?: string;
      code?: string;
      rateLimit?: RateLimit;
    } = {},
  ) {
    super(message);
    this.name = 'ModelFailure';
  }
}
