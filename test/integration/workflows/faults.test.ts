import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../../../simulator/index.js';
import type { LoggedCall, Site } from '../../support/site.js';
import { paidTwice, startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

/** A reply that cannot be read is the model's, not the endpoint's: the fit without faults has the same. */
const REPLIES: SimulatorOptions = { faultSeed: 10, rateBroken: 0.05 };
/** A call that has left cannot be called back. */
const ON_THE_WAY_MS = 150;
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
      await site.startWorker();
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
      timeoutMs: 1000,
    });
    expect(table).toBe(undisturbed);
    expect(calls.filter(({ status }) => status === 429).length).toBeGreaterThan(2);
    expect(calls.some(({ status }) => status === 0 || status >= 500)).toBe(true);
    expect(earlyCalls(calls)).toEqual([]);
    expect(paidTwice(calls)).toEqual([]);
  });
});

/** Calls made again before their own time, and others that came when a refusal had to be known and was not over. */
function earlyCalls(calls: LoggedCall[]): LoggedCall[] {
  const refusals = calls.filter(({ status }) => status === 429);
  return calls.filter(({ time, hash }) =>
    refusals.some((refusal) => {
      const known = hash === refusal.hash ? refusal.time : refusal.ended + ON_THE_WAY_MS;
      return time > known && time < refusal.time + refusal.retryAfterMs!;
    }),
  );
}
