/**
 * Time of a fit over the ideal, calls a second, events a call, and growth with the table.
 *
 *   npm run bench:speed -- [--cells 10:1,300:64,…] [--seconds 60] [--no-growth]
 *
 * Ideal is calls × latency ÷ calls in flight: what a fit would take if every slot were always taken and nothing else took
 * time. `generation` is the time in which rows were being asked for; `fit` holds the search for the first structure, the
 * scoring and the checkpoints too, which ask no model. Each cell has a fresh worker and a fresh simulated model, each a
 * process of its own on this machine. Calls a second with a model that answers at once are given beside the rate of
 * activities that do nothing, on the same server.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cpus, loadavg, tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import type { FitRequest } from '../client/index.js';
import { createRandom } from '../mallm/random.js';
import { repositoryFile } from '../test/support/repository.js';
import type { SpeedSite, Timed } from './speed-site.js';
import { openSpeedSite } from './speed-site.js';

const MOST_CALLS = 16384;
/** Most rows that a step may ask of one θ, and so calls where each asks for one row. */
const MOST_CALLS_A_STEP = 2000;
const LATENCIES = [10, 100, 300];
const IN_FLIGHT = [1, 16, 64];
const NOOPS = 2000;
/** Tables of growth: one thing changes at a time. */
const GROWTH = { rows: [50, 100, 200, 400, 800], columns: [5, 10, 20, 40], epochs: [1, 2, 4, 8] };

const { values } = parseArgs({
  options: {
    cells: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    'no-growth': { type: 'boolean', default: false },
  },
});
const cells =
  values.cells?.split(',').map((cell) => cell.split(':').map(Number)) ??
  LATENCIES.flatMap((latency) => IN_FLIGHT.map((inFlight) => [latency, inFlight]));

console.log(`${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)} at the start, Node.js ${process.version}\n`);
const site = await openSpeedSite();
try {
  await overIdeal(site);
  await callsASecond(site);
  if (!values['no-growth']) await growth(site);
} finally {
  await site.close();
}
console.log(`\nload ${loadavg()[0]!.toFixed(1)} at the end`);

async function overIdeal(from: SpeedSite): Promise<void> {
  console.log(
    '| latency ms | in flight | calls | ideal s | generation s | over ideal | fit s | over ideal | events a call |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const [latency, inFlight] of cells) {
    const calls = Math.min(MOST_CALLS, Math.ceil((Number(values.seconds) * 1000 * inFlight!) / latency!));
    const timed = await from.run(generatorCalls(calls, inFlight!), latency!);
    const ideal = (timed.calls * latency!) / inFlight! / 1000;
    const shown = [ideal, timed.generation].map((value) => value.toFixed(2));
    const events = (timed.events / timed.calls).toFixed(2);
    console.log(
      `| ${latency} | ${inFlight} | ${timed.calls} | ${shown.join(' | ')} | ${(timed.generation / ideal).toFixed(3)} | ${timed.fit.toFixed(2)} | ${(timed.fit / ideal).toFixed(3)} | ${events} |`,
    );
  }
}

async function callsASecond(from: SpeedSite): Promise<void> {
  const timed = await from.run(generatorCalls(MOST_CALLS / 2, 64), 0);
  const noops = await from.noops(NOOPS, 64);
  const rate = timed.calls / timed.generation;
  const perCall = Object.entries(timed.cpu).map(
    ([name, value]) => `${name} ${((1000 * value) / timed.calls).toFixed(1)}`,
  );
  console.log(
    `\nmodel that answers at once: ${rate.toFixed(0)} calls a second; activities that do nothing, same server: ${noops.toFixed(0)} a second`,
  );
  console.log(`processor time of a call, ms: ${perCall.join(', ')} (64 in flight at 300 ms are 213 calls a second)`);
}

async function growth(from: SpeedSite): Promise<void> {
  console.log('\n| rows | columns | epochs | calls | fit s | command s | ms a call | events a call |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  const base = { rows: 100, columns: 10, epochs: 2 };
  for (const [what, sizes] of Object.entries(GROWTH)) {
    for (const size of sizes) {
      const shape = { ...base, [what]: size };
      const table = await writeTable(shape);
      const timed = await from.run({ table, target: 'c0', epochs: shape.epochs, patience: 0 }, 0);
      console.log(`| ${shape.rows} | ${shape.columns} | ${shape.epochs} | ${growthCells(timed)} |`);
    }
  }
}

function growthCells({ calls, fit, command, events }: Timed): string {
  return [
    calls,
    fit.toFixed(1),
    command.toFixed(1),
    ((1000 * fit) / calls).toFixed(0),
    (events / calls).toFixed(2),
  ].join(' | ');
}

/**
 * A fit without an optimizer that makes about so many generator calls, in as few steps as can be. Those of a step are a
 * multiple of those in flight, or the last of them would leave some slots empty whatever the product does.
 */
function generatorCalls(calls: number, inFlight: number): FitRequest {
  const fullStep = Math.floor(MOST_CALLS_A_STEP / inFlight) * inFlight;
  const steps = Math.ceil(calls / fullStep);
  return {
    table: repositoryFile('test/fixtures/tables/adult-train-100.csv'),
    target: 'Income',
    epochs: steps,
    patience: 0,
    optimizer: false,
    population: 1,
    discriminator: 'logistic-regression',
    score: 'accuracy',
    structure: 'none',
    rowsPerRequest: 1,
    rowsPerTheta: Math.ceil(calls / steps / inFlight) * inFlight,
    rows: 10,
    inFlight,
  };
}

/** A table of numbers and labels, half of each. */
async function writeTable({ rows, columns }: { rows: number; columns: number }): Promise<string> {
  const random = createRandom(rows * columns);
  const cell = (column: number): string =>
    column % 2 === 0 ? random.pick(['low', 'middle', 'high']) : (50 + 10 * random.normal()).toFixed(1);
  const names = Array.from({ length: columns }, (_, column) => `c${column}`);
  const lines = Array.from({ length: rows }, () => names.map((_, column) => cell(column)).join(','));
  const path = join(tmpdir(), `mallm-gan-speed-${rows}-${columns}-${process.pid}.csv`);
  await writeFile(path, [names.join(','), ...lines, ''].join('\n'));
  return path;
}
