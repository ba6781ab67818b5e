import { columnOrder } from '../theta/causal-structure.js';
import type { Edge } from '../theta/theta.js';
import type { TableSchema } from '../table/dataset.js';
import { createRandom, seedOf } from '../random.js';
import { binOf, binsOf } from './bins.js';
import type { CodedColumn } from './column-codes.js';
import { fitColumn } from './column-model.js';
import { columnTask, rowsOfColumn } from './column-task.js';
import { cellsOf, drawnColumns } from './drawn-columns.js';
import { outOfBag } from './pool/out-of-bag.js';

const TRIAL_TREES = 12;

/**
 * The order in which the coded columns are drawn, as their places: that of the table, or that of the causal structure
 * where the training rows are no less likely in it, each by the trees that did not have it. The target comes last.
 */
export function drawingOrder(
  schema: TableSchema,
  coded: readonly CodedColumn[],
  edges: readonly Edge[],
  train: readonly Float64Array[],
  seed: number,
): number[] {
  const isTarget = (place: number): boolean => schema.columns[coded[place]!.index]!.name === schema.target;
  const targetLast = (places: number[]): number[] => [
    ...places.filter((place) => !isTarget(place)),
    ...places.filter(isTarget),
  ];
  const table = targetLast([...coded.keys()]);
  const placeOf = new Map(coded.map(({ index }, place) => [schema.columns[index]!.name, place]));
  const places = columnOrder(schema, edges).map((name) => placeOf.get(name));
  const causal = targetLast(places.filter((place) => place !== undefined));
  if (causal.join() === table.join()) return table;
  const likelihood = (order: number[]): number => logLikelihood(schema, coded, order, train, seed);
  return likelihood(causal) >= likelihood(table) ? causal : table;
}

/** Out-of-bag log likelihood of the training rows, numbers counted in bins, summed over columns. */
function logLikelihood(
  schema: TableSchema,
  coded: readonly CodedColumn[],
  order: readonly number[],
  train: readonly Float64Array[],
  seed: number,
): number {
  const drawn = drawnColumns(schema, coded, order, train, { points: [], refines: false, closed: -1 });
  const table = { drawn, cells: cellsOf(drawn, coded, train), real: train.length, rows: train.length };
  return drawn.reduce((sum, _, column) => {
    const task = columnTask(table, column, rowsOfColumn(table, column, false), () => 1);
    const bins = binsOf(task.codes, task.classes, task.real);
    const fit = fitColumn(task, TRIAL_TREES, createRandom(seedOf(seed, 'order', column)));
    const binByRow = task.codes.map((code) => binOf(bins, code));
    return sum + outOfBag(fit, bins, binByRow, task.real, () => false).reduce((total, value) => total + value, 0);
  }, 0);
}
