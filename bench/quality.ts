/**
 * How good the rows are: every method on every table, size and seed, measured against held-out rows, with what the fits
 * cost. Fits run as a user's do: Temporal, a worker, the simulated model behind HTTP, a folder store.
 *
 *   npm run bench:quality -- [--data DIR] [--tables adult,insurance,asia] [--sizes 50,100,200] [--seeds 5]
 *     [--methods real,cart,…] [--variant 'NAME={"preset":"default",…}'] [--endpoint] [--out FILE] [--print]
 *
 * Each cell is a line of FILE (bench/output/quality.jsonl); cells that are there are not measured again, so a run that
 * was stopped goes on. `--print` only prints what FILE holds. `--methods` may name the ablations of quality-methods.ts
 * too; `--variant` adds a fit with options of one's own. `--endpoint` asks the model that the environment names
 * (OPENAI_BASE_URL …, as for `mallm-gan fit`) in place of the simulated one.
 */
import { parseArgs } from 'node:util';
import type { Config } from '../config/index.js';
import { readConfig } from '../config/index.js';
import { appendCell, isSameCell, measureCell, readCells } from './quality-cells.js';
import type { CellKey } from './quality-cells.js';
import { benchTables, readSplit } from './quality-data.js';
import type { TableName } from './quality-data.js';
import { openBench } from './quality-fit.js';
import type { Bench } from './quality-fit.js';
import { mainMethods, methods } from './quality-methods.js';
import type { Method } from './quality-methods.js';
import { markdownOf } from './quality-table.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    tables: { type: 'string', default: Object.keys(benchTables).join(',') },
    sizes: { type: 'string' },
    seeds: { type: 'string', default: '5' },
    methods: { type: 'string' },
    variant: { type: 'string', multiple: true, default: [] },
    endpoint: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/output/quality.jsonl' },
    print: { type: 'boolean', default: false },
  },
});

await main();

async function main(): Promise<void> {
  const wanted = wantedMethods();
  if (!values.print) await measureAll(wanted);
  const names = [...new Set([...wanted.keys(), ...(await readCells(values.out)).map(({ method }) => method)])];
  console.log(markdownOf(await readCells(values.out), values.print ? names : [...wanted.keys()]));
}

/** The methods asked for; variants alone where only variants are given. */
function wantedMethods(): Map<string, Method> {
  const names = values.methods?.split(',') ?? (values.variant.length > 0 ? [] : mainMethods);
  const wanted = new Map(names.map((name) => [name, methodNamed(name)]));
  for (const variant of values.variant) {
    const [name, json] = [variant.slice(0, variant.indexOf('=')), variant.slice(variant.indexOf('=') + 1)];
    wanted.set(name, { kind: 'fit', options: JSON.parse(json) as object });
  }
  return wanted;
}

function methodNamed(name: string): Method {
  const method = methods[name];
  if (!method) throw new Error(`no method is called "${name}"; there are: ${Object.keys(methods).join(' · ')}`);
  return method;
}

async function measureAll(wanted: Map<string, Method>): Promise<void> {
  let bench: Promise<Bench> | undefined;
  const opened = (): Promise<Bench> => (bench ??= openBench(values.endpoint ? realModels() : undefined));
  try {
    for (const key of cellKeys([...wanted.keys()])) {
      if ((await readCells(values.out)).some((cell) => isSameCell(cell, key))) continue;
      const split = await readSplit(key.table as TableName, key.size, values.data);
      if (!split) continue;
      const ask = { name: key.method, method: wanted.get(key.method)!, seed: key.seed };
      const cell = await measureCell(split, ask, opened);
      await appendCell(values.out, cell);
      console.error(`${key.table} ${key.size} seed ${key.seed} ${key.method}: ${cell.seconds} s`);
    }
  } finally {
    await (await bench)?.close();
  }
}

/** The endpoints of the environment, without which there is nothing real to measure. */
function realModels(): Config['models'] {
  const { models } = readConfig();
  if (!models.generator) throw new Error('--endpoint needs OPENAI_BASE_URL or OPENAI_API_KEY to be set');
  return models;
}

/** Seeds outermost: whenever it is stopped, every method has been measured about as often. */
function cellKeys(names: string[]): CellKey[] {
  const tables = values.tables.split(',').filter((name): name is TableName => Object.hasOwn(benchTables, name));
  const seeds = Array.from({ length: Number(values.seeds) }, (_, place) => place + 1);
  return seeds.flatMap((seed) =>
    tables.flatMap((table) =>
      (values.sizes?.split(',').map(Number) ?? benchTables[table].sizes).flatMap((size) =>
        names.map((method) => ({ table, size, method, seed })),
      ),
    ),
  );
}
