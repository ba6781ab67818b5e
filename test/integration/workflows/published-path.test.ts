import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FitOutcome } from '../../../client/index.js';
import { requireRunRecord } from '../../../client/runs/run-folder.js';
import type { StoredRows } from '../../../mallm/fit/plan.js';
import { parseCsv } from '../../../mallm/table/formats/csv.js';
import { findObject } from '../../../store/object.js';
import { storeOpener } from '../../../workers/stores.js';
import type { SampleInput } from '../../../workflows/contract.js';
import type { RecordingModel, SeenChat } from '../../support/recording-model.js';
import { startRecordingModel } from '../../support/recording-model.js';
import { repositoryFile } from '../../support/repository.js';
import type { Site } from '../../support/site.js';
import { startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

/*
 * What a model endpoint sees of a fit with preset `paper`, end to end: the endpoint keeps every request, and the test
 * reads them without the product's code.
 */

const ADULT = repositoryFile('test/fixtures/tables/adult-train-100.csv');

let temporal: Awaited<ReturnType<typeof startTemporal>>;
let model: RecordingModel;
let site: Site;

beforeAll(async () => {
  temporal = await startTemporal();
  model = await startRecordingModel();
  site = await startSite(temporal.address, { baseURL: model.url });
  await site.startWorker();
});
afterAll(async () => {
  await site.close();
  await model.close();
  await temporal.stop();
});

const textOf = ({ messages }: SeenChat): string => messages.map(({ content }) => content).join('\n');
const isOptimizer = (chat: SeenChat): boolean => textOf(chat).includes('\n## Trials\n');

/** The real rows that a prompt shows, each as its cells in the order of the table, joined by commas. */
function examplesOf(chat: SeenChat): string[] {
  const section = textOf(chat).split('\n## Real rows\n')[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => Object.values(JSON.parse(line) as Record<string, unknown>).join());
}

describe('a fit with preset paper', () => {
  let outcome: FitOutcome;
  let calls: { generator: SeenChat[]; optimizer: SeenChat[]; final: SeenChat[] };
  /** Prompts write numbers in their shortest form: 51.0 in the table is 51. */
  const shortest = (cell: string): string => (Number.isNaN(Number(cell)) ? cell : String(Number(cell)));
  const rowsOf = (path: string): string[] =>
    parseCsv(readFileSync(path)).records.map((record) => record.map(shortest).join());

  beforeAll(async () => {
    outcome = await site.fit({
      ...{ table: ADULT, preset: 'paper', draw: 'model', out: join(site.folder, 'paper') },
      ...{ epochs: undefined, rowsPerTheta: undefined, rowsPerRequest: undefined, patience: undefined },
    });
    const { fitted } = await requireRunRecord(outcome.folder);
    const ofFit = model.chats.slice(0, fitted!.spending.calls);
    calls = {
      generator: ofFit.filter((chat) => !isOptimizer(chat)),
      optimizer: ofFit.filter(isOptimizer),
      final: model.chats.slice(fitted!.spending.calls),
    };
  });

  it('shows every training row once as an example in the final pass', () => {
    expect(outcome.manifest.options).toMatchObject({ preset: 'paper', examplesPerPrompt: 1, patience: 5 });
    expect(model.chats).toHaveLength(outcome.manifest.calls);
    const shown = calls.final.slice(0, 100).flatMap(examplesOf);
    expect([...shown].sort()).toEqual(rowsOf(ADULT).sort());
    expect(shown).not.toEqual(rowsOf(ADULT));
  });

  it('releases a row for each training row, all of the model', () => {
    expect(outcome.manifest).toMatchObject({ draw: 'model', rows: { asked: 100, released: 100 }, shortfall: null });
    expect(rowsOf(join(outcome.folder, 'synthetic.csv'))).toHaveLength(100);
  });

  it('asks for each row by one example, in batches of fifty, and for a θ between them', () => {
    const { trajectory } = outcome.manifest;
    expect(trajectory.length).toBeGreaterThanOrEqual(6);
    expect(trajectory.length).toBeLessThanOrEqual(10);
    expect(calls.generator).toHaveLength(50 * trajectory.length);
    for (const chat of [...calls.generator, ...calls.final]) {
      expect(examplesOf(chat)).toHaveLength(1);
      expect(textOf(chat)).toContain('\nMake 1 new rows.\n');
    }
    const repairs = calls.optimizer.filter(({ messages }) => messages.length > 2);
    expect(calls.optimizer.length - repairs.length).toBe(trajectory.length - 1);
  });

  it('samples the generator at 0.5 and the optimizer at 1', () => {
    expect(new Set([...calls.generator, ...calls.final].map(({ temperature }) => temperature))).toEqual(new Set([0.5]));
    expect(new Set(calls.optimizer.map(({ temperature }) => temperature))).toEqual(new Set([1]));
  });

  it('names the score to aim at, and asks the optimizer for three steps', () => {
    expect(model.chats.filter((chat) => !/aim at (a score of|is) 50 %/i.test(textOf(chat)))).toEqual([]);
    expect(calls.optimizer.every((chat) => /\n1\. .*\n2\. .*\n3\. /.test(chat.messages[0]!.content))).toBe(true);
  });

  it('shows the optimizer at most three pairs, the best last, by the accuracy, and no real row', () => {
    const scores = calls.optimizer.map((chat) =>
      [...textOf(chat).matchAll(/^### Trial \d+: the classifier was right in (\d+\.\d) % of cases$/gm)].map(
        ([, percent]) => Number(percent),
      ),
    );
    expect(Math.max(...scores.map(({ length }) => length))).toBe(3);
    expect(scores.filter((of) => of.length === 0)).toEqual([]);
    for (const of of scores) expect(of).toEqual([...of].sort((a, b) => b - a));
    expect(scores.some((of) => of[0]! > of.at(-1)!)).toBe(true);
    expect(calls.optimizer.flatMap(examplesOf)).toEqual([]);
  });

  it('walks on from shard to shard, so that a table in shards shows every row once too', async () => {
    const { runId } = outcome.manifest;
    const history = await site.client.workflow.getHandle(`sample-${runId}-first`).fetchHistory();
    const payload = history.events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads![0]!;
    const input = JSON.parse(Buffer.from(payload.data!).toString('utf8')) as SampleInput;
    await site.client.workflow.execute('generateSyntheticData', {
      workflowId: `sample-${runId}-shards`,
      taskQueue: site.config.taskQueue,
      args: [{ ...input, sampleId: 'shards', rowsPerShard: 30 }],
    });
    const store = storeOpener(site.config)(input.store);
    const shown: number[][] = [];
    for (let shard = 0; shard < 4; shard++) {
      const ofShard: number[] = [];
      for await (const { key } of store.list(`runs/${runId}/rows/sample-shards-s${shard}-r1/`)) {
        const rows = await findObject<StoredRows>(store, key);
        ofShard.push(...rows!.calls.flatMap((call) => call.shown));
      }
      shown.push(ofShard);
    }
    expect(shown.map(({ length }) => length)).toEqual([30, 30, 30, 10]);
    expect(shown.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, row) => row));
  });
});

describe('rows held out by a share', () => {
  const sites = Array.from({ length: 100 }, (_, row) => (row % 2 ? `unique-site-${row}` : `site-${row % 4}`));
  const lines = sites.map((name, row) => `${name},${20 + ((row * 7) % 60)},${(row * 11) % 3 === 0 ? 'yes' : 'no'}`);

  it.each(['default', 'paper'] as const)('leave no label of theirs in any prompt of preset %s', async (preset) => {
    const table = join(site.folder, 'sites.csv');
    writeFileSync(table, ['site,age,outcome', ...lines, ''].join('\n'));
    const before = model.chats.length;
    // Rare labels stay as they are: pooled ones would be in no prompt anyway.
    const size = { epochs: 1, rowsPerTheta: 20, rowsPerRequest: 5, examplesPerPrompt: 5 };
    const request = { preset, heldOut: '0.2', minCount: 1, ...size };
    const out = join(site.folder, `sites-${preset}`);
    const { manifest } = await site.fit({ ...request, table, target: 'outcome', draw: 'model', out });
    const text = model.chats.slice(before).map(textOf).join('\n');
    const missing = sites.filter((name) => !text.includes(JSON.stringify(name)));
    // Twenty of a hundred rows are held out; about half of them have a label of their own.
    expect(missing.length).toBeGreaterThanOrEqual(5);
    expect(missing.length).toBeLessThanOrEqual(20);
    const record = await requireRunRecord(out);
    const store = storeOpener(site.config)(record.store);
    const heldOut: string[] = [];
    for await (const { key } of store.list(`runs/${manifest.runId}/`))
      if (key.includes('held-out')) heldOut.push(...(await findObject<string[][]>(store, key))!.map((row) => row[0]!));
    expect(heldOut).toHaveLength(20);
    expect(heldOut.filter((name) => name.startsWith('unique')).sort()).toEqual([...missing].sort());
    expect(JSON.parse(readFileSync(join(out, 'evaluation.json'), 'utf8'))).toHaveProperty('utility');
  });
});
