import type { BoostedTrees } from '../learning/boosted-trees.js';
import { rowSatisfies, type PartialRow } from '../conditions/condition.js';
import type { Row, TableSchema } from '../table/dataset.js';
import { createRatioEstimate } from './density-ratio.js';
import type { Rejections } from '../rejections.js';
import { createRandom, type Random } from '../random.js';
import { featureWriter, rowOfPoint, type CodedColumn } from './column-codes.js';
import { drawConditions, type DrawConditions } from './drawn-conditions.js';
import { createDrawer, type DrawColumn } from './column-drawer.js';
import { smoothingOf } from './smoothing.js';
import { createTextChoice, type TextPool } from './texts.js';
import { createDistanceFilter, type DistanceRule } from './row-distance.js';

/** Attempts a wanted row, and beyond them for any number of rows, before a draw gives up. */
const ATTEMPTS_A_ROW = 100;
const ATTEMPTS = 5000;

/** What kept most of the missing rows back. */
const REASONS: Record<string, string> = {
  'exact-copy': 'most of the others would be copies of training rows',
  'too-near': 'most of the others would be nearer to a training row than the distance level allows',
  unlikely: 'most of the others would be told from real rows',
  'condition-not-met': 'rows that satisfy the conditions are too rare',
};

/**
 * A generator of rows without a model: trees that draw column by column, a distance that is kept to training rows, and
 * the density ratio by which rows are chosen. Plain JSON. It holds values of the training rows: it is as private as
 * they are.
 */
export interface RefinedGenerator {
  version: 1;
  schema: TableSchema;
  /** Modelled columns in the schema's order, and the trees in the order of drawing. */
  columns: CodedColumn[];
  order: DrawColumn[];
  /** Numbers of the training rows by coded column, null for labels: they say how far a drawn number may move. */
  trainNumbers: (number[] | null)[];
  distance: DistanceRule;
  /** Models of the ratio real : drawn, and the ratio from which on a row is always kept; null keeps every row. */
  ratio: { models: BoostedTrees[]; always: number; clip: number } | null;
  texts: TextPool[];
  /** Model rows that were given, and that were of use (known labels, within the range, no copy of a training row). */
  modelRows: { given: number; used: number };
}

/** What is asked of a generator. */
export interface DrawRequest {
  count: number;
  seed: number;
  /** Every row satisfies them. */
  conditions?: PartialRow;
}

/** What it gave. */
export interface DrawnRows {
  rows: Row[];
  /** Why drawn rows were not released. */
  rejections: Rejections;
  /** Released rows that equal a training row: 0 unless rows repeat by nature. */
  repeats: number;
  /** Why there are fewer rows than asked, in words, or null. */
  shortfall: string | null;
}

/** Draws rows one attempt at a time. */
export interface Sampler {
  /** The point of the last attempt. */
  point: Float64Array;
  /** Null when the attempt's point may be released, else the reason why not. */
  attempt(random: Random, force: boolean): string | null;
}

/**
 * Draws rows: each is drawn column by column, dropped when too near to a training row, and kept with the chance that the
 * density ratio gives it. Deterministic per seed; shards with seeds of their own are independent. Memory: the rows asked.
 *
 * Under conditions rows are drawn by rejection with look-ahead, so that they are distributed as the generator's rows
 * that satisfy them. Where too few come, the rest is drawn with the condition forced in each leaf, or in the whole column
 * where the leaf has none. Identifiers are null: they are made afresh later.
 *
 * @throws Error when a condition names a column that the schema does not have.
 */
export function drawRows(generator: RefinedGenerator, { count, seed, conditions = {} }: DrawRequest): DrawnRows {
  const allowed = allowedBy(generator, conditions);
  const drawn: DrawnRows = { rows: [], rejections: {}, repeats: 0, shortfall: null };
  if (allowed.impossible !== null) return { ...drawn, shortfall: count > 0 ? allowed.impossible : null };

  const random = createRandom(seed);
  const sampler = createSampler(generator, allowed);
  const complete = rowMaker(generator, allowed, random);
  const { isCopy } = createDistanceFilter(generator.distance);
  const isConditional = Object.keys(conditions).length > 0;
  const most = ATTEMPTS + ATTEMPTS_A_ROW * count;
  for (let attempt = 0; drawn.rows.length < count && attempt < (isConditional ? 2 * most : most); attempt++) {
    const reason = sampler.attempt(random, attempt >= most);
    const row = reason === null ? complete(sampler.point) : null;
    if (row !== null && rowSatisfies(generator.schema, row, allowed.checked)) {
      drawn.rows.push(row);
      if (generator.distance.repeatsByNature && isCopy(sampler.point)) drawn.repeats++;
    } else {
      const why = reason ?? 'condition-not-met';
      drawn.rejections[why] = (drawn.rejections[why] ?? 0) + 1;
    }
  }
  return drawn.rows.length < count ? { ...drawn, shortfall: shortfallOf(drawn) } : drawn;
}

/** Makes a generator ready to draw from, one attempt at a time. */
export function createSampler(generator: RefinedGenerator, allowed = allowedBy(generator, {})): Sampler {
  const { schema, columns, order, trainNumbers, ratio, distance } = generator;
  const smoothings = columns.map(({ index }, c) => {
    const numbers = trainNumbers[c];
    return numbers ? smoothingOf(schema.columns[index]!, columns[c]!, numbers) : null;
  });
  const drawer = createDrawer(columns, order, smoothings, allowed.columns);
  const filter = createDistanceFilter(distance);
  const estimate = ratio && createRatioEstimate(ratio.models, ratio.clip);
  const { width, write } = featureWriter(columns);
  const features = new Float64Array(width);
  const isChosen = (random: Random): boolean => {
    if (!estimate) return true;
    write(drawer.point, features);
    return random.uniform() * ratio.always < estimate(features);
  };
  const attempt = (random: Random, force: boolean): string | null => {
    if (!drawer.draw(random, force)) return 'condition-not-met';
    return filter.reject(drawer.point) ?? (force || isChosen(random) ? null : 'unlikely');
  };
  return { point: drawer.point, attempt };
}

function allowedBy({ schema, columns, order, texts }: RefinedGenerator, conditions: PartialRow): DrawConditions {
  const textsOf = (index: number): (string | null)[] => {
    const pool = texts.find((candidate) => candidate.index === index);
    return pool && pool.texts.length > 0 ? pool.texts : [null];
  };
  return drawConditions(schema, columns, order, textsOf, conditions);
}

/** Turns points into rows, with a text of the pool in each text column. */
function rowMaker(
  { schema, columns, texts, distance }: RefinedGenerator,
  allowed: DrawConditions,
  random: Random,
): (point: Float64Array) => Row {
  const choices = texts.map((pool) => ({ pool, choose: createTextChoice(pool, distance.scales) }));
  return (point) => {
    const row = rowOfPoint(schema, columns, point);
    for (const { pool, choose } of choices) row[pool.index] = choose(point, random, allowed.texts.get(pool.index));
    return row;
  };
}

function shortfallOf({ rejections }: DrawnRows): string {
  const [reason = 'unlikely'] = Object.entries(rejections)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name);
  return REASONS[reason] ?? reason;
}
