import type { ChatReply } from './chat-model.js';
import { ModelFailure } from './chat-model.js';
import { Breaker } from './breaker.js';
import { CallBudget } from './call-budget.js';
import type { Clock } from './clock.js';
import { systemClock } from './clock.js';
import { ConcurrencyWindow } from './concurrency-window.js';
import { LearnedPace } from './learned-pace.js';

/** A call that would have to wait longer fails instead, and says how long: its caller can do something else. */
const LONGEST_WAIT_MS = 30_000;
/** Wait after a refusal that names none, longer where the pace is known; doubled with each further refusal. */
const LEAST_BACKOFF_MS = 1000;
const MOST_FIRST_BACKOFF_MS = 8000;
const BACKOFF_CALLS = 8;
const LONGEST_BACKOFF_MS = 30_000;
/** Refusals in a row, so many of which mean that waiting as the endpoint said was in vain. */
const VAIN_REFUSALS = 3;
/** Added to an endpoint's Retry-After at most, so that several processes do not come back at the same moment. */
const JITTER_SHARE = 0.1;
const MOST_JITTER_MS = 1000;
const LONGEST_SLEEP_MS = 60_000;

/** Bounds on the calls to one endpoint. */
export interface ModelLimits {
  /** Most calls in flight at once, at least 1; fewer are made when the endpoint is at its limit. */
  inFlight: number;
  /** Most requests and tokens a minute; left out, what the endpoint's headers say. */
  requestsPerMinute?: number | undefined;
  tokensPerMinute?: number | undefined;
  clock?: Clock;
  /** Uniform in [0, 1), for jitter. */
  chance?: () => number;
}

/** A call that was let in, until it leaves. */
export interface Call {
  /** Milliseconds since 1970. */
  startedAt: number;
  /** What it was reckoned to use. */
  tokens: number;
}

/**
 * Decides when the next call to an endpoint may start, from what became of the calls before. Callers `enter`, tell
 * whether the call was `answered` or `failed`, and `leave`; they are let in in the order in which they came.
 */
export class EndpointLimiter {
  private readonly clock: Clock;
  private readonly chance: () => number;
  private readonly window: ConcurrencyWindow;
  private readonly requests: CallBudget;
  private readonly tokens: CallBudget;
  private readonly pace = new LearnedPace();
  private readonly breaker = new Breaker();
  private readonly underWay = new Set<Call>();
  private queue: Promise<unknown> = Promise.resolve();
  private wake: () => void = () => undefined;
  private closedUntil = 0;
  /** Refusals in a row, those of calls already under way at the last one left out. */
  private refusals = 0;
  private refusedAt = -Infinity;

  constructor(
    private readonly host: string,
    limits: ModelLimits,
  ) {
    this.clock = limits.clock ?? systemClock;
    this.chance = limits.chance ?? Math.random;
    this.window = new ConcurrencyWindow(limits.inFlight);
    this.requests = new CallBudget(limits.requestsPerMinute);
    this.tokens = new CallBudget(limits.tokensPerMinute);
  }

  /**
   * Waits for its turn, then for the endpoint.
   *
   * @throws ModelFailure when that would take long; the signal's reason when it is aborted.
   */
  enter(tokens: number, signal?: AbortSignal): Promise<Call> {
    const turn = this.queue.then(() => this.admit(tokens, signal));
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  answered(call: Call, { rateLimit, promptTokens, completionTokens }: ChatReply): void {
    const now = this.clock.now();
    this.refusals = 0;
    this.window.answered(call.startedAt, now);
    this.pace.answered(call.startedAt, now);
    this.breaker.answered();
    this.tokens.use(promptTokens + completionTokens - call.tokens);
    this.told(call, rateLimit);
  }

  failed(call: Call, error: unknown): void {
    const now = this.clock.now();
    if (!(error instanceof ModelFailure)) return;
    const { kind, details } = error;
    if (kind === 'rate-limited') this.refused(call, details, now);
    if (kind === 'server' && details.retryAfterMs !== undefined) this.closeFor(details.retryAfterMs, now);
    if (kind === 'timeout') this.window.refused(call.startedAt, now);
    if (kind === 'server' || kind === 'unreadable' || kind === 'timeout' || kind === 'connection')
      this.breaker.failed(now);
    else this.breaker.answered();
  }

  leave(call: Call): void {
    this.underWay.delete(call);
    this.window.leave();
    this.breaker.left();
    this.wake();
  }

  private async admit(tokens: number, signal?: AbortSignal): Promise<Call> {
    for (;;) {
      signal?.throwIfAborted();
      const now = this.clock.now();
      const wait = this.waitFor(tokens, now);
      if (wait === 0) return this.start(tokens, now);
      if (wait > LONGEST_WAIT_MS && wait !== Infinity) throw this.refusal(wait, now);
      await this.pause(wait, signal);
    }
  }

  private waitFor(tokens: number, now: number): number {
    if (!this.window.open) return Infinity;
    const gate = Math.max(0, this.closedUntil - now);
    const budget = Math.max(this.requests.waitFor(1, now), this.tokens.waitFor(tokens, now), this.pace.waitFor(now));
    return Math.max(gate, budget, this.breaker.waitFor(now));
  }

  private start(tokens: number, startedAt: number): Call {
    const call = { startedAt, tokens };
    this.underWay.add(call);
    this.window.enter();
    this.requests.use(1);
    this.tokens.use(tokens);
    this.pace.use();
    this.breaker.enter();
    return call;
  }

  private refused(call: Call, { retryAfterMs, rateLimit }: ModelFailure['details'], now: number): void {
    this.window.refused(call.startedAt, now);
    if (rateLimit) this.told(call, rateLimit);
    if (call.startedAt >= this.refusedAt) {
      this.refusedAt = now;
      this.refusals++;
      if (!rateLimit) this.pace.refused(this.refusals, now);
    }
    this.closeFor(Math.max(retryAfterMs ?? 0, this.backoffMs(retryAfterMs)), now);
  }

  /** A Retry-After is believed until waiting for it was in vain. */
  private backoffMs(retryAfterMs?: number): number {
    if (retryAfterMs !== undefined && this.refusals < VAIN_REFUSALS) return 0;
    const first = Math.min(MOST_FIRST_BACKOFF_MS, Math.max(LEAST_BACKOFF_MS, this.pace.timeFor(BACKOFF_CALLS)));
    return Math.min(LONGEST_BACKOFF_MS, first * 2 ** (this.refusals - 1));
  }

  private closeFor(ms: number, now: number): void {
    const jitter = this.chance() * Math.min(MOST_JITTER_MS, JITTER_SHARE * ms);
    this.closedUntil = Math.max(this.closedUntil, now + Math.ceil(ms + jitter));
  }

  private told(call: Call, rateLimit: ChatReply['rateLimit']): void {
    const now = this.clock.now();
    const later = [...this.underWay].filter((other) => other !== call && other.startedAt >= call.startedAt);
    if (rateLimit?.requests) this.requests.told(rateLimit.requests, later.length, now);
    const tokens = later.reduce((sum, other) => sum + other.tokens, 0);
    if (rateLimit?.tokens) this.tokens.told(rateLimit.tokens, tokens, now);
  }

  private refusal(retryAfterMs: number, now: number): ModelFailure {
    const details = { host: this.host, retryAfterMs };
    const seconds = Math.ceil(retryAfterMs / 1000);
    if (this.breaker.waitFor(now) < retryAfterMs) {
      return new ModelFailure('rate-limited', `${this.host} is not to be asked for another ${seconds} s.`, details);
    }
    return new ModelFailure(
      'server',
      `${this.host} failed several times in a row and is left alone for ${seconds} s.`,
      details,
    );
  }

  /** Until the time has passed, or a call has ended. */
  private async pause(ms: number, signal?: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.wake = () => woken.abort();
    const either = signal ? AbortSignal.any([signal, woken.signal]) : woken.signal;
    await this.clock.sleep(Math.min(ms, LONGEST_SLEEP_MS), either).catch(() => undefined);
  }
}
