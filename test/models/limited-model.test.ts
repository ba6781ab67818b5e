import { describe, expect, it } from 'vitest';
import type { ModelLimits } from '../../models/endpoint-limiter.js';
import { limitedModel } from '../../models/limited-model.js';
import type { ChatModel, ChatReply, ChatRequest } from '../../models/chat-model.js';
import { ModelFailure } from '../../models/chat-model.js';
import { createRandom } from '../../mallm/random.js';
import { VirtualClock } from '../support/virtual-clock.js';

const MINUTE = 60_000;
const REQUEST: ChatRequest = {
  model: 'm',
  temperature: 0,
  seed: 1,
  messages: [{ role: 'user', content: 'x'.repeat(400) }],
  maxTokens: 100,
};
const REPLY: ChatReply = {
  text: '',
  finish: 'stop',
  model: 'm',
  simulated: true,
  promptTokens: 100,
  completionTokens: 100,
};

interface Attempt {
  at: number;
  /** Calls under way with it, itself included. */
  inFlight: number;
  refused: boolean;
}

/** An endpoint in virtual time, and a record of what it was asked. */
interface Endpoint extends ChatModel {
  attempts: Attempt[];
}

/** @param answer what happens to a call that arrives now: throws, or gives a reply after some time. */
function endpointOf(clock: VirtualClock, answer: () => Promise<ChatReply>): Endpoint {
  let inFlight = 0;
  const endpoint: Endpoint = {
    host: 'endpoint',
    attempts: [],
    defaultModel: async () => 'm',
    async complete() {
      const attempt = { at: clock.elapsed, inFlight: ++inFlight, refused: false };
      endpoint.attempts.push(attempt);
      try {
        return await answer();
      } catch (error) {
        attempt.refused = true;
        throw error;
      } finally {
        inFlight--;
      }
    },
  };
  return endpoint;
}

function limited(endpoint: ChatModel, clock: VirtualClock, limits: Partial<ModelLimits> = {}): ChatModel {
  return limitedModel(endpoint, { inFlight: 16, clock, chance: createRandom(1).uniform, ...limits });
}

/** As many callers as may be in flight, each making calls one after the other and coming back when the reply says so. */
async function keepCalling(
  model: ChatModel,
  clock: VirtualClock,
  { callers = 32, calls = Infinity, forMs = Infinity },
): Promise<void> {
  let left = calls;
  const caller = async (): Promise<void> => {
    while (left > 0 && clock.elapsed < forMs) {
      left--;
      try {
        await model.complete(REQUEST);
      } catch (error) {
        left++;
        const wait = error instanceof ModelFailure ? (error.details.retryAfterMs ?? 2000) : 2000;
        await clock.sleep(wait);
      }
    }
  };
  await clock.run(Promise.all(Array.from({ length: callers }, caller)));
}

/** Refuses what is more than `limit` in each minute by the clock; `soon` says to come back in a second, whenever that is. */
function fixedWindow(
  clock: VirtualClock,
  limit: number,
  tell: 'retry-after' | 'soon' | 'headers' | 'nothing',
): Endpoint {
  let minute = -1;
  let used = 0;
  return endpointOf(clock, async () => {
    const now = Math.floor(clock.elapsed / MINUTE);
    if (now !== minute) [minute, used] = [now, 0];
    const resetMs = (minute + 1) * MINUTE - clock.elapsed;
    const rateLimit = { requests: { limit, remaining: Math.max(0, limit - used - 1), resetMs } };
    if (used >= limit) {
      const details = {
        ...(tell === 'nothing' ? {} : { retryAfterMs: tell === 'soon' ? 1000 : resetMs }),
        ...(tell === 'headers' ? { rateLimit } : {}),
      };
      throw new ModelFailure('rate-limited', 'too many', details);
    }
    used++;
    await clock.sleep(300);
    return { ...REPLY, ...(tell === 'headers' ? { rateLimit } : {}) };
  });
}

/** Lets `limit` a minute through, evenly, with a burst of `burst`; refuses the rest. */
function leakyBucket(
  clock: VirtualClock,
  limit: number,
  burst: number,
  tell: 'retry-after' | 'headers' | 'nothing',
): Endpoint {
  let level = burst;
  let at = 0;
  return endpointOf(clock, async () => {
    level = Math.min(burst, level + ((clock.elapsed - at) * limit) / MINUTE);
    at = clock.elapsed;
    const told = {
      limit: burst,
      remaining: Math.floor(Math.max(0, level - 1)),
      resetMs: ((burst - level) * MINUTE) / limit,
    };
    const rateLimit = tell === 'headers' ? { rateLimit: { requests: told } } : {};
    if (level < 1)
      throw new ModelFailure('rate-limited', 'too many', {
        retryAfterMs: tell === 'nothing' ? undefined : 1000,
        ...rateLimit,
      });
    level--;
    await clock.sleep(300);
    return { ...REPLY, ...rateLimit };
  });
}

function shareRefused(endpoint: Endpoint, fromMs: number): number {
  const later = endpoint.attempts.filter(({ at }) => at >= fromMs);
  return later.filter(({ refused }) => refused).length / later.length;
}

function passedAMinute(endpoint: Endpoint, fromMs: number, toMs: number): number {
  const passed = endpoint.attempts.filter(({ at, refused }) => at >= fromMs && at < toMs && !refused);
  return passed.length / ((toMs - fromMs) / MINUTE);
}

function mostInFlight(endpoint: Endpoint, fromMs = 0): number {
  return Math.max(...endpoint.attempts.filter(({ at }) => at >= fromMs).map(({ inFlight }) => inFlight));
}

describe('calls in flight', () => {
  it('are never more than allowed, and soon as many, on an endpoint that takes them', async () => {
    const clock = new VirtualClock();
    const endpoint = endpointOf(clock, async () => (await clock.sleep(300), REPLY));
    await keepCalling(limited(endpoint, clock, { inFlight: 64 }), clock, { callers: 200, calls: 6400 });
    expect(mostInFlight(endpoint)).toBe(64);
    const idealMs = (6400 * 300) / 64;
    expect(clock.elapsed).toBeLessThanOrEqual(1.02 * idealMs);
  });

  it('become fewer when an endpoint queues them without a word, and keep it busy', async () => {
    const clock = new VirtualClock();
    const slots = Array.from({ length: 4 }, () => 0);
    const endpoint = endpointOf(clock, async () => {
      const first = slots.indexOf(Math.min(...slots));
      slots[first] = Math.max(slots[first]!, clock.elapsed) + 1000;
      await clock.sleep(slots[first] - clock.elapsed);
      return REPLY;
    });
    await keepCalling(limited(endpoint, clock, { inFlight: 64 }), clock, { callers: 100, forMs: 6 * MINUTE });
    expect(mostInFlight(endpoint, 2 * MINUTE)).toBeLessThanOrEqual(40);
    expect(passedAMinute(endpoint, MINUTE, 6 * MINUTE)).toBeGreaterThan(0.98 * 240);
  });

  it('become fewer when calls are never answered', async () => {
    const clock = new VirtualClock();
    let hangs = true;
    const endpoint = endpointOf(clock, async () => {
      await clock.sleep(hangs ? 20_000 : 300);
      if (hangs) throw new ModelFailure('timeout', 'no answer');
      return REPLY;
    });
    const model = limited(endpoint, clock, { inFlight: 8 });
    await keepCalling(model, clock, { callers: 8, forMs: MINUTE });
    expect(mostInFlight(endpoint, 30_000)).toBeLessThanOrEqual(2);
    hangs = false;
    await keepCalling(model, clock, { callers: 16, calls: 200 });
    expect(mostInFlight(endpoint, MINUTE)).toBe(8);
  });
});

describe('a Retry-After', () => {
  it('keeps every call back until it has passed, and no longer than it needs to', async () => {
    const clock = new VirtualClock();
    let refuse = true;
    const endpoint = endpointOf(clock, async () => {
      if (refuse) throw new ModelFailure('rate-limited', 'later', { retryAfterMs: 20_000 });
      await clock.sleep(300);
      return REPLY;
    });
    const model = limited(endpoint, clock);
    await clock.run(model.complete(REQUEST).catch(() => undefined));
    refuse = false;
    await clock.run(Promise.all(Array.from({ length: 10 }, () => model.complete(REQUEST))));
    const [, next] = endpoint.attempts;
    expect(next!.at).toBeGreaterThanOrEqual(20_000);
    expect(next!.at).toBeLessThanOrEqual(21_000);
  });

  it('that is long is handed on at once, instead of being waited for', async () => {
    const clock = new VirtualClock();
    const endpoint = endpointOf(clock, async () => {
      throw new ModelFailure('rate-limited', 'tomorrow', { retryAfterMs: 3_600_000 });
    });
    const model = limited(endpoint, clock);
    await expect(model.complete(REQUEST)).rejects.toThrow('tomorrow');
    const second = model.complete(REQUEST);
    await expect(second).rejects.toMatchObject({ kind: 'rate-limited' });
    await expect(second).rejects.toThrow(/^endpoint is not to be asked for another 36\d\d s\.$/);
    expect(endpoint.attempts).toHaveLength(1);
    expect(clock.elapsed).toBe(0);
  });
});

describe('sixty requests a minute', () => {
  const after = { from: MINUTE, to: 10 * MINUTE };

  it.each([
    ['in each minute, with a Retry-After', (clock: VirtualClock) => fixedWindow(clock, 60, 'retry-after')],
    ['in each minute, untold', (clock: VirtualClock) => fixedWindow(clock, 60, 'nothing')],
    ['in each minute, said in headers', (clock: VirtualClock) => fixedWindow(clock, 60, 'headers')],
    ['let through evenly, said in headers', (clock: VirtualClock) => leakyBucket(clock, 60, 60, 'headers')],
    ['let through evenly, untold, in bursts of sixty', (clock: VirtualClock) => leakyBucket(clock, 60, 60, 'nothing')],
    ['let through evenly, after a large burst', (clock: VirtualClock) => leakyBucket(clock, 60, 300, 'nothing')],
    ['let through evenly, in bursts of sixty', (clock: VirtualClock) => leakyBucket(clock, 60, 60, 'retry-after')],
    ['let through evenly, untold, in bursts of ten', (clock: VirtualClock) => leakyBucket(clock, 60, 10, 'nothing')],
    ['let through evenly, untold, one by one', (clock: VirtualClock) => leakyBucket(clock, 60, 1, 'nothing')],
    ['let through evenly, one by one', (clock: VirtualClock) => leakyBucket(clock, 60, 1, 'retry-after')],
  ])(
    '%s: fewer than one in twenty calls is refused after the first minute, and three in four are used',
    async (_, make) => {
      const clock = new VirtualClock();
      const endpoint = make(clock);
      await keepCalling(limited(endpoint, clock), clock, { forMs: after.to });
      expect(shareRefused(endpoint, after.from)).toBeLessThan(0.05);
      expect(passedAMinute(endpoint, after.from, after.to)).toBeGreaterThan(45);
    },
  );

  it('with a Retry-After that is too short: it is not believed for long', async () => {
    const clock = new VirtualClock();
    const endpoint = fixedWindow(clock, 60, 'soon');
    await keepCalling(limited(endpoint, clock), clock, { forMs: after.to });
    expect(shareRefused(endpoint, after.from)).toBeLessThan(0.1);
    expect(passedAMinute(endpoint, after.from, after.to)).toBeGreaterThan(45);
  });

  it('hold for two processes that know nothing of each other', async () => {
    const clock = new VirtualClock();
    const endpoint = fixedWindow(clock, 60, 'headers');
    const models = [limited(endpoint, clock), limited(endpoint, clock, { chance: createRandom(2).uniform })];
    const both = models.map((model) => model.complete.bind(model));
    let turn = 0;
    const either: ChatModel = { ...models[0]!, complete: (request) => both[turn++ % 2]!(request) };
    await keepCalling(either, clock, { forMs: after.to });
    expect(shareRefused(endpoint, after.from)).toBeLessThan(0.05);
    expect(passedAMinute(endpoint, after.from, after.to)).toBeGreaterThan(45);
  });

  it('are used evenly when they are set: an endpoint that lets through one by one refuses none', async () => {
    const clock = new VirtualClock();
    const endpoint = leakyBucket(clock, 60, 1, 'nothing');
    await keepCalling(limited(endpoint, clock, { requestsPerMinute: 60 }), clock, { forMs: 3 * MINUTE });
    expect(shareRefused(endpoint, 0)).toBe(0);
    expect(passedAMinute(endpoint, 0, 3 * MINUTE)).toBeGreaterThan(59);
  });

  it('are kept when they are set, without asking the endpoint', async () => {
    const clock = new VirtualClock();
    const endpoint = endpointOf(clock, async () => (await clock.sleep(300), REPLY));
    await keepCalling(limited(endpoint, clock, { requestsPerMinute: 60 }), clock, { forMs: after.to });
    for (let minute = 1; minute < 10; minute++) {
      expect(passedAMinute(endpoint, minute * MINUTE, (minute + 1) * MINUTE)).toBeLessThanOrEqual(61);
    }
    expect(passedAMinute(endpoint, after.from, after.to)).toBeGreaterThan(59);
  });
});

describe('tokens a minute', () => {
  it('in headers are used, and not more', async () => {
    const clock = new VirtualClock();
    const limit = 6000;
    let level = limit;
    let at = 0;
    const endpoint = endpointOf(clock, async () => {
      level = Math.min(limit, level + ((clock.elapsed - at) * limit) / MINUTE);
      at = clock.elapsed;
      const told = { limit, remaining: Math.floor(level - 200), resetMs: ((limit - level + 200) * MINUTE) / limit };
      if (level < 200)
        throw new ModelFailure('rate-limited', 'too many', {
          retryAfterMs: 1000,
          rateLimit: { tokens: { ...told, remaining: 0 } },
        });
      level -= 200;
      await clock.sleep(300);
      return { ...REPLY, rateLimit: { tokens: told } };
    });
    await keepCalling(limited(endpoint, clock), clock, { forMs: 10 * MINUTE });
    expect(shareRefused(endpoint, MINUTE)).toBeLessThan(0.05);
    expect(passedAMinute(endpoint, MINUTE, 10 * MINUTE)).toBeGreaterThan(0.8 * 30);
  });

  it('that are fewer than one call needs still let it through', async () => {
    const clock = new VirtualClock();
    const endpoint = endpointOf(clock, async () => REPLY);
    const model = limited(endpoint, clock, { tokensPerMinute: 50 });
    await clock.run(model.complete(REQUEST));
    expect(endpoint.attempts).toHaveLength(1);
  });
});

describe('an endpoint that fails', () => {
  it('is left alone after five failures, tried by one call at a time, and used again when it is back', async () => {
    const clock = new VirtualClock();
    const downFor = 5 * MINUTE;
    const endpoint = endpointOf(clock, async () => {
      if (clock.elapsed < downFor) throw new ModelFailure('connection', 'refused');
      await clock.sleep(300);
      return REPLY;
    });
    await keepCalling(limited(endpoint, clock), clock, { callers: 16, forMs: 8 * MINUTE });
    const whileDown = endpoint.attempts.filter(({ at }) => at < downFor);
    expect(whileDown.length).toBeLessThan(16 + 12);
    expect(mostInFlight(endpoint, downFor)).toBe(16);
    const firstUse = endpoint.attempts.find(({ refused }) => !refused)!;
    expect(firstUse.at).toBeLessThan(downFor + 70_000);
  });

  it('says so to those that would wait long for it', async () => {
    const clock = new VirtualClock();
    const endpoint = endpointOf(clock, async () => {
      throw new ModelFailure('server', 'down');
    });
    const model = limited(endpoint, clock);
    const failures: unknown[] = [];
    const caller = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await model.complete(REQUEST).catch((error: unknown) => failures.push(error));
    };
    await clock.run(caller());
    expect(String(failures.at(-1))).toMatch(/endpoint failed several times in a row and is left alone for \d+ s/);
    expect(endpoint.attempts.length).toBeLessThan(12);
  });

  it('at random, and refuses at random, is still used', async () => {
    const clock = new VirtualClock();
    const random = createRandom(3);
    const endpoint = endpointOf(clock, async () => {
      const fate = random.uniform();
      if (fate < 0.3) throw new ModelFailure('rate-limited', 'later', { retryAfterMs: 1000 });
      await clock.sleep(300);
      if (fate < 0.35) throw new ModelFailure('server', 'oops');
      return REPLY;
    });
    await keepCalling(limited(endpoint, clock), clock, { forMs: 20 * MINUTE });
    expect(passedAMinute(endpoint, 15 * MINUTE, 20 * MINUTE)).toBeGreaterThan(40);
  });
});

describe('a caller', () => {
  it('that gives up while it waits is let go, and delays no other', async () => {
    const clock = new VirtualClock();
    const endpoint = endpointOf(clock, async () => (await clock.sleep(1000), REPLY));
    const model = limited(endpoint, clock, { inFlight: 1 });
    const first = model.complete(REQUEST);
    const controller = new AbortController();
    const second = model.complete(REQUEST, controller.signal);
    second.catch(() => undefined);
    const third = model.complete(REQUEST);
    await clock.run(clock.sleep(10));
    controller.abort(new Error('given up'));
    await expect(second).rejects.toThrow('given up');
    await clock.run(Promise.all([first, third]));
    expect(endpoint.attempts.map(({ at }) => at)).toEqual([0, 1000]);
  });

  it('gets an error that is not the endpoint’s as it is', async () => {
    const clock = new VirtualClock();
    const endpoint = endpointOf(clock, async () => {
      throw new TypeError('a bug');
    });
    await expect(limited(endpoint, clock).complete(REQUEST)).rejects.toThrow(new TypeError('a bug'));
  });
});
