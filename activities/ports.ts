import { StoreError } from '../mallm/errors.js';

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

export interface StoredObject {
  body: Buffer;
  etag: string;
}

/** A folder or a bucket. Keys are `/`-separated, without `..`, a trailing `/`, or a key that is a prefix folder of another key's file. */
export interface ObjectStore {
  /** `file:///…` or `s3://bucket/prefix`, without credentials. */
  readonly url: string;
  /**
   * Writes a whole object, durably, or not at all.
   * @throws PreconditionFailed when `ifAbsent` and the key exists with other content, or `ifMatch` does not match.
   */
  put(key: string, body: Buffer, condition?: { ifAbsent?: true; ifMatch?: string }): Promise<{ etag: string }>;
  /** The object, or undefined when there is none. */
  get(key: string): Promise<StoredObject | undefined>;
  /** Keys under a prefix, in order. */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number; modifiedAt: Date }>;
  delete(key: string): Promise<void>;
}

/** A conditional write lost. */
export class PreconditionFailed extends Error {
  constructor(readonly key: string) {
    super(`precondition failed for ${key}`);
    this.name = 'PreconditionFailed';
  }
}

/** The store does not answer, or not yet: trying again later is right. */
export class StoreUnavailableError extends StoreError {}

/** Nothing can be written until somebody acts: full, read-only, not allowed, no such bucket. */
export class StoreBlockedError extends StoreError {}

/** An object is not what was written: its hash, its compression or its JSON is wrong. */
export class StoreDamagedError extends StoreError {}

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
