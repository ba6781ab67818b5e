import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ScheduleRequest, ScheduleView } from '../../../client/index.js';
import {
  backfillSchedule,
  createSchedule,
  deleteSchedule,
  listSchedules,
  pauseSchedule,
  showSchedule,
  triggerSchedule,
  unpauseSchedule,
} from '../../../client/index.js';
import type { Manifest } from '../../../client/index.js';
import { workflowBundlePath } from '../../../workers/workflow-bundle.js';
import { repositoryFile } from '../../support/command-line.js';
import { payloadsOf } from '../../support/payloads.js';
import { paidTwice, startSite } from '../../support/site.js';
import type { Site } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

const TABLE = repositoryFile('test/fixtures/tables/adult-train-25.csv');
/** Far enough apart that no slot comes by itself while a test runs. */
const SELDOM = '365d';

describe('a schedule', () => {
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let site: Site;
  let table: string;
  let folder: string;
  /** Run folder of a fit with held-out rows. */
  let judged: string;
  const made: string[] = [];

  beforeAll(async () => {
    temporal = await startTemporal();
    site = await startSite(temporal.address);
    await site.startWorker();
    table = join(site.folder, 'patients.csv');
    await copyFile(TABLE, table);
    folder = (await site.fit({ table, epochs: 1, out: join(site.folder, 'run') })).folder;
    judged = (await site.fit({ table, epochs: 1, heldOut: '0.4', out: join(site.folder, 'judged') })).folder;
  });
  afterAll(async () => {
    await site.close();
    await temporal.stop();
  });

  const out = (name: string): string => join(site.folder, 'outputs', name);
  const ask = (name: string): { name: string; config: Site['config'] } => ({ name, config: site.config });

  async function create(name: string, request: Partial<ScheduleRequest> = {}): Promise<ScheduleView> {
    made.push(name);
    const timing = request.cron || request.every ? {} : { every: SELDOM };
    await mkdir(out(name), { recursive: true });
    return createSchedule({ folder, name, out: out(name), config: site.config, ...timing, ...request });
  }

  /** Triggers a slot and waits until it has ended. */
  async function slotOf(name: string): Promise<ScheduleView['slots'][number]> {
    const { slots: before } = await showSchedule(ask(name));
    // Two slots of one second would be the same slot.
    await sleep(1000 - (Date.now() % 1000));
    await triggerSchedule(ask(name));
    return until(name, ({ slots }) => (ended(slots).length > before.length ? slots.at(-1) : undefined));
  }

  async function until<T>(name: string, seen: (view: ScheduleView) => T | undefined): Promise<T> {
    for (;;) {
      const found = seen(await showSchedule(ask(name)));
      if (found !== undefined) return found;
      await sleep(100);
    }
  }

  const ended = (slots: ScheduleView['slots']): ScheduleView['slots'] =>
    slots.filter(({ finishedAt }) => finishedAt !== null);
  const outputs = (name: string): string[] =>
    readdirSync(out(name))
      .filter((file) => /^\d/.test(file))
      .sort();
  const manifestOf = (name: string, output: string): Manifest =>
    JSON.parse(readFileSync(join(out(name), output, 'manifest.json'), 'utf8')) as Manifest;

  it('writes an output for each slot, with other rows each time, and keeps the newest', async () => {
    await create('often', { every: '1s', rows: 12, keep: 2, where: ['sex = Female'] });
    const view = await until('often', (shown) => (ended(shown.slots).length >= 3 ? shown : undefined));
    await pauseSchedule(ask('often'));
    expect(view.slots.filter(({ outcome }) => !['regenerated', 'running'].includes(outcome))).toEqual([]);
    expect(new Set(view.slots.map(({ slot }) => slot)).size).toBe(view.slots.length);
    const paused = await until('often', (shown) =>
      ended(shown.slots).length === shown.slots.length ? shown : undefined,
    );
    expect(paused).toMatchObject({ paused: true, next: [], keep: 2, when: 'every 1s' });
    // A slot leaves its record before old outputs go.
    await expect.poll(() => outputs('often'), { timeout: 20_000 }).toHaveLength(2);
    const [older, newest] = outputs('often');
    const text = (output: string): string => readFileSync(join(out('often'), output, 'synthetic.csv'), 'utf8');
    expect(text(newest!).trim().split('\n')).toHaveLength(13);
    expect(text(newest!)).not.toContain(',Male,');
    expect(text(newest!)).not.toBe(text(older!));
    expect(readlinkSync(join(out('often'), 'latest'))).toBe(newest);
    expect(readdirSync(join(out('often'), newest!)).sort()).toEqual([
      'manifest.json',
      'report.html',
      'synthetic.csv',
      'theta.json',
      'theta.md',
    ]);
    expect(manifestOf('often', newest!).schedule).toMatchObject({ name: 'often', outcome: 'regenerated' });
  });

  it('writes Parquet where that is asked, and refuses a format that it does not know', async () => {
    await create('columnar', { rows: 9, where: ['sex = Female'], format: 'parquet' });
    await slotOf('columnar');
    const [output] = outputs('columnar');
    expect(manifestOf('columnar', output!)).toMatchObject({ format: 'parquet', rows: { released: 9 } });
    expect(Object.keys(manifestOf('columnar', output!).files)).toContain('synthetic.parquet');
    const file = new Uint8Array(readFileSync(join(out('columnar'), output!, 'synthetic.parquet'))).buffer;
    const rows = (await parquetReadObjects({ file })) as { sex: string }[];
    expect(rows.map(({ sex }) => sex)).toEqual(Array.from({ length: 9 }, () => 'Female'));
    await expect(create('odd', { format: 'xlsx' as 'csv' })).rejects.toThrow(
      /--format is not known.*csv, jsonl, parquet/s,
    );
  });

  it('leaves what is not its own: files of others stay when an old output goes', async () => {
    await create('guest', { keep: 1 });
    await slotOf('guest');
    const [first] = outputs('guest');
    writeFileSync(join(out('guest'), first!, 'notes.txt'), 'mine');
    await mkdir(join(out('guest'), '2020-01-01_00-00-00'));
    writeFileSync(join(out('guest'), '2020-01-01_00-00-00', 'manifest.json'), '{"files":{"a.csv":"0"}}');
    await slotOf('guest');
    expect(outputs('guest')).toHaveLength(3);
    await expect.poll(() => readdirSync(join(out('guest'), first!)), { timeout: 20_000 }).toEqual(['notes.txt']);
    expect(readdirSync(join(out('guest'), '2020-01-01_00-00-00'))).toEqual(['manifest.json']);
  });

  it('fits anew when the table has changed, and only then; a table that is gone is named', async () => {
    await create('follows', { refitIfChanged: true, maxCalls: 8 });
    const calls = site.calls().length;
    expect(await slotOf('follows')).toMatchObject({ outcome: 'regenerated', why: 'the table is unchanged' });
    expect(site.calls().length).toBe(calls);
    const lines = readFileSync(TABLE, 'utf8').trim().split('\n');
    writeFileSync(table, `${[...lines, ...lines.slice(1, 6)].join('\n')}\n`);
    const refitted = await slotOf('follows');
    expect(refitted).toMatchObject({ outcome: 'refitted', why: 'the table changed' });
    const paid = site.calls().length - calls;
    expect(paid).toBeGreaterThan(0);
    expect(paid).toBeLessThanOrEqual(8);
    expect(manifestOf('follows', outputs('follows').at(-1)!)).toMatchObject({ table: { rows: 30 }, calls: paid });
    expect(await slotOf('follows')).toMatchObject({ outcome: 'regenerated', why: 'the table is unchanged' });
    writeFileSync(table, 'other,columns\n1,2\n');
    const newest = readlinkSync(join(out('follows'), 'latest'));
    expect(await slotOf('follows')).toMatchObject({
      outcome: 'failed',
      output: null,
      why: expect.stringMatching(/columns of .*patients\.csv are no longer those of the fit: expected age/) as string,
    });
    expect(readlinkSync(join(out('follows'), 'latest'))).toBe(newest);
    await copyFile(TABLE, table);
  });

  it('fits anew once when the quality of the last output is below the mark', async () => {
    // Rows that no held-out row is like: a classifier finds them easily.
    await create('picky', { folder: judged, refitBelow: 0.9, rows: 20, where: ['age > 50'] });
    const first = await slotOf('picky');
    expect(first.output?.quality).toBeLessThan(0.9);
    expect(readdirSync(join(out('picky'), outputs('picky')[0]!))).toContain('evaluation.json');
    expect(await slotOf('picky')).toMatchObject({
      outcome: 'refitted',
      why: expect.stringContaining('was below the mark 0.9') as string,
    });
    expect(await slotOf('picky')).toMatchObject({
      outcome: 'regenerated',
      why: expect.stringContaining('not repeated until the table changes') as string,
    });
  });

  it('names a refit that is blocked, piles nothing up, and pays nothing twice when the quota is back', async () => {
    await create('poor', { refitIfChanged: true });
    writeFileSync(table, `${readFileSync(TABLE, 'utf8').trim().split('\n').slice(0, -1).join('\n')}\n`);
    const paid = site.calls().length;
    await site.mend({ latencyMs: 20, quotaAfterCalls: 3 });
    const blocked = await slotOf('poor');
    expect(blocked).toMatchObject({ outcome: 'blocked', output: null });
    expect(await slotOf('poor')).toMatchObject({ outcome: 'blocked' });
    await site.mend({});
    expect(await slotOf('poor')).toMatchObject({ outcome: 'refitted' });
    expect(site.calls().slice(paid).length).toBeGreaterThan(3);
    expect(paidTwice(site.calls().slice(paid))).toEqual([]);
    await copyFile(TABLE, table);
  });

  it('skips a slot that falls due while another is at work, and counts it', async () => {
    // Longer than the three slots that have to pass.
    await site.mend({ latencyMs: 4000 });
    writeFileSync(table, `${readFileSync(TABLE, 'utf8').trim().split('\n').slice(0, -2).join('\n')}\n`);
    await create('slow', { every: '1s', refitIfChanged: true });
    const { counts } = await until('slow', (view) => (view.counts.skipped >= 2 ? view : undefined));
    await deleteSchedule(ask('slow'));
    await site.mend({});
    await copyFile(TABLE, table);
    expect(counts.started).toBeGreaterThan(0);
  });

  it('does no slot twice: a backfill leaves those alone that have their output', async () => {
    await create('past', { every: '10s' });
    await pauseSchedule(ask('past'));
    const end = Math.floor(Date.now() / 10_000) * 10_000 - 60_000;
    const span = { from: new Date(end - 21_000).toISOString(), to: new Date(end + 1000).toISOString() };
    // One may have fallen due before the schedule was paused.
    const past = (slots: ScheduleView['slots'], count: number): ScheduleView['slots'] | undefined => {
      const found = ended(slots).filter(({ slot }) => slot <= span.to);
      return found.length === count ? found : undefined;
    };
    await backfillSchedule({ ...ask('past'), ...span });
    const first = await until('past', ({ slots }) => past(slots, 3));
    expect(first.map(({ outcome }) => outcome)).toEqual(['regenerated', 'regenerated', 'regenerated']);
    const before = outputs('past').map((output) => readFileSync(join(out('past'), output, 'manifest.json'), 'utf8'));
    await backfillSchedule({ ...ask('past'), ...span });
    const both = await until('past', ({ slots }) => past(slots, 6));
    expect(both.slice(3).map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(outputs('past').map((output) => readFileSync(join(out('past'), output, 'manifest.json'), 'utf8'))).toEqual(
      before,
    );
  });

  it('is listed, held, let go on and removed', async () => {
    const { next } = await create('daily', { cron: '0 6 * * *', timeZone: 'Europe/Vienna', jitter: '5m' });
    expect(next).toHaveLength(3);
    expect(next[0]).toMatch(/T0[45]:0\d:/);
    await pauseSchedule({ ...ask('daily'), note: 'holidays' });
    // The server lists a new schedule a moment later.
    await vi.waitFor(async () => {
      const lines = await listSchedules({ config: site.config });
      expect(lines.find(({ name }) => name === 'daily')).toMatchObject({
        paused: true,
        folder,
        when: 'cron "0 6 * * *" Europe/Vienna, up to 5m later',
      });
    }, 10_000);
    await unpauseSchedule(ask('daily'));
    expect((await showSchedule(ask('daily'))).paused).toBe(false);
    await deleteSchedule(ask('daily'));
    await expect(showSchedule(ask('daily'))).rejects.toThrow(/no schedule "daily": expected one of .*often/);
  });

  it.each<{ what: string; request: Partial<ScheduleRequest>; message: RegExp }>([
    {
      what: 'a name that is taken',
      request: { name: 'often' },
      message: /is a schedule "often" already.*schedule delete/,
    },
    {
      what: 'another’s folder',
      request: { out: '' },
      message: /holds the outputs of another schedule.*got outputs of "often"/,
    },
    {
      what: 'a bad interval',
      request: { every: '6 hours' },
      message: /--every .*expected a number and s, m, h or d.*6 hours/,
    },
    { what: 'a bad cron', request: { cron: '61 6 * * *' }, message: /--cron is not an expression.*61 6/ },
    {
      what: 'a bad zone',
      request: { cron: '0 6 * * *', timeZone: 'Europe/Wien' },
      message: /IANA name.*got Europe\/Wien/,
    },
    {
      what: 'both timings',
      request: { every: '1h', cron: '0 6 * * *' },
      message: /expected one of --every and --cron, got both/,
    },
    {
      what: 'a mark without held-out rows',
      request: { refitBelow: 0.5 },
      message: /--refit-below needs held-out rows/,
    },
    { what: 'a mark out of range', request: { refitBelow: 2 }, message: /--refit-below is out of range/ },
    { what: 'no fit', request: { folder: '/nowhere' }, message: /\/nowhere is not a run folder/ },
  ])('refuses $what', async ({ request, message }) => {
    const given = request.out === '' ? { ...request, out: out('often') } : request;
    await expect(create('refused', given)).rejects.toThrow(message);
  });

  it('leaves histories that replay, with small payloads and no real row', async () => {
    const rows = readFileSync(TABLE, 'utf8').trim().split('\n').slice(1);
    const types = new Set<string>();
    const histories: { workflowId: string; history: { events: object[] } }[] = [];
    for await (const { workflowId, type, status } of site.client.workflow.list()) {
      if (!workflowId.startsWith('regenerate-') || status.name === 'RUNNING') continue;
      types.add(`${type} ${status.name}`);
      const history = await site.client.workflow.getHandle(workflowId).fetchHistory();
      histories.push({ workflowId, history: JSON.parse(historyToJSON(history)) as { events: object[] } });
    }
    for await (const { error } of Worker.runReplayHistories(
      { workflowBundle: { codePath: workflowBundlePath() } },
      histories,
    ))
      expect(error).toBeUndefined();
    const payloads = histories.flatMap(({ history }) => payloadsOf(history));
    expect(Math.max(...payloads.map((data) => data.length))).toBeLessThan(32 * 1024);
    expect(rows.filter((row) => payloads.join('\n').includes(row))).toEqual([]);
    expect([...types].sort()).toEqual(['regenerate COMPLETED', 'regenerate FAILED']);
  });
});
