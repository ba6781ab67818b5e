/** A request to a chat model. */
export interface ChatRequest {
  model: string;
  temperature: number;
  seed: number;
  messages: { role: 'system' | 'user' | 'assistant'; content: string }[];
  /** JSON Schema of the reply: used where the endpoint can, left out where it cannot. */
  jsonSchema?: { name: string; schema: Record<string, unknown> };
  /**
   * The same request with a schema that forces the given cells, and the messages that describe that form of reply: used
   * in place of the two where the endpoint takes the schema.
   */
  forced?: Pick<ChatRequest, 'messages'> & { jsonSchema: NonNullable<ChatRequest['jsonSchema']> };
  /** Bound on the reply's tokens; raised for a model that uses it up with thoughts. */
  maxTokens: number;
}

/** A reply of a chat model. */
export interface ChatReply {
  /** The endpoint's own name for this reply: what its operator, and its bill, can be asked by. */
  id?: string;
  text: string;
  /** Why it ended; `broken-off`: the connection was lost or the endpoint fell silent while it was written. */
  finish: 'stop' | 'length' | 'content-filter' | 'refusal' | 'broken-off' | 'other';
  /** True when the reply had no content, and `text` is what the endpoint sent as the model's thoughts. */
  thoughtsOnly?: boolean;
  /** How the reply was asked for, in words: the form that the endpoint takes. */
  form?: string;
  /** The name the endpoint gives itself, and whether it is the simulated model. */
  model: string;
  simulated: boolean;
  /** As the endpoint counted them; estimated from the text where it does not count. */
  promptTokens: number;
  completionTokens: number;
  /** What the endpoint's headers said of its limits, where it says anything. */
  rateLimit?: RateLimit;
}

/** Limits of an endpoint, from the headers of a reply. */
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
  /** @param onText is called while a reply is written, with its characters so far, where the endpoint streams. */
  complete(request: ChatRequest, signal?: AbortSignal, onText?: (characters: number) => void): Promise<ChatReply>;
}

/** Why a model call failed, as far as the orchestration has to know. */
export type ModelFailureKind =
  | 'rate-limited'
  | 'quota'
  | 'unauthorized'
  | 'not-found'
  | 'bad-request'
  | 'server'
  /** Status 200, and no chat completion in it. */
  | 'unreadable'
  | 'timeout'
  | 'connection';

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
