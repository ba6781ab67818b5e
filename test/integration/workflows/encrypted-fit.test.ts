import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resume, status } from '../../../client/index.js';
import type { Config } from '../../../config/index.js';
import { fitWorkflowId } from '../../../workflows/contract.js';
import type { Site } from '../../support/site.js';
import { paidTwice, startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

const OLD = { id: 'old', key: randomBytes(32) };
const NEW = { id: 'new', key: randomBytes(32) };
const codec = (...keys: (typeof OLD)[]): Pick<Config, 'codec'> => ({ codec: { keys: keys as [typeof OLD] } });

describe('a fit with encrypted payloads', () => {
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let site: Site;

  beforeAll(async () => {
    temporal = await startTemporal();
    site = await startSite(temporal.address, { simulator: { latencyMs: 400 }, config: codec(OLD) });
  });
  afterAll(async () => {
    await site.close();
    await temporal.stop();
  });

  it('waits for a worker that has its key, outlives a rotation, and is unreadable without keys', async () => {
    const { folder, config } = site;
    const out = `${folder}/out`;
    const first = await site.startWorker();
    const leave = new AbortController();
    const onProgress = ({ epoch }: { epoch: number }): unknown => epoch === 2 && leave.abort();
    await expect(site.fit({ onProgress, signal: leave.signal })).rejects.toThrow('stopped before the end');
    const { runId } = await status({ folder: out, config });
    await first.close();

    const keyless = await site.startWorker(8, { codec: undefined });
    await expect(failedTask(site, runId)).resolves.toMatch(/the key \\?"old\\?", which this process does not have/);
    await keyless.close();

    await site.startWorker(8, codec(NEW, OLD));
    await expect(resume({ folder: out, config: { ...config, codec: undefined } })).rejects.toThrow(
      /does not have: got no keys at all.*MALLM_CODEC_KEYS/,
    );
    const { manifest } = await resume({ folder: out, config: { ...config, ...codec(NEW, OLD) } });
    expect(manifest.rows.released).toBe(manifest.rows.asked);
    expect(paidTwice(site.calls())).toEqual([]);
    const used = await keysUsed(site, runId);
    expect(used).toEqual(new Set(['old', 'new']));
  });
});

/** The message of the first workflow task that failed. */
async function failedTask(site: Site, runId: string): Promise<string> {
  for (;;) {
    const { events } = await site.client.workflow.getHandle(fitWorkflowId(runId)).fetchHistory();
    const failed = events!.find((event) => event.workflowTaskFailedEventAttributes);
    if (failed) return JSON.stringify(failed.workflowTaskFailedEventAttributes!.failure);
    await sleep(200);
  }
}

async function keysUsed(site: Site, runId: string): Promise<Set<string>> {
  const history = historyToJSON(await site.client.workflow.getHandle(fitWorkflowId(runId)).fetchHistory());
  const ids = [...history.matchAll(/"encryption-key-id":\s*"([^"]+)"/g)];
  return new Set(ids.map(([, id]) => Buffer.from(id!, 'base64').toString('utf8')));
}
