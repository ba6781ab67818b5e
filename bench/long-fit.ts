/**
 * A fit of thousands of steps: events of each history, memory of the worker, time of a step, and size of the state.
 *
 *   npm run bench:long-fit -- [--epochs 200] [--every 200]
 *
 * 100 rows of Adult in batches of 5, so 20 steps an epoch; each step one θ, one request of six rows, logistic regression.
 * Server, worker and simulated model (latency 0) are real, the worker a process of its own. Compared with the server's warning
 * at 10,240 events, and with the worker's memory and the time of a step in the first tenth of the same run.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { fit } from '../client/runs/fit.js';
import { readConfig } from '../config/index.js';
import { startSimulator } from '../simulator/index.js';
import { openWorkplace, repositoryFile } from '../test/support/command-line.js';
import { startTemporal } from '../test/support/temporal.js';
import type { Progress } from '../workflows/contract.js';

const WARNING_EVENTS = 10_240;
const BATCHES = 20;
const SMALL_STEPS = {
  batchSize: 5,
  rowsPerTheta: 6,
  rowsPerRequest: 6,
  population: 1,
  discriminator: 'logistic-regression',
  score: 'accuracy',
  patience: 0,
} as const;

/** The fit at one moment. */
interface Sample {
  step: number;
  seconds: number;
  workerMb: number;
}

const { values } = parseArgs({
  options: { epochs: { type: 'string', default: '200' }, every: { type: 'string', default: '200' } },
});
const epochs = Number(values.epochs);
const every = Number(values.every);

const place = await openWorkplace();
const [temporal, simulator] = await Promise.all([startTemporal(), startSimulator()]);
const store = join(place.folder, 'store');
const env = {
  TEMPORAL_ADDRESS: temporal.address,
  MALLM_STORE: pathToFileURL(store).href,
  MALLM_HOME: join(place.folder, '.mallm'),
  OPENAI_BASE_URL: simulator.url,
  OPENAI_API_KEY: 'any',
};
const worker = place.start(['worker'], env);
try {
  const samples: Sample[] = [];
  const began = Date.now();
  const { manifest } = await fit({
    table: repositoryFile('test/fixtures/tables/adult-train-100.csv'),
    target: 'Income',
    ...SMALL_STEPS,
    epochs,
    out: join(place.folder, 'out'),
    config: readConfig(env),
    onProgress: (progress) => void sample(progress, samples, began),
  });
  console.log(`\n${manifest.trajectory.length} steps, ${manifest.calls} calls in ${secondsSince(began)} s`);
  await printHistories();
  await printStore(manifest.runId);
  printGrowth(samples);
} finally {
  worker.child.kill('SIGTERM');
  await worker.result;
  await simulator.close();
  await temporal.stop();
  await place.close();
}

async function sample({ phase, epoch, batch }: Progress, samples: Sample[], began: number): Promise<void> {
  const step = (epoch - 1) * BATCHES + batch - 1;
  if (phase !== 'fit' || step < samples.length * every) return;
  const taken = { step, seconds: secondsSince(began), workerMb: 0 };
  samples.push(taken);
  const status = await readFile(`/proc/${worker.child.pid}/status`, 'utf8');
  taken.workerMb = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024);
  const last = samples.at(-2);
  const pace = last && ((taken.seconds - last.seconds) * 1000) / (step - last.step);
  const shown = pace === undefined ? '' : ` · ${pace.toFixed(0)} ms a step`;
  console.log(`step ${step} · ${taken.seconds} s${shown} · worker ${taken.workerMb} MB`);
}

async function printHistories(): Promise<void> {
  const connection = await Connection.connect({ address: temporal.address });
  const lengths: number[] = [];
  for await (const run of new Client({ connection }).workflow.list()) lengths.push(run.historyLength ?? 0);
  await connection.close();
  const most = Math.max(...lengths);
  console.log(`${lengths.length} workflow runs, ${most} events in the longest (the server warns at ${WARNING_EVENTS})`);
  if (most >= WARNING_EVENTS) process.exitCode = 1;
}

/** What of the run the store holds, by kind. */
async function printStore(runId: string): Promise<void> {
  for (const kind of ['states', 'checkpoints', 'rows', 'replies', 'thetas']) {
    const folder = join(store, 'runs', runId, kind);
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    const found = await Promise.all(names.map((name) => stat(join(folder, name))));
    const files = found.filter((one) => one.isFile());
    const last = files.reduce((a, b) => (a.mtimeMs > b.mtimeMs ? a : b)).size;
    const all = files.reduce((sum, { size }) => sum + size, 0);
    console.log(`${kind}: ${files.length} objects, ${(all / 2 ** 20).toFixed(1)} MB, the last ${last} bytes`);
  }
}

function printGrowth(samples: Sample[]): void {
  const tenth = Math.max(1, Math.round(samples.length / 10));
  const mean = (part: Sample[], of: (one: Sample) => number): string =>
    (part.reduce((sum, one) => sum + of(one), 0) / part.length).toFixed(0);
  const pace = (part: Sample[]): string =>
    (((part.at(-1)!.seconds - part[0]!.seconds) * 1000) / (part.at(-1)!.step - part[0]!.step)).toFixed(0);
  const [first, last] = [samples.slice(0, tenth + 1), samples.slice(-tenth - 1)];
  console.log(
    `worker: ${mean(first, (one) => one.workerMb)} MB in the first tenth, ${mean(last, (one) => one.workerMb)} MB in the last`,
  );
  console.log(`a step: ${pace(first)} ms in the first tenth, ${pace(last)} ms in the last`);
}

function secondsSince(began: number): number {
  return (Date.now() - began) / 1000;
}
