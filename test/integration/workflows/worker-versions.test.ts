import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctor } from '../../../client/index.js';
import type { Config } from '../../../config/index.js';
import { fitWorkflowId } from '../../../workflows/contract.js';
import type { Site } from '../../support/site.js';
import { startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

const version = (buildId: string): Pick<Config, 'versioning'> => ({
  versioning: { deployment: 'lab', buildId, runs: 'pinned' },
});

describe('workers with a version', () => {
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let site: Site;

  beforeAll(async () => {
    temporal = await startTemporal();
    site = await startSite(temporal.address, { simulator: { latencyMs: 400 }, config: version('1') });
  });
  afterAll(async () => {
    await site.close();
    await temporal.stop();
  });

  const found = async (): Promise<string> =>
    (await doctor({ config: site.config })).find(({ what }) => what === 'worker versioning')!.found;

  it('keep a run with the version it began with, and give new runs to the current one', async () => {
    await site.startWorker();
    expect(await found()).toContain('no version of lab is the current one');
    await makeCurrent('1');
    expect(await found()).toBe('lab: build 1 is the current one');
    let second: Promise<void> | undefined;
    const onProgress = ({ epoch }: { epoch: number }): void => {
      if (epoch === 2) second ??= site.startWorker(8, version('2')).then(() => makeCurrent('2'));
    };
    const first = await site.fit({ onProgress });
    await second;
    const next = await site.fit({ out: `${site.folder}/next`, epochs: 1 });
    expect(await buildOf(first.manifest.runId)).toBe('1');
    expect(await buildOf(next.manifest.runId)).toBe('2');
  });

  /** As `temporal worker deployment set-current-version` does; the server learns of a version when its worker polls. */
  async function makeCurrent(buildId: string): Promise<void> {
    for (;;) {
      try {
        await site.client.workflowService.setWorkerDeploymentCurrentVersion({
          namespace: 'default',
          deploymentName: 'lab',
          buildId,
          identity: 'test',
        });
        return;
      } catch (error) {
        if (!/not found|no pollers|unavailable|missing/i.test((error as Error).message)) throw error;
        await sleep(200);
      }
    }
  }

  async function buildOf(runId: string): Promise<string | null | undefined> {
    const { raw } = await site.client.workflow.getHandle(fitWorkflowId(runId)).describe();
    return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
  }
});
