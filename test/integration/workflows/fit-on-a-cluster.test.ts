import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { WorkflowFailedError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FitOutcome } from '../../../client/index.js';
import { fit, sample } from '../../../client/index.js';
import { parseCsv } from '../../../mallm/table/formats/csv.js';
import { EVALUATE_SYNTHETIC_DATA } from '../../../workflows/contract.js';
import { workflowBundlePath } from '../../../workers/workflow-bundle.js';
import type { Cluster } from '../../support/cluster.js';
import { startCluster, TEST_KEY } from '../../support/cluster.js';
import { repositoryFile } from '../../support/command-line.js';
import { payloadsOf } from '../../support/payloads.js';

const TABLE = repositoryFile('test/fixtures/tables/insurance-train-100.csv');
const LARGEST_PAYLOAD = 32 * 1024;

interface Event {
  activityTaskScheduledEventAttributes?: { activityType: { name: string } };
}

describe('a fit on a Temporal server of its own', () => {
  let cluster: Cluster;
  let outcome: FitOutcome;
  const histories: { id: string; history: { events: Event[] } }[] = [];

  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.startWorker();
    const { config, folder } = cluster;
    outcome = await fit({
      table: TABLE,
      target: 'charges',
      out: join(folder, 'out'),
      heldOut: '0.2',
      epochs: 3,
      config,
    });
    await sample({ folder: outcome.folder, rows: 30, draw: 'model', config });
    for await (const { workflowId } of cluster.client.workflow.list()) {
      const history = await cluster.client.workflow.getHandle(workflowId).fetchHistory();
      histories.push({ id: workflowId, history: JSON.parse(historyToJSON(history)) as { events: Event[] } });
    }
  });
  afterAll(() => cluster.close());

  it('runs every workflow and leaves the results', () => {
    expect(histories.map(({ id }) => id.split('-')[0]).sort()).toEqual(['evaluate', 'fit', 'sample', 'sample']);
    expect(outcome.manifest.rows.released).toBe(80);
  });

  it('keeps every payload small', () => {
    const payloads = histories.flatMap(({ history }) => payloadsOf(history));
    expect(payloads.length).toBeGreaterThan(20);
    expect(Math.max(...payloads.map((data) => data.length))).toBeLessThan(LARGEST_PAYLOAD);
  });

  it('keeps real rows, prompts and the key out of the history', () => {
    const text = histories.flatMap(({ history }) => [JSON.stringify(history), ...payloadsOf(history)]).join('\n');
    expect(text).toContain('sha256');
    expect(text).not.toContain(TEST_KEY);
    expect(text).not.toContain('## Real rows');
    const { records, header } = parseCsv(readFileSync(TABLE));
    const charges = header.indexOf('charges');
    expect(records.filter((record) => text.includes(record[charges]!))).toEqual([]);
  });

  it('makes a step of few calls of two activities, six events each', () => {
    const { history } = histories.find(({ id }) => id.startsWith('fit-'))!;
    const scheduled = history.events.flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
    expect(scheduled.map(({ activityType }) => activityType.name)).toEqual([
      ...['firstTheta', 'generateRows', 'scoreBatch'],
      ...['proposeThetas', 'scoreBatch'],
      ...['proposeThetas', 'scoreBatch'],
    ]);
    const startAndEnd = 5;
    expect(history.events.length).toBeLessThanOrEqual(6 * scheduled.length + startAndEnd);
  });

  it('refuses inputs that name another store or the objects of another run, once and for all', async () => {
    const { folder, client, config } = cluster;
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    const plan = { uri: 'runs/theirs/plan-0.json', sha256: '0'.repeat(64), bytes: 1 };
    const ask = { sampleId: 'x', rows: 1, seed: 1, parts: plan, store: config.store!, plan };
    for (const [input, reason] of [
      [{ ...ask, runId: 'theirs', store: pathToFileURL(elsewhere).href }, /no place that may be read and written here/],
      [{ ...ask, runId: 'mine' }, /expected a key below runs\/mine\//],
    ] as const) {
      const options = {
        taskQueue: config.taskQueue,
        workflowId: `evaluate-${input.store}-${input.runId}`,
        args: [input],
      };
      const failure: unknown = await client.workflow
        .execute(EVALUATE_SYNTHETIC_DATA, options)
        .catch((error: unknown) => (error as WorkflowFailedError).cause?.cause);
      expect(failure).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
      expect((failure as Error).message).toMatch(reason);
    }
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('replays', async () => {
    for (const { id, history } of histories) {
      await Worker.runReplayHistory({ workflowBundle: { codePath: workflowBundlePath() } }, history, id);
    }
  });
});
