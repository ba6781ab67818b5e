import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blocked, RunFailed, status } from '../../../client/index.js';
import type { Config } from '../../../config/index.js';
import { fitWorkflowId } from '../../../workflows/contract.js';
import type { Answer, HttpEndpoint, SeenRequest } from '../../support/http-endpoint.js';
import { startHttpEndpoint } from '../../support/http-endpoint.js';
import { payloadsOf } from '../../support/payloads.js';
import type { Site } from '../../support/site.js';
import { SITE_KEY, startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

/** What no error, history or log may hold: the key, parts of every prompt, labels of real rows. */
const SECRETS = [SITE_KEY, '## Real rows', '## Rows to make', 'Prof-specialty', 'Married-civ-spouse', 'capital-loss'];

const CODEC: Config['codec'] = { keys: [{ id: 'k1', key: randomBytes(32) }] };

const FAILURES = [
  { what: '401', statusOf: () => 401, ends: Blocked },
  {
    what: '500, a reply that is not JSON, then 400',
    statusOf: (index: number) => (index < 12 ? (index % 2 === 0 ? 500 : 200) : 400),
    ends: RunFailed,
  },
  { what: '429 for want of quota', statusOf: () => 429, ends: Blocked },
];
/** What a history holds in the clear: references, and the host that our own failures name. */
const CLEAR = ['"sha256"', '127.0.0.1'];

describe('failures that quote the key, the prompt and its rows', () => {
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  /** One of the process: that of the first worker. */
  let first: Site;

  beforeAll(async () => {
    temporal = await startTemporal();
    first = await startSite(temporal.address);
    await first.startWorker();
  });
  afterAll(async () => {
    await first.close();
    await temporal.stop();
  });

  it.each([
    ...FAILURES.map((failure) => ({ ...failure, how: 'in the clear', codec: undefined })),
    { what: '401', statusOf: () => 401, ends: Blocked, how: 'encrypted', codec: CODEC },
    { what: '400', statusOf: () => 400, ends: RunFailed, how: 'encrypted', codec: CODEC },
  ])('leave no trace of them, $how: $what', async ({ statusOf, ends, codec }) => {
    const endpoint = await startHttpEndpoint((request, index) => echo(request, statusOf(index)));
    const site = await startSite(temporal.address, { baseURL: `${endpoint.url}/v1`, config: { codec } });
    try {
      await site.startWorker();
      const told = await site
        .fit({ generatorModel: 'm', optimizerModel: 'm' })
        .catch((error: unknown) => error as Error);
      expect(told).toBeInstanceOf(ends);
      const { error, history, shown } = await traces(site, told as Error);
      expect(prompts(endpoint)).toContain(SECRETS[1]);
      expect(history).toContain('activityTaskFailed');
      expect(CLEAR.filter((text) => history.includes(text))).toEqual(codec ? [] : CLEAR);
      for (const text of [error, history, shown, readFileSync(join(first.config.home, 'worker.log'), 'utf8')]) {
        expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([]);
      }
    } finally {
      await site.close();
      await endpoint.close();
    }
  });

  async function traces(site: Site, told: Error): Promise<{ error: string; history: string; shown: string }> {
    const shown = await status({ folder: join(site.folder, 'out'), config: site.config });
    const handle = site.client.workflow.getHandle(fitWorkflowId(shown.runId));
    const history = JSON.parse(historyToJSON(await handle.fetchHistory())) as unknown;
    const { raw } = await handle.describe();
    return {
      error: `${told.message}\n${told.stack}\n${JSON.stringify(told)}`,
      history: [JSON.stringify(history), ...payloadsOf(history)].join('\n'),
      shown: JSON.stringify([shown, raw], (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    };
  }
});

/** An endpoint that answers with everything it received. */
function echo({ headers, body }: SeenRequest, code: number): Answer {
  const message = `${headers.authorization} said ${body.toString('utf8')}`;
  if (code === 200) return { body: `no JSON: ${message}` };
  const quota = code === 429 ? 'insufficient_quota' : message;
  return { status: code, body: { error: { message, type: quota, code: quota, param: message } } };
}

function prompts({ requests }: HttpEndpoint): string {
  return requests.map(({ body }) => body.toString('utf8')).join('\n');
}
