import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blocked, resume, status } from '../../../client/index.js';
import { fitWorkflowId } from '../../../workflows/contract.js';
import type { Site } from '../../support/site.js';
import { paidTwice, startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';
import { untilIdle } from '../../support/until.js';

describe('an endpoint that refuses further calls', () => {
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let undisturbed: string;
  const tableOf = (site: Site): string => readFileSync(join(site.folder, 'out', 'synthetic.csv'), 'utf8');

  beforeAll(async () => {
    temporal = await startTemporal();
    const site = await startSite(temporal.address);
    await site.startWorker();
    await site.fit();
    undisturbed = tableOf(site);
    await site.close();
  });
  afterAll(() => temporal.stop());

  /** Waits for the fit to be blocked, and returns how that shows. */
  async function blockedFit(site: Site): Promise<{ told: Error; details: string }> {
    const told = await site.fit().catch((error: unknown) => error as Error);
    const { runId } = await status({ folder: join(site.folder, 'out'), config: site.config });
    const handle = site.client.workflow.getHandle(fitWorkflowId(runId));
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    return { told: told as Error, details: currentDetails };
  }

  it.each([
    { what: 'no quota in mid-fit', faults: { quotaAfterCalls: 8 }, reason: 'no quota or credit left' },
    { what: 'a wrong key', faults: { requireKey: 'another' }, reason: 'refused the key' },
  ])('blocks the run visibly: $what; resume finishes it and pays nothing twice', async ({ faults, reason }) => {
    const site = await startSite(temporal.address, { simulator: { latencyMs: 20, ...faults } });
    try {
      await site.startWorker();
      const { told, details } = await blockedFit(site);
      expect(told).toBeInstanceOf(Blocked);
      expect(told.message).toContain(reason);
      expect(told.message).toContain('mallm-gan resume');
      expect(details).toMatch(new RegExp(`blocked.*\\n.*${reason}`));
      const folder = join(site.folder, 'out');
      const shown = await status({ folder, config: site.config });
      expect(shown).toMatchObject({ workflow: 'RUNNING', progress: { status: 'blocked' } });
      expect(shown.progress!.blocked).toContain(reason);

      // No call is made, or waits to be made again, until `resume`.
      await untilIdle(site.client, fitWorkflowId(shown.runId));
      await site.mend({ latencyMs: 20 });
      const { manifest } = await resume({ folder, config: site.config });
      expect(await status({ folder, config: site.config })).toMatchObject({ finished: true, blocked: null });
      expect(tableOf(site)).toBe(undisturbed);
      expect(paidTwice(site.calls())).toEqual([]);
      expect(site.calls().filter(({ status: code }) => code === 200).length).toBe(manifest.calls);
    } finally {
      await site.close();
    }
  });

  it('blocks again when the endpoint is not mended, and says why when no worker is left', async () => {
    const site = await startSite(temporal.address, { simulator: { quotaAfterCalls: 0 } });
    try {
      const host = await site.startWorker();
      await expect(site.fit()).rejects.toBeInstanceOf(Blocked);
      await expect(site.fit()).rejects.toBeInstanceOf(Blocked);
      await host.close();
      const shown = await status({ folder: join(site.folder, 'out'), config: site.config });
      expect(shown.progress).toBeNull();
      expect(shown.blocked).toContain('no quota or credit left');
    } finally {
      await site.close();
    }
  });
});
