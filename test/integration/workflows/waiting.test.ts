import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Site } from '../../support/site.js';
import { startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

describe('a fit whose model does not answer in time', () => {
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let site: Site;
  beforeAll(async () => {
    temporal = await startTemporal();
    site = await startSite(temporal.address, { simulator: { rateHang: 1 }, timeoutMs: 500 });
    await site.startWorker();
  });
  afterAll(async () => {
    await site.close();
    await temporal.stop();
  });

  it('says so once, with what to do, and goes on when it answers again', async () => {
    const notices: string[] = [];
    let mended: Promise<void> | undefined;
    const outcome = await site.fit({
      epochs: 1,
      optimizer: false,
      onNotice: (line) => {
        notices.push(line);
        if (line.includes('trying again')) mended ??= site.mend({});
      },
    });
    await mended;
    expect(outcome.manifest.rows.released).toBe(25);
    const told = notices.filter((line) => line.includes('trying again'));
    expect(told[0]).toMatch(/sent nothing for 0.5 s.*MALLM_MODEL_TIMEOUT/);
    expect(new Set(told).size).toBe(told.length);
  }, 60_000);
});
