/**
 * What the parts of the refinement are worth: the order of the columns, the place of the target, the distance kept to
 * training rows, the model's rows themselves.
 *
 *   npm run bench:refinement -- [--tables adult,insurance] [--sizes 50,100,200,400] [--seeds 5]
 *
 * The pool is five times the training rows, made by the simulated model from the first θ of a fit. Each variant draws as
 * many rows as there are training rows; all figures are against held-out rows.
 */
import { parseArgs } from 'node:util';
import { firstTaskInstruction } from '../mallm/prompts/generator-prompt.js';
import { parseFitOptions } from '../mallm/options.js';
import { givenColumns } from '../mallm/theta/given-columns.js';
import { createRandom, seedOf } from '../mallm/random.js';
import { drawRows, fitRefinedGenerator } from '../mallm/refinement/refinement.js';
import type { RefinementInput } from '../mallm/refinement/refinement.js';
import { searchStructure } from '../mallm/theta/structure-search.js';
import type { Edge } from '../mallm/theta/theta.js';
import { freshRows } from './fresh-rows.js';
import type { Cell } from './quality-cells.js';
import type { Split, TableName } from './quality-data.js';
import { readSplit } from './quality-data.js';
import { figuresOf } from './quality-figures.js';
import { markdownOf } from './quality-table.js';

const POOL = 5;

type Variant = (input: RefinementInput) => RefinementInput;

/** Edges that put the target before all other columns, or after them. */
const around = (target: string, edges: Edge[], first: boolean, { schema }: RefinementInput): Edge[] => {
  const others = schema.columns.map(({ name }) => name).filter((name) => name !== target);
  const own = others.map((name) => (first ? { from: target, to: name } : { from: name, to: target }));
  return [...edges.filter(({ from, to }) => from !== target && to !== target), ...own];
};

const variants: Record<string, Variant> = {
  'refined (causal order, mild)': (input) => input,
  'columns as in the table': (input) => ({ ...input, edges: [] }),
  'target first': (input) => ({ ...input, edges: around(input.schema.target, [...input.edges], true, input) }),
  'target last': (input) => ({ ...input, edges: around(input.schema.target, [...input.edges], false, input) }),
  'distance off': (input) => ({ ...input, distance: 'off' }),
  'distance strict': (input) => ({ ...input, distance: 'strict' }),
  'without model rows': (input) => ({ ...input, modelRows: [] }),
};
const AS_MADE = 'as the model made them';

const { values } = parseArgs({
  options: {
    tables: { type: 'string', default: 'adult,insurance' },
    sizes: { type: 'string', default: '50,100,200,400' },
    seeds: { type: 'string', default: '5' },
  },
});

const cells: Cell[] = [];
for (const table of values.tables.split(',')) {
  for (const size of values.sizes.split(',').map(Number)) {
    const split = await readSplit(table as TableName, size);
    if (!split) continue;
    for (let seed = 1; seed <= Number(values.seeds); seed++) cells.push(...cellsOf(split, seed));
  }
}
console.log(markdownOf(cells, [AS_MADE, ...Object.keys(variants)]));

function cellsOf(split: Split, seed: number): Cell[] {
  const { schema, train } = split;
  const options = parseFitOptions({ seed });
  const edges = searchStructure(schema, train, { seed });
  const theta = {
    context: `A table named ${split.name}.`,
    schema,
    causalStructure: edges,
    taskInstruction: firstTaskInstruction,
    givenColumns: givenColumns(schema, edges),
  };
  const modelRows = freshRows(split, theta, { options, seed, count: POOL * train.length });
  const input: RefinementInput = { schema, trainRows: train, modelRows, edges, distance: 'mild', seed };
  const made = createRandom(seedOf('as made', seed)).shuffle(modelRows).slice(0, train.length);
  return [
    cell(split, seed, AS_MADE, made),
    ...Object.entries(variants).map(([name, variant]) => {
      const generator = fitRefinedGenerator(variant(input));
      return cell(split, seed, name, drawRows(generator, { count: train.length, seed }).rows);
    }),
  ];
}

function cell(split: Split, seed: number, method: string, rows: Split['train']): Cell {
  const figures = figuresOf(split, rows, seed);
  return { table: split.name, size: split.size, method, seed, figures, seconds: 0, on: '' };
}
