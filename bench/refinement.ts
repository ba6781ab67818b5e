/**
 * The refinement beside its Python prototype, and what its options are worth, without a pool: as many rows as there are
 * training rows, all figures against held-out rows.
 *
 *   python3 -m venv .cache/python && .cache/python/bin/pip install scikit-learn xgboost scipy "pandas<3"
 *   npm run bench:refinement -- [--tables adult,insurance] [--sizes 50,100] [--seeds 4] [--methods faithful,prototype]
 *     [--min-count 1]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { baselineRows } from '../mallm/baselines/baseline.js';
import { drawRows } from '../mallm/refinement/draw/draw-rows.js';
import { fitRefinedGenerator, type RefinementInput } from '../mallm/refinement/refinement.js';
import type { Row } from '../mallm/table/dataset.js';
import { taskOf } from '../mallm/table/dataset.js';
import { withPooledLabels } from '../mallm/table/protected-cell.js';
import { protectTable } from '../mallm/table/protection/protect-table.js';
import { searchStructure } from '../mallm/theta/structure-search.js';
import type { Cell } from './quality-cells.js';
import { readRowsOf, readSplit, type Split, type TableName } from './quality-data.js';
import { figuresOf } from './quality-figures.js';
import { markdownOf } from './quality-table.js';

type Method = (split: Split, seed: number) => Promise<Row[]>;

const refined =
  (options: (split: Split) => Partial<RefinementInput>): Method =>
  (split, seed) => {
    const { schema, train } = split;
    const plain = { schema, trainRows: train, modelRows: [], edges: [], distance: 'mild' as const, seed };
    const generator = fitRefinedGenerator({ ...plain, ...options(split) });
    return Promise.resolve(drawRows(generator, { count: train.length, seed }).rows);
  };

const methods: Record<string, Method> = {
  faithful: refined(() => ({})),
  sharpened: refined(() => ({ sharpened: true })),
  'causal order': refined(({ schema, train }) => ({ edges: searchStructure(schema, train, { seed: 1 }) })),
  'distance off': refined(() => ({ distance: 'off' })),
  'distance strict': refined(() => ({ distance: 'strict' })),
  prototype: prototypeRows,
  cart: ({ schema, train }, seed) =>
    Promise.resolve(baselineRows('cart', { schema, rows: train, count: train.length, seed })),
};

const { values } = parseArgs({
  options: {
    tables: { type: 'string', default: 'adult,insurance' },
    sizes: { type: 'string', default: '50,100' },
    seeds: { type: 'string', default: '4' },
    'min-count': { type: 'string', default: '3' },
    methods: { type: 'string', default: Object.keys(methods).join() },
    python: { type: 'string', default: '.cache/python/bin/python' },
  },
});
const names = values.methods.split(',');
const cells: Cell[] = [];
for (const table of values.tables.split(',')) {
  for (const size of values.sizes.split(',').map(Number)) {
    const found = await readSplit(table as TableName, size);
    if (!found) continue;
    const split = protectedSplit(found);
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      for (const method of names) {
        const start = performance.now();
        const rows = await methods[method]!(split, seed);
        const seconds = (performance.now() - start) / 1000;
        cells.push({ table: split.name, size, method, seed, figures: figuresOf(split, rows, seed), seconds, on: '' });
      }
    }
  }
}
console.log(markdownOf(cells, names));

/** The training rows as a fit sees them, held-out rows as its evaluation does. */
function protectedSplit(split: Split): Split {
  const { schema, rows } = protectTable(split.schema, split.train, { minCount: Number(values['min-count']), seed: 1 });
  return { ...split, schema, train: rows, heldOut: withPooledLabels(schema, split.heldOut) };
}

async function prototypeRows(split: Split, seed: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'prototype-'));
  const out = join(folder, 'rows.csv');
  try {
    const ask = [split.path, split.target, taskOf(split.schema), seed, split.train.length, out].map(String);
    const { status } = spawnSync(values.python, ['bench/refinement.py', ...ask], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0) throw new Error('the Python prototype could not be run: make its environment as said above');
    return await readRowsOf(split, out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
