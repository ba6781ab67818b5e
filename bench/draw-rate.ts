/**
 * How fast a refined generator draws, and in how much memory, beside scikit-learn's CART doing the same work: one thread,
 * `--rows` rows from the same training rows, in shards of 10,000. Each in a process of its own, so that a peak is its own.
 *
 *   python3 -m venv .cache/python && .cache/python/bin/pip install scikit-learn pandas
 *   npm run bench:draw-rate -- [--rows 100000] [--train FILE --target COLUMN] [--python .cache/python/bin/python]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { baselineRows } from '../mallm/baselines/baseline.js';
import { parseCsv } from '../mallm/table/formats/csv.js';
import { seedOf } from '../mallm/random.js';
import { drawRows } from '../mallm/refinement/draw/draw-rows.js';
import { fitRefinedGenerator } from '../mallm/refinement/refinement.js';
import type { DistanceLevel } from '../mallm/refinement/row-distance.js';
import { DISTANCE_LEVELS } from '../mallm/refinement/row-distance.js';
import { inferSchema, readRows } from '../mallm/table/inference/schema-inference.js';
import { searchStructure } from '../mallm/theta/structure-search.js';

const SHARD = 10_000;
/** Substitute for a model's rows: five times the training rows, from the copula. */
const MODEL_ROWS = 5;

interface Figures {
  fitSeconds: number;
  rows: number;
  /** Wall and processor time of drawing; the second is what counts on a machine that others use, too. */
  seconds: number;
  cpuSeconds: number;
  peakMegabytes: number;
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    train: { type: 'string', default: 'test/fixtures/tables/adult-train-100.csv' },
    target: { type: 'string', default: 'Income' },
    python: { type: 'string', default: '.cache/python/bin/python' },
    /** Set in the processes that this one starts. */
    only: { type: 'string' },
  },
});

if (values.only) console.log(JSON.stringify(measure(values.only as DistanceLevel)));
else compare();

function compare(): void {
  const self = process.argv[1]!;
  const given = ['--rows', values.rows, '--train', values.train, '--target', values.target];
  const ours = DISTANCE_LEVELS.map(
    (level) => [`refined, distance ${level}`, run(process.execPath, [self, ...given, '--only', level])] as const,
  );
  const theirs = run(values.python, ['bench/draw-rate.py', values.train, values.rows]);
  console.log(`${values.rows} rows from ${values.train.split('/').at(-1)}, one thread\n`);
  console.log('| generator | fit, s | draw, s | draw, CPU s | rows a CPU second | peak MB |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const [name, figures] of [...ours, ['scikit-learn CART, one tree a column', theirs] as const]) {
    if (!figures) continue;
    const { fitSeconds, rows, seconds, cpuSeconds, peakMegabytes } = figures;
    const cells = [fitSeconds.toFixed(2), seconds.toFixed(2), cpuSeconds.toFixed(2)];
    console.log(`| ${name} | ${cells.join(' | ')} | ${Math.round(rows / cpuSeconds)} | ${Math.round(peakMegabytes)} |`);
  }
  if (theirs) return;
  console.log('\nscikit-learn was not measured: the command above makes the Python environment for it.');
  process.exitCode = 1;
}

function run(program: string, args: string[]): Figures | null {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return status === 0 ? (JSON.parse(stdout) as Figures) : null;
}

function measure(distance: DistanceLevel): Figures {
  const { header, records } = parseCsv(readFileSync(values.train));
  const schema = inferSchema(header, records, { target: values.target });
  const rows = readRows(schema, header, records);
  const modelRows = baselineRows('copula', { schema, rows, count: MODEL_ROWS * rows.length, seed: 1 });
  const edges = searchStructure(schema, rows);
  const fitStart = performance.now();
  const generator = fitRefinedGenerator({ schema, trainRows: rows, modelRows, edges, distance, seed: 1 });
  const fitSeconds = (performance.now() - fitStart) / 1000;

  const count = Number(values.rows);
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  let drawn = 0;
  for (let first = 0; first < count; first += SHARD) {
    drawn += drawRows(generator, { count: Math.min(SHARD, count - first), seed: seedOf(1, first) }).rows.length;
  }
  const { user, system } = process.cpuUsage(cpuStart);
  return {
    fitSeconds,
    rows: drawn,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}
