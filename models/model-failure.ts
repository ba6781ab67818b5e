import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import type { ModelFailureKind } from './chat-model.js';
import { ModelFailure } from './chat-model.js';
import { rateLimitOf, retryAfterMs } from './retry-after.js';

const QUOTA = /insufficient_quota|insufficient_balance|quota_exceeded|billing|payment|credit|access_terminated/i;
const TIMEOUT_CODES = new Set([
  'ETIMEDOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** What a provider's code may look like, to be passed on: a name, never a sentence, which may quote a prompt or a key. */
const CODE = /^[a-z][a-z0-9_.-]{0,59}$/i;

/** Who was asked for what: what a message may name. */
export interface Asked {
  host: string;
  model: string;
  timeoutMs: number;
  /** Whether a word is in the prompt that was sent. Default: no word is. */
  quotes?(word: string): boolean;
}

/** The fields of a provider's error, of whatever make; each may be missing. */
export interface ProviderError {
  status?: number;
  code?: string;
  type?: string;
  param?: string;
  /** The provider's own sentence: to be searched, never to be shown. */
  message: string;
  /** What the model wrote when the endpoint refused it for not being JSON (Groq). */
  failedText?: string;
}

/**
 * What the orchestration may know of a failed call. The provider's sentence, headers and body stay behind: they may
 * quote the prompt or the key.
 */
export function modelFailure(error: unknown, asked: Asked, now: number): ModelFailure {
  const own = modelFailureIn(error);
  if (own) return own;
  if (error instanceof APIConnectionTimeoutError) return timeoutFailure(asked);
  if (error instanceof APIConnectionError) return connectionFailure(error, asked);
  if (error instanceof APIError && error.status !== undefined)
    return statusFailure(error as APIError<number>, asked, now);
  if (error instanceof APIError) return streamFailure(error as APIError<undefined>, asked);
  if (error instanceof SyntaxError) return unreadableReply(asked, 'a reply that is not JSON');
  return connectionFailure(error, asked);
}

/** Our own failure, as it came or as the client wrapped it. */
function modelFailureIn(error: unknown): ModelFailure | undefined {
  for (let inner = error; inner instanceof Error; inner = inner.cause) if (inner instanceof ModelFailure) return inner;
  return undefined;
}

/** A call in which the endpoint was silent for longer than it may. */
export function timeoutFailure({ host, timeoutMs }: Asked): ModelFailure {
  const seconds = timeoutMs < 10_000 ? timeoutMs / 1000 : Math.round(timeoutMs / 1000);
  const remedy = 'If it is only slow, set MALLM_MODEL_TIMEOUT to more seconds, or ask for fewer rows in a request.';
  return new ModelFailure('timeout', `${host} sent nothing for ${seconds} s. ${remedy}`, { host });
}

/** A reply with status 200 that is none. */
export function unreadableReply({ host }: Asked, got: string): ModelFailure {
  return new ModelFailure(
    'unreadable',
    `${host} sent ${got}. Check the base URL, and that it speaks OpenAI's protocol.`,
    { host },
  );
}

/** The provider's error code, for programs. */
export function providerErrorOf(error: unknown): ProviderError {
  if (!(error instanceof APIError)) return { message: '' };
  const { status, code, type, param } = error as APIError<number>;
  const { failed_generation: failedText } = (error.error ?? {}) as { failed_generation?: unknown };
  return {
    status,
    code: nameOf(code),
    type: nameOf(type),
    param: nameOf(param),
    // Only the beginning: what is quoted from the request comes after what is said about it.
    message: error.message.slice(0, 400),
    ...(typeof failedText === 'string' && failedText.trim() !== '' ? { failedText } : {}),
  };
}

function statusFailure(error: APIError<number>, asked: Asked, now: number): ModelFailure {
  const provider = unquotedOf(providerErrorOf(error), asked);
  const kind = kindOf(provider);
  const headers = error.headers;
  const code = provider.code ?? provider.type;
  const waits = kind === 'rate-limited' || kind === 'server';
  return new ModelFailure(kind, sentenceOf(kind, provider, asked), {
    status: error.status,
    host: asked.host,
    ...(code === undefined ? {} : { code }),
    ...(headers && waits ? { retryAfterMs: retryAfterMs(headers, now), rateLimit: rateLimitOf(headers, now) } : {}),
  });
}

/** Without what the provider took from the prompt: a label of a real row may look like the name of an error. */
function unquotedOf({ code, type, ...error }: ProviderError, { quotes = () => false }: Asked): ProviderError {
  const own = (name?: string): string | undefined => (name !== undefined && quotes(name) ? undefined : name);
  return { ...error, code: own(code), type: own(type) };
}

/** An error that came in place of the rest of a streamed reply: its status is in its code, if anywhere. */
function streamFailure({ code, type }: APIError, { host }: Asked): ModelFailure {
  const limited = String(code) === '429' || /rate_?limit/i.test(`${code ?? ''} ${type ?? ''}`);
  if (limited) return new ModelFailure('rate-limited', `${host} asks for fewer calls.`, { host });
  return new ModelFailure('server', `${host} broke off its reply with an error.`, { host });
}

function kindOf({ status = 0, code, type }: ProviderError): ModelFailureKind {
  if (status === 402) return 'quota';
  if (status === 429) return QUOTA.test(`${code ?? ''} ${type ?? ''}`) ? 'quota' : 'rate-limited';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 404 || status === 405) return 'not-found';
  if (status === 408) return 'timeout';
  if (status === 409 || status === 425 || status >= 500) return 'server';
  return 'bad-request';
}

function sentenceOf(
  kind: ModelFailureKind,
  { status, code, type, message }: ProviderError,
  { host, model }: Asked,
): string {
  const named = [status, code ?? type].filter((part) => part !== undefined).join(' ');
  switch (kind) {
    case 'quota':
      return `${host} has no quota or credit left for this key (${named}). Add credit or raise the limit, then resume.`;
    case 'unauthorized':
      return `${host} refused the key (${named}). Check the key and what it may do, then resume.`;
    case 'not-found':
      return `${host} has no model "${model}", or no chat completions at this address (${named}). Check --generator-model, --optimizer-model and the base URL: it usually ends in /v1.`;
    case 'rate-limited':
      return `${host} asks for fewer calls (${named}).`;
    case 'bad-request':
      if (/context.{0,20}(length|window|size)|too (long|large|many tokens)/i.test(`${code ?? ''} ${message}`)) {
        return `${host} finds the request too long for "${model}" (${named}). Take fewer --rows-per-request and --examples-per-prompt, or a model with a longer context.`;
      }
      return `${host} refused the request for "${model}" (${named}).`;
    default:
      return `${host} failed (${named}).`;
  }
}

function connectionFailure(error: unknown, { host, timeoutMs, model }: Asked): ModelFailure {
  const code = systemCodeOf(error);
  if (code !== undefined && TIMEOUT_CODES.has(code)) return timeoutFailure({ host, timeoutMs, model });
  const remedy = /CERT|SIGNATURE|ISSUER/.test(code ?? '')
    ? 'Name the file of the authority that signed its certificate with NODE_EXTRA_CA_CERTS.'
    : 'Check the address and that it is up.';
  const message = `${host} cannot be reached${code === undefined ? '' : ` (${code})`}. ${remedy}`;
  return new ModelFailure('connection', message, { host, ...(code === undefined ? {} : { code }) });
}

/** The code of the innermost error: fetch wraps the system's. */
function systemCodeOf(error: unknown): string | undefined {
  let code: string | undefined;
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const found = (inner as NodeJS.ErrnoException).code;
    if (typeof found === 'string' && CODE.test(found)) code = found;
  }
  return code;
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && CODE.test(value) ? value : undefined;
}
