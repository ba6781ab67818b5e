import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SampleRequest } from '../../../client/index.js';
import { sample, status } from '../../../client/index.js';
import { parseCsv } from '../../../mallm/table/formats/csv.js';
import type { Manifest } from '../../../mallm/fit/manifest.js';
import type { Progress, SampleInput, SampleResult } from '../../../workflows/contract.js';
import { GENERATE_SYNTHETIC_DATA } from '../../../workflows/contract.js';
import { eventsOfRuns, payloadsOf } from '../../support/payloads.js';
import type { Site } from '../../support/site.js';
import { startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

/** Sixty rows with a key, missing cells and a number that differs by row. */
const TABLE = `id,age,sex,bmi,outcome\n${Array.from(
  { length: 60 },
  (_, i) =>
    `P-${1000 + 7 * i},${20 + ((i * 37) % 60)},${i % 3 ? 'F' : 'M'},${i % 9 ? (18 + ((i * 53) % 170) / 10).toFixed(1) : ''},${i % 4 > 1 ? 'yes' : 'no'}`,
).join('\n')}\n`;

describe('sampling from a finished fit', () => {
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let site: Site;
  let runId: string;
  const folder = () => join(site.folder, 'out');
  const file = (name: string) => join(site.folder, name);
  const ask = (request: Partial<SampleRequest>) =>
    sample({ folder: folder(), rows: 100, config: site.config, ...request });
  const read = (path: string) => parseCsv(readFileSync(path));
  const stored = (sampleId: string) => {
    const path = join(fileURLToPath(site.config.store!), 'runs', runId, 'samples', sampleId);
    return {
      path,
      parts: () =>
        readdirSync(path)
          .filter((name) => name.endsWith('.csv'))
          .sort(),
    };
  };

  beforeAll(async () => {
    temporal = await startTemporal();
    site = await startSite(temporal.address);
    await site.startWorker();
    writeFileSync(file('clinic.csv'), TABLE);
    const { manifest } = await site.fit({ table: file('clinic.csv'), target: 'outcome', epochs: 1 });
    ({ runId } = manifest);
  });
  afterAll(async () => {
    await site.close();
    await temporal.stop();
  });

  /** A draw in shards of ten rows, by the workflow itself. */
  async function inSmallShards(
    name: string,
    change: Partial<SampleInput>,
  ): Promise<{ result: SampleResult; id: string }> {
    const first = await site.client.workflow.getHandle(`sample-${runId}-first`).fetchHistory();
    const payload = first.events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads![0]!;
    const input = JSON.parse(Buffer.from(payload.data!).toString('utf8')) as SampleInput;
    const id = `sample-${runId}-${name}`;
    const result = (await site.client.workflow.execute(GENERATE_SYNTHETIC_DATA, {
      workflowId: id,
      taskQueue: site.config.taskQueue,
      args: [{ ...input, sampleId: name, rowsPerShard: 10, ...change }],
    })) as SampleResult;
    return { result, id };
  }

  it('writes the same rows as CSV, JSON Lines and Parquet, with a manifest whose hashes are true', async () => {
    const { manifest } = await ask({ rows: 300, out: file('a.csv') });
    const { header, records } = read(file('a.csv'));
    const drawnOnce = stored(manifest.sampleId).parts();
    await ask({ rows: 300, out: file('a.jsonl') });
    await ask({ rows: 300, out: file('a.bin'), format: 'parquet' });
    expect(stored(manifest.sampleId).parts()).toEqual(drawnOnce);

    const lines = readFileSync(file('a.jsonl'), 'utf8').trim().split('\n');
    const texts = (cells: unknown[]) =>
      cells.map((cell) =>
        cell === null ? '' : cell === true ? 'yes' : cell === false ? 'no' : `${cell as string | number}`,
      );
    const numeric = (record: string[]) =>
      record.map((text, i) => (header[i] === 'bmi' && text !== '' ? String(Number(text)) : text));
    expect(lines.map((line) => texts(Object.values(JSON.parse(line) as object)))).toEqual(records.map(numeric));
    const bytes = readFileSync(file('a.bin'));
    const back = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
    expect(back.map((object) => texts(Object.values(object)))).toEqual(records.map(numeric));

    for (const name of ['a.csv', 'a.jsonl', 'a.bin']) {
      const told = JSON.parse(readFileSync(file(`${name}.manifest.json`), 'utf8')) as Manifest;
      expect(told.files).toEqual({
        [name]: createHash('sha256')
          .update(readFileSync(file(name)))
          .digest('hex'),
      });
      expect(told.parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(300);
      const body = told.parts.map(({ key, sha256, bytes: length }) => {
        const part = readFileSync(join(fileURLToPath(site.config.store!), key));
        expect([createHash('sha256').update(part).digest('hex'), part.length]).toEqual([sha256, length]);
        return part.toString('utf8');
      });
      expect(readFileSync(file('a.csv'), 'utf8')).toBe(`${header.join(',')}\n${body.join('')}`);
    }
  });

  it('does nothing when the same request finds its file, and refuses any other file that is there', async () => {
    const { manifest } = await ask({ rows: 120, out: file('b.csv') });
    const { mtimeMs } = statSync(file('b.csv'));
    expect((await ask({ rows: 120, out: file('b.csv') })).manifest).toEqual(manifest);
    expect(statSync(file('b.csv')).mtimeMs).toBe(mtimeMs);
    for (const other of [{ rows: 121 }, { rows: 120, format: 'jsonl' as const }, { rows: 120, where: ['age > 40'] }]) {
      await expect(ask({ out: file('b.csv'), ...other })).rejects.toThrow(/there is already a file .*b\.csv.*--out/s);
    }
    writeFileSync(file('mine.csv'), 'precious');
    await expect(ask({ out: file('mine.csv') })).rejects.toThrow(/already a file/);
    expect(readFileSync(file('mine.csv'), 'utf8')).toBe('precious');
    writeFileSync(file('b.csv'), 'changed by hand');
    await expect(ask({ rows: 120, out: file('b.csv') })).rejects.toThrow(/already a file/);
  });

  it('says at once that a place cannot be written, and leaves no half file when the disk is full', async () => {
    writeFileSync(file('plain'), '');
    await expect(ask({ out: join(file('plain'), 'x.csv') })).rejects.toThrow(
      /cannot write .*plain: got there is a file of that name/s,
    );
    mkdirSync(file('full'));
    const main = resolve(import.meta.dirname, '../../../dist/scripts/main.js');
    const command = `ulimit -f 130; exec "${process.execPath}" "${main}" sample "${folder()}" --rows 8000 --out "${file('full')}/x.csv"`;
    const env = {
      PATH: process.env.PATH,
      TEMPORAL_ADDRESS: temporal.address,
      MALLM_TASK_QUEUE: site.config.taskQueue,
      MALLM_HOME: site.config.home,
    };
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((ended) =>
      execFile('sh', ['-c', command], { env }, (error, _, text) => ended({ code: error?.code, stderr: text })),
    );
    expect(stderr).toMatch(/error: cannot write .*x\.csv: got the file would be larger than is allowed here/);
    expect(code).toBe(1);
    expect(readdirSync(file('full'))).toEqual([]);
    await ask({ rows: 8000, out: join(file('full'), 'x.csv') });
    expect(read(join(file('full'), 'x.csv')).records).toHaveLength(8000);
  });

  it('goes on where it stopped, on another server too: what is stored is not drawn again', async () => {
    const { result, id } = await inSmallShards('again', { rows: 95 });
    const { path } = stored('again');
    const written = () =>
      readdirSync(path)
        .filter((name) => name.startsWith('part'))
        .map((name) => [name, statSync(join(path, name)).mtimeMs]);
    const before = written();
    rmSync(join(path, 'shards', readdirSync(join(path, 'shards'))[3]!));
    const second = await inSmallShards('again', { rows: 95 });
    expect(second.id).toBe(id);
    expect(second.result).toEqual(result);
    expect(written()).toEqual(before);
  });

  it('gives every row a key of its own over all shards, none of the data, and counts repeats across them', async () => {
    const { result } = await inSmallShards('keys', { rows: 400 });
    const parts = stored('keys')
      .parts()
      .map((name) => readFileSync(join(stored('keys').path, name), 'utf8'));
    const records = parts.map((part) =>
      part
        .trim()
        .split('\n')
        .map((line) => line.split(',')),
    );
    const keys = records.flat().map(([key]) => key!);
    expect(new Set(keys).size).toBe(400);
    expect(keys.filter((key) => TABLE.includes(`${key},`))).toEqual([]);
    const real = new Set(TABLE.split('\n').map((line) => line.slice(line.indexOf(',') + 1)));
    const seen = new Map<string, number>();
    const counted = { ofTraining: 0, repeated: 0, acrossParts: 0, byNature: false };
    for (const [part, rows] of records.entries()) {
      for (const [, ...cells] of rows) {
        const content = cells.join(',');
        const first = seen.get(content);
        if (first === undefined) seen.set(content, part);
        else counted.repeated++;
        if (first !== undefined && first !== part) counted.acrossParts++;
        if (real.has(content)) counted.ofTraining++;
      }
    }
    expect(result.repeats).toEqual(counted);
    expect(counted.repeated).toBeGreaterThan(0);
    expect(counted.ofTraining).toBe(0);
  });

  it('keeps history and payloads bounded over many shards', async () => {
    const { result, id } = await inSmallShards('long', { rows: 1500 });
    expect(result.released).toBe(1500);
    const runs = await eventsOfRuns(site.client, id);
    expect(runs.length).toBeGreaterThan(1);
    expect(Math.max(...runs.map((events) => events.length))).toBeLessThan(600);
    expect(Math.max(...payloadsOf(runs).map((data) => data.length))).toBeLessThan(4096);
  });

  it('satisfies conditions on every row of every shard', async () => {
    const { result } = await inSmallShards('where', {
      rows: 50,
      conditions: { sex: { is: 'equal', value: 'M' }, age: { is: 'range', min: 40, exclusive: ['min'] } },
    });
    expect(result).toMatchObject({ released: 50, shortfall: null });
    const lines = stored('where')
      .parts()
      .flatMap((name) =>
        readFileSync(join(stored('where').path, name), 'utf8')
          .trim()
          .split('\n'),
      );
    expect(lines.map((line) => line.split(',')[2])).toEqual(Array(50).fill('M'));
    expect(lines.filter((line) => Number(line.split(',')[1]) <= 40)).toEqual([]);
  });

  it('says why rows are missing, and does not go on where none can come', async () => {
    const { result } = await inSmallShards('none', {
      rows: 1000,
      conditions: { bmi: { is: 'equal', value: 99.9 } },
    });
    expect(result).toMatchObject({ released: 0, asked: 1000 });
    expect(result.shortfall).toMatch(/^no training or model row has "bmi" = 99\.9, .*\(8 of 8 parts\)$/);
  });

  it('lets the model repeat no row of another shard', async () => {
    const { result } = await inSmallShards('model', { draw: 'model', rows: 20 });
    expect(result.repeats).toMatchObject({ repeated: 0, ofTraining: 0 });
    expect(result.released).toBe(20);
  });

  it('shows rate and time left, to who waits and in the status', async () => {
    const shown: Progress[] = [];
    let seen: Awaited<ReturnType<typeof status>> | undefined;
    await ask({
      rows: 20_000,
      out: file('rate.csv'),
      onProgress: (progress) => {
        shown.push(progress);
        if (progress.phase === 'sample')
          void status({ folder: folder(), config: site.config }).then((now) => (seen ??= now));
      },
    });
    expect(shown.map(({ phase }) => phase)).toContain('sample');
    expect(shown.filter(({ rows }) => rows!.perSecond! > 0).length).toBeGreaterThan(0);
    expect(shown.at(-1)).toMatchObject({ phase: 'write', rows: { asked: 20_000, released: 20_000 } });
    expect(seen).toMatchObject({ finished: true, drawing: [{ phase: 'sample', rows: { asked: 20_000 } }] });
    expect(existsSync(file('rate.csv'))).toBe(true);
  });
});
