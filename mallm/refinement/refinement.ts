import type { Row, TableSchema } from '../table/dataset.js';
import { createRandom, seedOf } from '../random.js';
import type { Edge } from '../theta/theta.js';
import { clampedEnds, spreadEnds } from './clamped-ends.js';
import { pointsOf } from './column-codes.js';
import { fitColumn, TREES } from './column-model.js';
import { drawingOrder } from './column-order.js';
import { columnTask, rowsOfColumn, type LearningTable } from './column-task.js';
import { rakedWeights } from './pool/donor-weights.js';
import { cellsOf, drawnColumns, isComputed, type DrawnColumn } from './drawn-columns.js';
import { GENERATOR_VERSION, NO_MODEL, storedTree, type ColumnModel, type RefinedGenerator } from './generator.js';
import { fitPeople } from './people/fit-people.js';
import { preparePool, type Pool } from './pool/pool.js';
import { prepareTable } from './prepared-table.js';
import { learnPoolWeight, learnShares, type PoolTask } from './pool/pool-weights.js';
import { fitDistanceRule, type DistanceLevel } from './row-distance.js';
import { targetModel } from './target-model.js';
import { textPools } from './texts.js';

/** What a refined generator is fitted on. */
export interface RefinementInput {
  schema: TableSchema;
  /** At least one. */
  trainRows: readonly Row[];
  /** Rows a model made, any number; with none, columns are learnt from the training rows alone. */
  modelRows: readonly Row[];
  /**
   * By model row: places of the training rows that its prompt showed, which it says nothing about; null where that is
   * not recorded. Without it the model's rows are trusted less.
   */
  shown?: readonly (readonly number[] | null)[];
  /** θ's causal structure: an order of the columns. */
  edges: readonly Edge[];
  distance: DistanceLevel;
  /** Draws the target sharper than it is: for training models, not for effect sizes. Default: faithful. */
  sharpened?: boolean;
  seed: number;
  /** Columns that each row to be drawn comes with: they are drawn from, and not drawn. */
  given?: readonly string[];
}

/** The pool beside the training rows in one table. */
interface Learning extends LearningTable {
  pool: Pool;
  seed: number;
}

/**
 * Fits a generator on training rows, and on a model's rows as far as the training rows vouch for them.
 *
 * Each column is learnt given those before it, the target last: a number by ridge and bagged trees on its residuals, a
 * label by bagged trees. How much the model's rows count is learnt column by column, by training rows that their prompts
 * did not show, against rows that know nothing. Where people have several rows, people are learnt, and rows given those
 * before them (see `fitPeople`). Deterministic per seed.
 *
 * Departs: the published method releases the model's rows as they are; docs/decisions/refinement.md has the figures.
 */
export function fitRefinedGenerator(input: RefinementInput): RefinedGenerator {
  return input.schema.group ? fitPeople(input, fitRows) : fitRows(input);
}

function fitRows(input: RefinementInput): RefinedGenerator {
  const { seed, given = [] } = input;
  const ends = clampedEnds(input.schema, input.trainRows);
  const [trainRows, modelRows] = [spreadEnds(ends, input.trainRows), spreadEnds(ends, input.modelRows)];
  const prepared = prepareTable({ schema: input.schema, trainRows, modelRows });
  const { schema, columns, own } = prepared;
  const train = pointsOf(columns, prepared.trainRows);
  const isGiven = (column: number): boolean => given.includes(schema.columns[columns[column]!.index]!.name);
  const found = prepared.orderOf(drawingOrder(schema, own, input.edges, train, seed));
  const order = [...found.filter(isGiven), ...found.filter((column) => !isGiven(column))];
  const closed = prepared.drawnFor(schema.columns.findIndex(({ name }) => name === schema.target));
  const support = (pool: readonly Float64Array[], refines: boolean): DrawnColumn[] =>
    drawnColumns(schema, columns, order, train, { points: pool, refines, closed }, prepared.places);
  const offered = pointsOf(columns, prepared.modelRows);
  const poolInput = { ...input, trainRows, modelRows: prepared.modelRows };
  const pool = preparePool(poolInput, columns, support(offered, false), train, seedOf(seed, 'pool'));
  const drawn = support(pool.points, pool.refines);
  const points = [...train, ...pool.points];
  const cells = cellsOf(drawn, columns, points);
  const learning = { drawn, cells, real: train.length, rows: points.length, pool, seed };
  const poolWeights: Record<string, number> = {};
  const firstDrawn = drawn.findIndex((step) => !isGiven(step.kind === 'presence' ? step.columns[0]! : step.column));
  const givenPlaces = firstDrawn < 0 ? drawn.length : firstDrawn;
  const models = drawn.map((step, place): ColumnModel => {
    if (place < givenPlaces || isComputed(step)) return NO_MODEL;
    const name = nameOf(schema, columns, step);
    const weight = weightOfPool(learning, place);
    if (pool.points.length > 0 && step.kind !== 'presence') poolWeights[name] = weight;
    const isTarget = step.kind !== 'presence' && step.column === closed && place > 0;
    return fitModel(learning, place, weight, isTarget ? { sharpened: input.sharpened ?? false } : null);
  });
  const rows = 1 + models.reduce((most, { donors }) => Math.max(most, donors.at(-1) ?? 0), train.length - 1);
  return {
    ...{ version: GENERATOR_VERSION, schema: input.schema, columns, drawn, models, poolWeights },
    ...(prepared.computed && { computed: prepared.computed }),
    cells: cells.map(({ codes }) => [...codes.subarray(0, rows)]),
    distance: fitDistanceRule(input.schema, input.trainRows, input.distance),
    texts: textPools(input.schema, own, trainRows, prepared.modelRows),
    sharpened: input.sharpened ?? false,
    modelRows: { given: input.modelRows.length, used: pool.points.length },
    ...(givenPlaces > 0 ? { given: givenPlaces } : {}),
  };
}

/** How many times the training rows the pool counts for a column. */
function weightOfPool(learning: Learning, place: number): number {
  const { pool } = learning;
  if (pool.grid.length < 2) return 0;
  return learnPoolWeight(poolTask(learning, place), pool.grid, seedOf(learning.seed, 'weight', place));
}

function poolTask(learning: Learning, place: number): PoolTask {
  const { pool, real } = learning;
  const rows = rowsOfColumn(learning, place, true);
  const task = columnTask(learning, place, rows, (row) => (row < real ? 1 : pool.weights[row - real]!));
  const isShown = (row: number, donor: number): boolean =>
    donor >= task.real && pool.shown[rows[donor]! - real]![rows[row]!] === 1;
  return { ...task, isShown };
}

function fitModel(
  learning: Learning,
  place: number,
  weight: number,
  target: { sharpened: boolean } | null,
): ColumnModel {
  const { pool, real, seed } = learning;
  const donors = rowsOfColumn(learning, place, weight > 0);
  const task = columnTask(learning, place, donors, (row) => (row < real ? 1 : weight * pool.weights[row - real]!));
  const fit = fitColumn(task, TREES, createRandom(seedOf(seed, 'trees', place)), target !== null);
  const shares = weight > 0 && task.classes > 0 ? learnShares(poolTask(learning, place), pool.grid) : 0;
  const weights = rakedWeights(task, fit, shares);
  return {
    features: [...task.features],
    ridge: fit.ridge && { intercept: fit.ridge.intercept, coefficients: [...fit.ridge.coefficients] },
    trees: fit.trees.map(storedTree),
    donors: [...donors],
    weights: [...weights],
    gives: [...fit.response],
    target: target && targetModel(task, fit, weights, target.sharpened),
  };
}

function nameOf(schema: TableSchema, columns: RefinedGenerator['columns'], step: DrawnColumn): string {
  const place = step.kind === 'presence' ? step.columns[0]! : step.column;
  return schema.columns[columns[place]!.index]!.name;
}
