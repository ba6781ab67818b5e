import { answerChat, callHash, type ChatAnswer, type ChatQuestion } from './chat.js';
import { attemptFault, brokenReply, replyFault, serverErrorStatus } from './faults.js';
import type { SimulatorSettings } from './options.js';
import { BadRequest, completionBody, errorBody, readQuestion, streamBody, type FilteredAnswer } from './protocol.js';
import { createRateLimit, type RateLimit } from './rate-limit.js';
import { nothingAsked, type SimulatorStats } from './stats.js';

/** What to do with one call. */
export interface Outcome {
  hash: string;
  attempt: number;
  /** 0: hold the call for `delayMs`, then close the connection. */
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Milliseconds until the answer leaves. */
  delayMs: number;
  retryAfterMs: number | null;
  /** Close the connection in the middle of the body. */
  dropped: boolean;
}

/** Decides what becomes of calls, and remembers how often each has come. */
export interface CallHandler {
  stats: SimulatorStats;
  decide(body: string, key: string | null): Outcome;
  /** Receives the outcome of the call: an answer that has left counts as paid. */
  done(outcome: Outcome, delivered: boolean): void;
}

interface Decision extends Partial<Omit<Outcome, 'hash' | 'attempt' | 'body'>> {
  status: number;
  content?: object | string;
  /** What an answered call used. */
  tokens?: { prompt: number; completion: number };
}

const RICHNESS = { text: 0, json_object: 1, json_schema: 2 };

/** A handler for the settings; the clocks are `performance.now()` and `Date.now()`. */
export function createCallHandler(settings: SimulatorSettings): CallHandler {
  const stats = nothingAsked();
  const limit = createRateLimit(settings, () => performance.now());
  const attempts = new Map<number, number>();
  const answered = new Set<number>();
  const remember = (hash: string): number => {
    const attempt = (attempts.get(shortKey(hash)) ?? 0) + 1;
    attempts.set(shortKey(hash), attempt);
    if (attempt > 1) stats.repeated += 1;
    return attempt;
  };
  return {
    stats,
    decide: (body, key) => {
      const outcome = decideCall(body, key, { settings, stats, limit, remember });
      stats.calls += 1;
      stats.byStatus[outcome.status] = (stats.byStatus[outcome.status] ?? 0) + 1;
      return outcome;
    },
    done: ({ hash, status }, delivered) => {
      if (status !== 200 || !delivered) return;
      if (answered.has(shortKey(hash))) stats.answeredTwice += 1;
      answered.add(shortKey(hash));
    },
  };
}

interface Desk {
  settings: SimulatorSettings;
  stats: SimulatorStats;
  limit: RateLimit;
  /** Counts an attempt at a call; the number of this one, from 1. */
  remember(hash: string): number;
}

function decideCall(body: string, key: string | null, desk: Desk): Outcome {
  const { settings, stats, limit } = desk;
  if (settings.requireKey !== null && key !== settings.requireKey) return outcomeOf(unauthorized(), '', 0);
  const question = questionIn(body, settings);
  if (question instanceof BadRequest) return outcomeOf(badRequest(question), '', 0);
  const hash = callHash(question);
  const attempt = desk.remember(hash);
  const spent = settings.quotaAfterCalls !== null && (stats.byStatus[200] ?? 0) >= settings.quotaAfterCalls;
  const decision = spent ? overQuota() : decideAttempt(question, { hash, attempt }, settings, limit);
  if (decision.tokens !== undefined) {
    stats.promptTokens += decision.tokens.prompt;
    stats.completionTokens += decision.tokens.completion;
  }
  return outcomeOf(decision, hash, attempt);
}

function outcomeOf(decision: Decision, hash: string, attempt: number): Outcome {
  const { status, headers = {}, delayMs = 0, retryAfterMs = null, dropped = false, content = {} } = decision;
  return {
    hash,
    attempt,
    status,
    headers,
    delayMs,
    retryAfterMs,
    dropped,
    body: typeof content === 'string' ? content : JSON.stringify(content),
  };
}

/** 52 bits of a hash: small enough to remember millions of calls by. */
function shortKey(hash: string): number {
  return Number.parseInt(hash.slice(0, 13), 16);
}

function questionIn(body: string, { responseFormat }: SimulatorSettings): ChatQuestion | BadRequest {
  try {
    const question = readQuestion(body);
    if (RICHNESS[question.shape] <= RICHNESS[responseFormat]) return question;
    return new BadRequest(`response_format ${question.shape} is not supported by this model`, 'response_format');
  } catch (error) {
    if (error instanceof BadRequest) return error;
    throw error;
  }
}

function decideAttempt(
  question: ChatQuestion,
  { hash, attempt }: { hash: string; attempt: number },
  settings: SimulatorSettings,
  limit: RateLimit,
): Decision {
  const fault = attemptFault(settings, hash, attempt);
  if (fault === 'hang') return { status: 0, delayMs: settings.hangMs };
  if (fault === 'refused') return rateLimited(settings, settings.retryAfterMs, limit);
  if (fault === 'server-error') {
    const content = errorBody('the server had an error while processing the request', 'server_error', null);
    return { status: serverErrorStatus(hash, attempt), content };
  }
  const answer = withReplyFault(answerChat(question, settings.seed, hash), hash, settings);
  const { refusedForMs } = limit.take(answer.promptTokens + answer.completionTokens);
  if (refusedForMs !== null) return rateLimited(settings, refusedForMs, limit);
  const content = completionBody(answer, hash, Date.now());
  return {
    status: 200,
    headers: { ...limit.headers(), ...(question.streamed ? { 'content-type': 'text/event-stream' } : {}) },
    content: question.streamed ? streamBody(content) : content,
    delayMs: settings.latencyMs,
    dropped: fault === 'dropped',
    tokens: { prompt: answer.promptTokens, completion: answer.completionTokens },
  };
}

function withReplyFault(answer: ChatAnswer, hash: string, settings: SimulatorSettings): ChatAnswer | FilteredAnswer {
  const fault = replyFault(settings, hash);
  if (fault === 'content-filter') return { ...answer, text: '', completionTokens: 0, finish: 'content_filter' };
  return fault === 'broken' ? { ...answer, text: brokenReply(answer.text, hash) } : answer;
}

function rateLimited(settings: SimulatorSettings, waitMs: number, limit: RateLimit): Decision {
  const { retryAfterMs, headers } = retryAfter(settings.retryAfter, waitMs);
  const content = errorBody('rate limit reached', 'requests', 'rate_limit_exceeded');
  return { status: 429, headers: { ...limit.headers(), ...headers }, retryAfterMs, content };
}

/** The header that says when to come back, and the wait it says, never shorter than the true one. */
function retryAfter(
  form: SimulatorSettings['retryAfter'],
  waitMs: number,
): { retryAfterMs: number | null; headers: Record<string, string> } {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  switch (form) {
    case 'none':
      return { retryAfterMs: null, headers: {} };
    case 'milliseconds':
      return { retryAfterMs: Math.ceil(waitMs), headers: { 'retry-after-ms': String(Math.ceil(waitMs)) } };
    case 'seconds':
      return { retryAfterMs: seconds * 1000, headers: { 'retry-after': String(seconds) } };
    case 'date': {
      const now = Date.now();
      const until = Math.ceil((now + waitMs) / 1000) * 1000;
      return { retryAfterMs: until - now, headers: { 'retry-after': new Date(until).toUTCString() } };
    }
  }
}

function unauthorized(): Decision {
  return { status: 401, content: errorBody('incorrect API key provided', 'invalid_request_error', 'invalid_api_key') };
}

function badRequest({ message, parameter }: BadRequest): Decision {
  return { status: 400, content: errorBody(message, 'invalid_request_error', null, parameter) };
}

function overQuota(): Decision {
  const message = 'you exceeded your current quota, please check your plan and billing details';
  return { status: 429, content: errorBody(message, 'insufficient_quota', 'insufficient_quota') };
}
