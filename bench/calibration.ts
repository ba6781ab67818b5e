/**
 * How near the simulated model's rows come to a real model's: deepseek-chat, five examples a prompt, temperature 0.5, the
 * published method on Adult, five outputs for each N. Prints figure and target side by side.
 *
 *     node BUILD/bench/calibration.js DATA/adult [outputs]
 *
 * DATA/adult holds train-100.csv, train-200.csv, train-400.csv and test.csv. The real model was measured on another split
 * of Adult (its own training and held-out rows), so the targets are near, not exact: on that split the real training rows
 * themselves reach pairs .726, .757, .782, here .809, .827, .843. Ten minutes on one core at most.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCsv } from '../mallm/csv.js';
import { columnIndex, type Row, type TableSchema } from '../mallm/dataset.js';
import { evaluateTable } from '../mallm/evaluation/evaluate.js';
import { firstTaskInstruction, generatorMessages } from '../mallm/generator.js';
import { optimizerMessages, parseProposal } from '../mallm/optimizer.js';
import { createRandom, seedOf } from '../mallm/random.js';
import { parseRows } from '../mallm/reply.js';
import { inferSchema, readRows } from '../mallm/schema-inference.js';
import { searchStructure } from '../mallm/structure-search.js';
import type { Theta } from '../mallm/theta.js';
import { answerChat } from '../simulator/chat.js';

/** What was measured of the real model's rows, N = 100, 200, 400. */
const TARGETS = {
  'C2ST AUC, trees': [0.868, 0.829, 0.797],
  'column shapes': [0.822, 0.863, 0.877],
  'column pairs': [0.574, 0.645, 0.709],
  'best F1': [0.821, 0.82, 0.843],
  'mean F1': [0.779, 0.791, 0.806],
  'DCR share': [0.515, 0.579, 0.569],
  'exact copies': [0, 0.003, 0.002],
  'at most one column off': [0.016, 0.049, 0.092],
  'LevAtt AUC': [0.518, 0.559, 0.644],
};
type Figure = keyof typeof TARGETS;

const SIZES = [100, 200, 400];
const EXAMPLES = 5;
const TEMPERATURE = 0.5;
const OPTIMIZER_ROUNDS = 3;
const SIMULATOR_SEED = 1;

interface Split {
  schema: TableSchema;
  train: Row[];
  heldOut: Row[];
}

await main(process.argv[2], Number(process.argv[3] ?? 5));

async function main(folder: string | undefined, outputs: number): Promise<void> {
  if (folder === undefined) throw new Error('which folder has the tables of Adult?');
  const found: Record<Figure, Statistics>[] = [];
  for (const [place, size] of SIZES.entries()) {
    const split = await readSplit(folder, size);
    const tables = Array.from({ length: outputs }, (_, output) => rowsOf(split, thetaOf(split, output), output));
    found.push(figuresOf(split, tables));
    if (place === 0) printKinds(split, tables.flat());
    const without = rowsOf(split, { ...thetaOf(split, 0), causalStructure: [] }, 0);
    console.log(`N = ${size}, no edges: ${describe(figuresOf(split, [without]))}`);
  }
  printTable(found);
}

async function readSplit(folder: string, size: number): Promise<Split> {
  const table = parseCsv(await readFile(join(folder, `train-${size}.csv`)));
  const test = parseCsv(await readFile(join(folder, 'test.csv')));
  const schema = inferSchema(table.header, table.records, { target: 'Income' });
  return {
    schema,
    train: readRows(schema, table.header, table.records),
    heldOut: readRows(schema, test.header, test.records),
  };
}

/** Hill climbing, then a few rounds of an optimizer that is told scores only. */
function thetaOf({ schema, train }: Split, output: number): Theta {
  let theta: Theta = {
    context: 'People in a census.',
    schema,
    causalStructure: searchStructure(schema, train),
    taskInstruction: firstTaskInstruction,
  };
  for (let round = 0; round < OPTIMIZER_ROUNDS; round++) {
    const messages = optimizerMessages({ pairs: [{ theta, score: 0.8 }], metric: 'accuracy' });
    const { text } = ask(messages, 1, seedOf('optimizer', output, round));
    try {
      theta = parseProposal(text, theta);
    } catch {
      continue;
    }
  }
  return theta;
}

/** As many rows as training rows: five are shown and five are asked for, in turn. */
function rowsOf({ schema, train }: Split, theta: Theta, output: number): Row[] {
  const rows: Row[] = [];
  for (let call = 0, waiting: Row[] = []; rows.length < train.length; call++) {
    if (waiting.length < EXAMPLES) waiting = createRandom(seedOf('batch', output, call)).shuffle(train);
    const messages = generatorMessages({ theta, examples: waiting.splice(0, EXAMPLES), rows: EXAMPLES });
    const { text, cutOff } = ask(messages, TEMPERATURE, seedOf('generator', output, call));
    rows.push(...parseRows(text, { schema, asked: EXAMPLES, cutOff }).rows);
  }
  return rows.slice(0, train.length);
}

function ask(messages: { role: string; content: string }[], temperature: number, seed: number) {
  const question = { messages, temperature, seed, shape: 'json_schema' as const, maxTokens: 4096 };
  const { text, finish } = answerChat(question, SIMULATOR_SEED);
  return { text, cutOff: finish === 'length' };
}

interface Statistics {
  mean: number;
  deviation: number;
}

function figuresOf({ schema, train, heldOut }: Split, tables: Row[][]): Record<Figure, Statistics> {
  const evaluations = tables.map((synthetic) => evaluateTable({ schema, train, heldOut, synthetic, seed: 1234 }));
  const over = (pick: (evaluation: (typeof evaluations)[number]) => number): Statistics =>
    statistics(evaluations.map(pick));
  return {
    'C2ST AUC, trees': over(({ fidelity }) => fidelity.c2st.trees.auc),
    'column shapes': over(({ fidelity }) => fidelity.columnShapes),
    'column pairs': over(({ fidelity }) => fidelity.columnPairTrends),
    'best F1': over(({ utility }) => utility?.best ?? 0),
    'mean F1': over(({ utility }) => utility?.mean ?? 0),
    'DCR share': over(({ privacy }) => privacy.dcrShare),
    'exact copies': over(({ privacy }) => privacy.exactCopies),
    'at most one column off': over(({ privacy }) => privacy.oneColumnOff),
    'LevAtt AUC': over(({ privacy }) => privacy.levattAuc),
  };
}

function statistics(values: number[]): Statistics {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

/** What gives a real model's rows away at N = 100, beside what is found here. */
function printKinds({ schema, train, heldOut }: Split, synthetic: Row[]): void {
  const column = (rows: Row[], name: string): Row[number][] => rows.map((row) => row[columnIndex(schema, name)]!);
  const share = (name: string, cell: Row[number]) => (rows: Row[]) =>
    column(rows, name).filter((each) => each === cell).length / rows.length;
  const numbers = (name: string, what: keyof Statistics) => (rows: Row[]) =>
    statistics(column(rows, name).map(Number))[what];
  const kinds: [string, (rows: Row[]) => number, string][] = [
    ['share of Income >50K', share('Income', '>50K'), '.28 / .25 / .41'],
    ['education-num, mean', numbers('education-num', 'mean'), '10.0 / 9.8 / 11.5'],
    ['hours-per-week, sd', numbers('hours-per-week', 'deviation'), '14.6 / 12.1 / 9.6'],
    ['capital-gain zero', share('capital-gain', 0), '– / .90 / .80'],
    ['native countries', (rows) => new Set(column(rows, 'native-country')).size, '– / 12 / 5'],
    ['marital states', (rows) => new Set(column(rows, 'marital-status')).size, '– / 7 / 4'],
  ];
  console.log('N = 100, train / held-out / synthetic, here and for the real model');
  for (const [name, measure, target] of kinds) {
    const here = [train, heldOut, synthetic].map((rows) => measure(rows).toFixed(2)).join(' / ');
    console.log(`  ${name.padEnd(22)} ${here.padEnd(24)} ${target}`);
  }
}

function describe(figures: Record<Figure, Statistics>): string {
  return Object.entries(figures)
    .map(([name, { mean }]) => `${name} ${mean.toFixed(3)}`)
    .join(', ');
}

function printTable(found: Record<Figure, Statistics>[]): void {
  console.log(`\n| figure | ${SIZES.map((size) => `N = ${size}: here (sd), real, off by`).join(' | ')} |`);
  console.log(`| --- |${' --- |'.repeat(SIZES.length)}`);
  for (const [name, targets] of Object.entries(TARGETS)) {
    const cells = found.map((figures, place) => {
      const { mean, deviation } = figures[name as Figure];
      const gap = mean - targets[place]!;
      return `${mean.toFixed(3)} (${deviation.toFixed(3)}), ${targets[place]!.toFixed(3)}, ${gap < 0 ? '' : '+'}${gap.toFixed(3)}`;
    });
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}
