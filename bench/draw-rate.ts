/**
 * How fast a refined generator draws, and in how much memory, beside scikit-learn's CART when a Python has it.
 *
 *   npx rolldown bench/draw-rate.ts -o .cache/draw-rate.mjs --platform node && node .cache/draw-rate.mjs
 *     [--rows 100000] [--train test/fixtures/tables/adult-train-100.csv] [--target Income] [--python python3]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { baselineRows } from '../mallm/baselines/baseline.js';
import { parseCsv } from '../mallm/csv.js';
import { seedOf } from '../mallm/random.js';
import { drawRows, fitRefinedGenerator } from '../mallm/refinement.js';
import { inferSchema, readRows } from '../mallm/schema-inference.js';
import { searchStructure } from '../mallm/structure-search.js';

const SHARD = 10_000;
/** Stand-in for a model's rows: five times the training rows, from the copula. */
const MODEL_ROWS = 5;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    train: { type: 'string', default: 'test/fixtures/tables/adult-train-100.csv' },
    target: { type: 'string', default: 'Income' },
    python: { type: 'string', default: 'python3' },
  },
});
const count = Number(values.rows);

const { header, records } = parseCsv(readFileSync(values.train));
const schema = inferSchema(header, records, { target: values.target });
const rows = readRows(schema, header, records);
const modelRows = baselineRows('copula', { schema, rows, count: MODEL_ROWS * rows.length, seed: 1 });
const edges = searchStructure(schema, rows);

for (const distance of ['off', 'mild', 'strict'] as const) {
  const fitStart = performance.now();
  const generator = fitRefinedGenerator({ schema, trainRows: rows, modelRows, edges, distance, seed: 1 });
  const fitSeconds = (performance.now() - fitStart) / 1000;
  const start = performance.now();
  const peaks: number[] = [];
  let drawn = 0;
  for (let first = 0; first < count; first += SHARD) {
    const shard = drawRows(generator, { count: Math.min(SHARD, count - first), seed: seedOf(1, first) });
    drawn += shard.rows.length;
    peaks.push(process.memoryUsage().rss / 2 ** 20);
  }
  const seconds = (performance.now() - start) / 1000;
  const figures = {
    fitSeconds: rounded(fitSeconds, 2),
    rows: drawn,
    seconds: rounded(seconds, 2),
    rowsPerSecond: Math.round(drawn / seconds),
    peakMegabytes: Math.round(Math.max(...peaks)),
    firstShardMegabytes: Math.round(peaks[0]!),
    generatorKilobytes: Math.round(JSON.stringify(generator).length / 1024),
  };
  console.log(`refined, distance ${distance}:`, JSON.stringify(figures));
}

const python = spawnSync(
  values.python,
  [new URL('../bench/draw-rate.py', import.meta.url).pathname, values.train, values.rows],
  {
    encoding: 'utf8',
  },
);
console.log(
  'scikit-learn CART:',
  python.status === 0 ? python.stdout.trim() : 'not measured (no Python with scikit-learn)',
);

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
