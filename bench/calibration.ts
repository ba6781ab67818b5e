/**
 * How near the simulated model's rows come to a real model's: deepseek-chat, the published method on Adult with five
 * examples a prompt and temperature 0.5, five outputs for each N. Fits run as a user's do. Prints what was measured of the
 * real model, what is measured here, and how far apart they are, as Markdown.
 *
 *   npm run bench:calibration -- [--sizes 100,200,400] [--seeds 5]
 *
 * The real model was measured on a split of its own, so the targets are near, not exact: its training rows themselves
 * reach pairs of .726, .757 and .782 at N = 100, 200, 400.
 */
import { parseArgs } from 'node:util';
import type { Row } from '../mallm/table/dataset.js';
import { columnIndex } from '../mallm/table/dataset.js';
import { evaluateTable } from '../mallm/evaluation/evaluate.js';
import type { Evaluation } from '../mallm/evaluation/result.js';
import type { Split } from './quality-data.js';
import { readSplit } from './quality-data.js';
import type { Fitted } from './quality-fit.js';
import { openBench } from './quality-fit.js';
import { summaryOf } from './quality-table.js';

/** The real model's outputs: five rows shown and five asked for, in turn. */
const PUBLISHED = { preset: 'paper', examplesPerPrompt: 5, rowsPerRequest: 5 } as const;

interface Figure {
  name: string;
  measure: (evaluation: Evaluation, fitted: Fitted) => number;
  /** Of the real model, by N. */
  real: Record<number, number>;
}

const byN = (first: number, second: number, third: number): Record<number, number> => ({
  100: first,
  200: second,
  400: third,
});

const FIGURES: Figure[] = [
  { name: 'C2ST, trees', measure: ({ fidelity }) => fidelity.c2st.trees.auc, real: byN(0.868, 0.829, 0.797) },
  {
    name: '… against training rows',
    measure: ({ fidelity }) => fidelity.c2st.train!.trees.auc,
    real: byN(0.85, 0.79, 0.8),
  },
  {
    name: '… linear, against training rows',
    measure: ({ fidelity }) => fidelity.c2st.train!.linear.auc,
    real: byN(0.81, 0.74, 0.68),
  },
  { name: 'column shapes', measure: ({ fidelity }) => fidelity.columnShapes, real: byN(0.822, 0.863, 0.877) },
  { name: 'column pairs', measure: ({ fidelity }) => fidelity.columnPairTrends, real: byN(0.574, 0.645, 0.709) },
  { name: 'best F1', measure: ({ utility }) => utility!.best, real: byN(0.821, 0.82, 0.843) },
  { name: 'mean F1', measure: ({ utility }) => utility!.mean, real: byN(0.779, 0.791, 0.806) },
  { name: 'DCR share', measure: ({ privacy }) => privacy.dcrShare, real: byN(0.515, 0.579, 0.569) },
  { name: 'exact copies', measure: ({ privacy }) => privacy.exactCopies, real: byN(0, 0.003, 0.002) },
  { name: 'at most one column off', measure: ({ privacy }) => privacy.oneColumnOff, real: byN(0.016, 0.049, 0.092) },
  { name: 'LevAtt', measure: ({ privacy }) => privacy.levattAuc, real: byN(0.518, 0.559, 0.644) },
  {
    name: 'rows of replies not accepted',
    measure: (_, { accepted, rejections }) => {
      const rejected = Object.values(rejections).reduce((sum, count) => sum + count, 0);
      return rejected / (accepted + rejected);
    },
    real: {},
  },
];

/** Features that separate the real model's rows at N = 100: train / held-out / synthetic, over all outputs. */
const KINDS: { name: string; measure: (cells: Row[number][]) => number; column: string; real: string }[] = [
  { name: 'share of Income >50K', column: 'Income', measure: shareOf('>50K'), real: '.28 / .25 / .41' },
  { name: 'education-num, mean', column: 'education-num', measure: mean, real: '10.0 / 9.8 / 11.5' },
  { name: 'hours-per-week, sd', column: 'hours-per-week', measure: deviation, real: '14.6 / 12.1 / 9.6' },
  { name: 'capital-gain of zero', column: 'capital-gain', measure: shareOf(0), real: '– / .90 / .80' },
  { name: 'native countries', column: 'native-country', measure: distinct, real: '– / 12 / 5' },
  { name: 'marital states', column: 'marital-status', measure: distinct, real: '– / 7 / 4' },
];

const { values } = parseArgs({
  options: { sizes: { type: 'string', default: '100,200,400' }, seeds: { type: 'string', default: '5' } },
});

await main(values.sizes.split(',').map(Number), Number(values.seeds));

async function main(sizes: number[], seeds: number): Promise<void> {
  const bench = await openBench();
  try {
    for (const size of sizes) {
      const split = await readSplit('adult', size);
      if (!split) throw new Error(`there is no Adult of ${size} rows`);
      const outputs: Fitted[] = [];
      for (let seed = 1; seed <= seeds; seed++) outputs.push(await bench.fit(split, { ...PUBLISHED, seed }));
      printFigures(split, outputs);
      if (size === 100) printKinds(split, outputs);
    }
  } finally {
    await bench.close();
  }
}

function printFigures({ size, schema, train, heldOut }: Split, outputs: Fitted[]): void {
  const evaluations = outputs.map(({ rows }, place) =>
    evaluateTable({ schema, train, heldOut, synthetic: rows, seed: place + 1 }),
  );
  const lines = FIGURES.map(({ name, measure, real }) => {
    const found = summaryOf(evaluations.map((evaluation, place) => measure(evaluation, outputs[place]!)))!;
    const target = real[size];
    const off = target === undefined ? '–' : (found.mean - target).toFixed(3).replace(/^(?!-)/, '+');
    return [name, target?.toFixed(3) ?? '0 replies', `${found.mean.toFixed(3)} ± ${found.deviation.toFixed(3)}`, off];
  });
  print(`N = ${size}, ${outputs.length} outputs`, ['figure', 'real model', 'simulated', 'off by'], lines);
}

function printKinds({ schema, train, heldOut }: Split, outputs: Fitted[]): void {
  const synthetic = outputs.flatMap(({ rows }) => rows);
  const lines = KINDS.map(({ name, column, measure, real }) => {
    const found = [train, heldOut, synthetic].map((rows) =>
      measure(rows.map((row) => row[columnIndex(schema, column)]!)),
    );
    return [name, real, found.map((value) => Number(value.toFixed(2))).join(' / ')];
  });
  print(
    'What gives the rows away at N = 100: train / held-out / synthetic',
    ['what', 'real model, its split', 'here'],
    lines,
  );
}

function print(title: string, heads: string[], lines: string[][]): void {
  const table = [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  console.log([`## ${title}`, '', ...table, ''].join('\n'));
}

function shareOf(cell: Row[number]): (cells: Row[number][]) => number {
  return (cells) => cells.filter((each) => each === cell).length / cells.length;
}

function mean(cells: Row[number][]): number {
  return summaryOf(cells.map(Number))!.mean;
}

function deviation(cells: Row[number][]): number {
  return summaryOf(cells.map(Number))!.deviation;
}

function distinct(cells: Row[number][]): number {
  return new Set(cells).size;
}
