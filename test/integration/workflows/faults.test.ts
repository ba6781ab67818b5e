import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../../../simulator/index.js';
import type { LoggedCall, Site } from '../../support/site.js';
import { paidTwice, startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

/** A reply that cannot be read is the model's, not the endpoint's: the fit without faults has the same. */
const REPLIES: SimulatorOptions = { faultSeed: 10, rateBroken: 0.05 };
const IN_FLIGHT = 8;
const FAULTS: SimulatorOptions = {
  ...REPLIES,
  rate429: 0.3,
  rate5xx: 0.05,
  rateHang: 0.05,
  latencyMs: 20,
  // Far away: only so that the endpoint says what it allows, and is not taken for one that allows little.
  requestsPerMinute: 100_000,
};

describe('a fit against an endpoint that fails in every way', () => {
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let undisturbed: string;

  beforeAll(async () => {
    temporal = await startTemporal();
    undisturbed = (await fitAt({ simulator: REPLIES })).table;
  });
  afterAll(() => temporal.stop());

  async function fitAt(options: Parameters<typeof startSite>[1]): Promise<{ table: string; calls: LoggedCall[] }> {
    const site: Site = await startSite(temporal.address, options);
    try {
      await site.startWorker(IN_FLIGHT);
      const { folder } = await site.fit({ epochs: 2, rowsPerRequest: 2 });
      return { table: readFileSync(join(folder, 'synthetic.csv'), 'utf8'), calls: site.calls() };
    } finally {
      await site.close();
    }
  }

  it.concurrent.each([
    { form: 'seconds', retryAfterMs: 1000 },
    { form: 'milliseconds', retryAfterMs: 300 },
    { form: 'date', retryAfterMs: 700 },
  ] as const)('heeds Retry-After in $form, pays once, and gives the same table', async ({ form, retryAfterMs }) => {
    const { table, calls } = await fitAt({
      simulator: { ...FAULTS, retryAfter: form, retryAfterMs },
      // Ends calls that hang; an answer that is only late on a busy machine must not be asked for, and paid, again.
      timeoutMs: 5000,
    });
    expect(table).toBe(undisturbed);
    expect(calls.filter(({ status }) => status === 429).length).toBeGreaterThan(2);
    expect(calls.some(({ status }) => status === 0 || status >= 500)).toBe(true);
    expect(cameBackEarly(calls)).toEqual([]);
    expect(Math.max(...othersWhileClosed(calls))).toBeLessThan(IN_FLIGHT);
    expect(paidTwice(calls)).toEqual([]);
  });
});

const refusalsOf = (calls: LoggedCall[]): LoggedCall[] => calls.filter(({ status }) => status === 429);
const reopens = ({ time, retryAfterMs }: LoggedCall): number => time + retryAfterMs!;

/** Refused calls that were made again before their time. */
function cameBackEarly(calls: LoggedCall[]): LoggedCall[] {
  return refusalsOf(calls).flatMap((refusal) =>
    calls.filter(({ time, hash }) => hash === refusal.hash && time > refusal.time && time < reopens(refusal)),
  );
}

/**
 * For each refusal, how many other calls came before its time was over. A call that has left cannot be called back, and
 * a reply that is read before the refusal lets another leave: together they are fewer than the calls in flight.
 */
function othersWhileClosed(calls: LoggedCall[]): number[] {
  return refusalsOf(calls).map(
    (refusal) => calls.filter(({ time }) => time > refusal.ended && time < reopens(refusal)).length,
  );
}
