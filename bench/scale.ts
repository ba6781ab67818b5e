/**
 * Batch generation at scale: time, rate, memory of each process and events of a draw of `--rows` rows from a refined
 * generator, with the worker and the client killed (SIGKILL) at a third of the way and the Temporal server and the worker
 * at two thirds; then every hash of the manifest is checked. A smaller table (`--compare`) is drawn twice, undisturbed
 * and with the same kills, and both have to be the same.
 *
 *   npm run bench:scale -- [--rows 1000000] [--compare 100000] [--train FILE --target COLUMN]
 */
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Manifest } from '../mallm/fit/manifest.js';
import { GENERATE_SHARD, GENERATE_SYNTHETIC_DATA, ROWS_PER_SHARD } from '../workflows/contract.js';
import type { Memory, ScaleSite } from './scale-site.js';
import { startScaleSite } from './scale-site.js';

const EARLY_ROWS = 100_000;

interface Draw {
  seconds: number;
  /** Until the first 100,000 rows were stored, and in all. */
  early: Memory | null;
  peak: Memory;
  manifest: Manifest;
  file: string;
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    compare: { type: 'string', default: '100000' },
    train: { type: 'string', default: 'test/fixtures/tables/insurance-train-100.csv' },
    target: { type: 'string', default: 'charges' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'mallm-gan-scale-'));
const fitFolder = join(folder, 'fit');
try {
  await main(Number(values.rows), Number(values.compare));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(rows: number, compared: number): Promise<void> {
  await onSite('first', async (site) => {
    await site.command([
      'fit',
      values.train,
      '--target',
      values.target,
      '--out',
      fitFolder,
      '--epochs',
      '1',
      '--quiet',
    ]);
    const large = await draw(site, rows, 'large.csv', 2);
    print(`${rows} rows, two kills on the way, ${availableParallelism()} cores`, large);
    await check(large, rows);
    printEvents(await site.events());
  });
  const calm = await onSite('second', (site) => draw(site, compared, 'calm.csv', 0));
  forgetParts(calm.manifest);
  const disturbed = await onSite('third', (site) => draw(site, compared, 'disturbed.csv', 2));
  print(`${compared} rows, undisturbed`, calm);
  const same = readFileSync(calm.file).equals(readFileSync(disturbed.file));
  console.log(
    `the same ${compared} rows with two kills on the way: ${same ? 'identical, byte for byte' : 'DIFFERENT'}`,
  );
  if (!same) process.exitCode = 1;
}

/** A server with a database of its own over the same store; nothing of it is left running. */
async function onSite<T>(name: string, work: (site: ScaleSite) => Promise<T>): Promise<T> {
  const site = await startScaleSite(folder, name);
  try {
    return await work(site);
  } finally {
    await site.close();
  }
}

/** Draws a table; at each third of the way but the last something is killed and started again. */
async function draw(site: ScaleSite, rows: number, name: string, kills: number): Promise<Draw> {
  const file = join(folder, name);
  const args = ['sample', fitFolder, '--rows', String(rows), '--out', file, '--quiet'];
  const shards = rows / ROWS_PER_SHARD;
  const began = Date.now();
  let early: Memory | null = null;
  let killed = 0;
  site.forget();
  let client = site.start(args);
  let code: number | null | undefined;
  void client.ended.then((ended) => (code = ended));
  while (code === undefined) {
    await sleep(200);
    const stored = site.shardsStored();
    if (stored >= EARLY_ROWS / ROWS_PER_SHARD) early ??= site.peaks();
    if (killed === kills || stored < ((killed + 1) * shards) / 3) continue;
    killed++;
    const half = killed === 1;
    if (half) client.child.kill('SIGKILL');
    else await site.killServer();
    await site.killWorker();
    if (!half) continue;
    await client.ended;
    code = undefined;
    client = site.start(args);
    void client.ended.then((ended) => (code = ended));
  }
  if (code !== 0 || killed !== kills) throw new Error(`sample ended with ${code} after ${killed} kills`);
  const manifest = JSON.parse(readFileSync(`${file}.manifest.json`, 'utf8')) as Manifest;
  return { seconds: (Date.now() - began) / 1000, early, peak: site.peaks(), manifest, file };
}

/** Every hash of the manifest, the number of rows, and what may not be in it. */
async function check({ manifest, file }: Draw, rows: number): Promise<void> {
  const { parts, files, repeats } = manifest;
  const store = join(folder, 'store');
  const wrong = parts.filter(({ key, sha256 }) => sha256Of(readFileSync(join(store, key))) !== sha256);
  const whole = createHash('sha256');
  let lines = -1;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    whole.update(chunk);
    for (const byte of chunk) if (byte === 0x0a) lines++;
  }
  const isTrue = wrong.length === 0 && whole.digest('hex') === Object.values(files)[0];
  console.log(
    `hashes: ${parts.length} parts and the table ${isTrue ? 'true' : 'NOT TRUE'}; rows in the file: ${lines}`,
  );
  console.log(
    `repeats: ${repeats.repeated} rows equal an earlier one (${repeats.acrossParts} of another part), ${repeats.ofTraining} a training row`,
  );
  if (!isTrue || lines !== rows || repeats.ofTraining > 0) process.exitCode = 1;
}

function print(title: string, { seconds, early, peak, manifest }: Draw): void {
  const rate = Math.round(manifest.rows.released / seconds);
  console.log(`\n${title}: ${seconds.toFixed(0)} s, ${rate} rows a second, file and manifest written`);
  console.log('| process | peak MB until 100,000 rows | peak MB in all |\n| --- | --- | --- |');
  for (const role of ['client', 'worker', 'server'] as const) {
    console.log(`| ${role} | ${early ? early[role].toFixed(0) : '–'} | ${peak[role].toFixed(0)} |`);
  }
}

function printEvents(all: { type: string; events: number; bytes: number }[]): void {
  for (const type of [GENERATE_SYNTHETIC_DATA, GENERATE_SHARD]) {
    const runs = all.filter((run) => run.type === type);
    const most = Math.max(...runs.map(({ events }) => events));
    const bytes = Math.max(...runs.map((run) => run.bytes));
    console.log(`${type}: ${runs.length} runs, at most ${most} events and ${(bytes / 1024).toFixed(0)} kB each`);
  }
}

/** What was drawn is put aside, so that it has to be drawn again. */
function forgetParts({ parts }: Manifest): void {
  const samples = join(folder, 'store', parts[0]!.key, '..');
  renameSync(samples, join(folder, 'aside'));
}

function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
