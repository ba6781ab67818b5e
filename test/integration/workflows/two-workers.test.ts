import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Site } from '../../support/site.js';
import { paidTwice, startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

describe('two workers and one limit', () => {
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let site: Site;

  beforeAll(async () => {
    temporal = await startTemporal();
    site = await startSite(temporal.address, { simulator: { latencyMs: 60 } });
    await Promise.all([site.startWorker(32), site.startWorker(32)]);
  });
  afterAll(async () => {
    await site.close();
    await temporal.stop();
  });

  it.each([3, 8])('never has more than %i calls in flight, and uses that', async (inFlight) => {
    const before = site.calls().length;
    // So many calls that a step is several activities.
    await site.fit({ out: `${site.folder}/${inFlight}`, inFlight, rowsPerRequest: 1, rowsPerTheta: 80, epochs: 2 });
    const calls = site.calls().slice(before);
    const atOnce = calls.map(({ time }) => calls.filter((other) => other.time <= time && other.ended > time).length);
    expect(Math.max(...atOnce)).toBe(inFlight);
    expect(site.simulator.stats().mostInFlight).toBeLessThanOrEqual(8);
    expect(paidTwice(calls)).toEqual([]);
  });
});
