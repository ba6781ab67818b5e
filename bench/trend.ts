/**
 * Whether a fit learns: the score of the best θ over the iterations, the last θ against the first on rows that neither was
 * chosen by, and the distance of the causal structure to the true one on Asia.
 *
 *   npm run bench:trend -- [--data DIR] [--seeds 5] [--tables adult:100,insurance:100] [--asia 50] [--options '{…}']
 *     [--endpoint]
 *
 * Prints, for each table: the slope of the best score over iterations with its 95 % interval over seeds (a running
 * minimum can only fall, so this alone shows little), the slope of the same θ's score on fresh rows, and the difference of
 * the fresh scores of last and first θ. For Asia: the graph edit distance of the hill-climbed start and of the best θ.
 * `--endpoint` asks the models that the environment names (MALLM_OPTIMIZER_BASE_URL alone: a real optimizer, simulated rows).
 */
import { parseArgs } from 'node:util';
import { readConfig } from '../config/index.js';
import { graphEditDistance } from '../mallm/theta/causal-structure.js';
import type { FitOptions } from '../mallm/options.js';
import { parseFitOptions } from '../mallm/options.js';
import type { StoredTheta } from '../mallm/fit/plan.js';
import type { Edge } from '../mallm/theta/theta.js';
import { evolvingParts } from '../mallm/theta/theta.js';
import { freshScore } from './fresh-rows.js';
import type { Split, TableName } from './quality-data.js';
import { readSplit } from './quality-data.js';
import { openBench } from './quality-fit.js';
import type { Bench, Fitted } from './quality-fit.js';
import { summaryOf } from './quality-table.js';

/** The Asia network. Lauritzen & Spiegelhalter, 1988. */
const ASIA: Edge[] = (
  [
    ['visit to Asia', 'tuberculosis'],
    ['smoke', 'lung cancer'],
    ['smoke', 'bronchitis'],
    ['tuberculosis', 'either tuberculosis or lung cancer'],
    ['lung cancer', 'either tuberculosis or lung cancer'],
    ['bronchitis', 'Dyspnea'],
    ['either tuberculosis or lung cancer', 'Dyspnea'],
    ['either tuberculosis or lung cancer', 'chest X-ray'],
  ] as const
).map(([from, to]) => ({ from, to }));
/** 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom. */
const STUDENT = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14];

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    seeds: { type: 'string', default: '5' },
    tables: { type: 'string', default: 'adult:100,insurance:100' },
    asia: { type: 'string', default: '50' },
    options: { type: 'string', default: '{}' },
    endpoint: { type: 'boolean', default: false },
  },
});

const given = JSON.parse(values.options) as Partial<FitOptions>;
const seeds = Array.from({ length: Number(values.seeds) }, (_, place) => place + 1);
const bench = await openBench(values.endpoint ? readConfig().models : undefined);
try {
  for (const table of values.tables.split(',').filter(Boolean)) await scoreTrend(bench, table);
  for (const size of values.asia.split(',').filter(Boolean)) await structureTrend(bench, Number(size));
} finally {
  await bench.close();
}

async function scoreTrend(product: Bench, table: string): Promise<void> {
  const [name, size] = table.split(':');
  const split = await splitOf(name as TableName, Number(size));
  const slopes: number[][] = [[], [], []];
  const gains: number[] = [];
  console.log(`\n### ${name}, N = ${size}: best score an iteration, and the same θ on fresh rows\n`);
  console.log('| seed | best score | score of the iteration | fresh score of the best θ |\n| --- | --- | --- | --- |');
  for (const seed of seeds) {
    const fitted = await product.fit(split, { ...given, seed });
    const fresh = freshScoresOf(split, fitted, seed);
    const series = [...scoresOf(fitted), fresh];
    series.forEach((each, place) => slopes[place]!.push(slopeOf(each)));
    gains.push(fresh.at(-1)! - fresh[0]!);
    console.log(`| ${seed} | ${series.map((each) => each.map((value) => value.toFixed(3)).join(' ')).join(' | ')} |`);
  }
  console.log(`\nslope an iteration, mean [95 % interval over seeds]: best score ${intervalOf(slopes[0]!)},`);
  console.log(`score of the iteration ${intervalOf(slopes[1]!)}, fresh score of the best θ ${intervalOf(slopes[2]!)}`);
  console.log(
    `last θ less first θ on fresh rows: ${intervalOf(gains)}; lower in ${gains.filter((gain) => gain < 0).length} of ${gains.length}`,
  );
}

/** The best score and that of the new θ of each iteration; an iteration without one has the worst. */
function scoresOf({ trajectory }: Fitted): number[][] {
  return [trajectory.map(({ best }) => best ?? 1), trajectory.map(({ score }) => score ?? 1)];
}

/** The fresh score of whichever θ was best after each iteration. */
function freshScoresOf(split: Split, fitted: Fitted, seed: number): number[] {
  const options = parseFitOptions({ ...given, seed });
  const known = new Map<number, number>();
  return fitted.trajectory.map(({ bestTheta: number }) => {
    const theta = { context: fitted.context, schema: split.schema, ...evolvingParts(fitted.thetas.get(number)!) };
    if (!known.has(number)) known.set(number, freshScore(split, theta, { options, seed }));
    return known.get(number)!;
  });
}

async function structureTrend(product: Bench, size: number): Promise<void> {
  const split = await splitOf('asia', size);
  const distances: number[] = [];
  const gains: number[] = [];
  console.log(`\n### asia, N = ${size}: graph edit distance to the true edges (${ASIA.length})\n`);
  console.log(
    '| seed | hill-climbed start | best θ after each iteration | nearest of all θ |\n| --- | --- | --- | --- |',
  );
  for (const seed of seeds) {
    const { trajectory, thetas } = await product.fit(split, { ...given, seed, trueEdges: ASIA });
    const start = distanceOf(thetas.get(0)!);
    const over = trajectory.map((point) => point.graphEditDistance ?? NaN);
    const nearest = Math.min(...[...thetas.values()].map(distanceOf));
    distances.push(over.at(-1)!);
    gains.push(over.at(-1)! - start);
    console.log(`| ${seed} | ${start} | ${over.join(' ')} | ${nearest} |`);
  }
  console.log(`\nbest θ: ${intervalOf(distances)}; less the start: ${intervalOf(gains)}`);
}

function distanceOf({ causalStructure }: StoredTheta): number {
  return graphEditDistance(causalStructure, ASIA);
}

async function splitOf(name: TableName, size: number): Promise<Split> {
  const split = await readSplit(name, size, values.data);
  if (!split) throw new Error(`there is no table ${name} of ${size} rows`);
  return split;
}

/** Least-squares slope against 0, 1, 2, … */
function slopeOf(series: readonly number[]): number {
  const middle = (series.length - 1) / 2;
  const squares = series.reduce((sum, _, place) => sum + (place - middle) ** 2, 0);
  return squares === 0 ? 0 : series.reduce((sum, value, place) => sum + (place - middle) * value, 0) / squares;
}

function intervalOf(numbers: readonly number[]): string {
  const { mean, deviation, count } = summaryOf(numbers)!;
  const half = count > 1 ? ((STUDENT[count - 2] ?? 2) * deviation) / Math.sqrt(count) : NaN;
  return `${mean.toFixed(4)} [${(mean - half).toFixed(4)}, ${(mean + half).toFixed(4)}]`;
}
