import { ancestorsOf, columnOrder, parentsOf } from '../theta/causal-structure.js';
import type { PartialRow } from '../conditions/condition.js';
import type { Row, TableSchema } from '../table/dataset.js';
import { columnIndex, columnNamed, isModelled } from '../table/dataset.js';
import { marginalBins } from './marginal-bins.js';
import type { MarginalBins } from './marginal-bins.js';
import { createRandom, seedOf } from '../random.js';
import { columnsOfRule } from '../table/rule.js';
import { assertCanBeGiven, givenColumns } from '../theta/given-columns.js';
import type { Edge } from '../theta/theta.js';

/** Fewest training rows that a conditional share is taken from alone. */
const FEWEST_ROWS = 5;
const GOLDEN_RATIO = 0.6180339887498949;

export interface PartialRowsAsk {
  schema: TableSchema;
  /** Training rows: their marginals are drawn from. */
  rows: readonly Row[];
  /** The causal structure. */
  edges: readonly Edge[];
  /** Partial rows wanted. */
  count: number;
  seed: number;
  /** Columns to give; the default is `givenColumns`. */
  columns?: readonly string[];
}

/** One column to be given, in the order of the causal structure. */
interface GivenColumn {
  name: string;
  bins: MarginalBins;
  /** Places, among the given columns, of those before it that it depends on; the ones most worth keeping first. */
  relatives: number[];
}

/**
 * Draws a few cells of each row to make, so that chance is drawn in code and the model only completes the rows: true
 * shares of labels, ranges and missing cells, rare ones included. Numbers are given as ranges.
 *
 * Draws are stratified: over `count` rows each bin of an independent column gets its share to within one row. A
 * column that shares a cause with given ones before it (an edge, or a way through others) is drawn from the training
 * rows that agree with them; all others are independent, so no training row's combination comes up beyond chance.
 * The same seed gives the same partial rows.
 *
 * Departs: the paper leaves all chance to the model, which is a bad dice player.
 * @throws OptionError when `columns` names one that is unknown, an identifier or a text.
 */
export function drawPartialRows(ask: PartialRowsAsk): PartialRow[] {
  const { schema, rows, edges, count } = ask;
  const names = apartByRules(ask.columns ?? givenColumns(schema, edges), schema);
  assertCanBeGiven(names, schema);
  const columns = describeGiven(names, schema, rows, edges);
  const drawn: number[][] = [];
  for (const column of columns) drawn.push(drawBins(column, columns, drawn, ask));
  return placesUpTo(count).map((row) => {
    const given = columns.map(({ name, bins }, place) => [name, bins.conditions[drawn[place]![row]!]] as const);
    return Object.fromEntries(given.flatMap(([name, condition]) => (condition ? [[name, condition]] : [])));
  });
}

/** Of columns that one rule names only the first: drawn apart, they would break it. */
function apartByRules(names: readonly string[], { rules = [] }: TableSchema): string[] {
  const ruled = rules.map((rule) => new Set(columnsOfRule(rule)));
  return names.filter(
    (name, place) =>
      !names.slice(0, place).some((earlier) => ruled.some((both) => both.has(name) && both.has(earlier))),
  );
}

function describeGiven(
  names: readonly string[],
  schema: TableSchema,
  rows: readonly Row[],
  edges: readonly Edge[],
): GivenColumn[] {
  const columns = columnOrder(schema, edges)
    .filter((name) => names.includes(name))
    .map((name) => columnNamed(schema, name))
    .filter(isModelled);
  const families = columns.map(({ name }) => ancestorsOf(edges, name).add(name));
  return columns.map((column, place) => {
    const parents = parentsOf(edges, column.name);
    const isParent = (earlier: number): number => Number(parents.includes(columns[earlier]!.name));
    const relatives = placesUpTo(place)
      .filter((earlier) => [...families[place]!].some((name) => families[earlier]!.has(name)))
      .sort((a, b) => isParent(b) - isParent(a));
    return { name: column.name, bins: marginalBins(column, columnIndex(schema, column.name), rows), relatives };
  });
}

/**
 * The bin of this column for each partial row; -1 where there is nothing to draw from. Rows that agree in the relatives
 * are adjacent when they are dealt out, so that within each such group, too, every bin gets its share.
 */
function drawBins(column: GivenColumn, columns: GivenColumn[], drawn: number[][], ask: PartialRowsAsk): number[] {
  const random = createRandom(seedOf(ask.seed, 'partial rows', column.name));
  const places = random.shuffle(placesUpTo(ask.count));
  const start = random.uniform();
  const bins = Array<number>(ask.count).fill(-1);
  if (column.relatives.length === 0) {
    for (const [step, place] of places.entries()) bins[place] = binAt(column.bins.counts, (step + start) / ask.count);
    return bins;
  }
  const group = (place: number): string => column.relatives.map((relative) => drawn[relative]![place]!).join(' ');
  const countsOf = new Map<string, number[]>();
  for (const [step, place] of places
    .sort((a, b) => (group(a) < group(b) ? -1 : Number(group(a) > group(b))))
    .entries()) {
    const counts =
      countsOf.get(group(place)) ?? countsAmongKin(column, columns, (relative) => drawn[relative]![place]!);
    countsOf.set(group(place), counts);
    bins[place] = binAt(counts, (start + step * GOLDEN_RATIO) % 1);
  }
  return bins;
}

/**
 * Counts of the column's bins over the training rows that agree in the first `asked` relatives. Few rows are filled up
 * to five with the shares of the rows that agree in one relative less: one row must not decide what its like gets.
 */
function countsAmongKin(
  column: GivenColumn,
  columns: GivenColumn[],
  binOf: (relative: number) => number,
  asked = column.relatives.length,
): number[] {
  if (asked === 0) return column.bins.counts;
  const relatives = column.relatives.slice(0, asked);
  const kin = column.bins.codes.filter(
    (code, row) => code >= 0 && relatives.every((relative) => columns[relative]!.bins.codes[row] === binOf(relative)),
  );
  const counts = column.bins.counts.map((_, bin) => kin.filter((code) => code === bin).length);
  if (kin.length >= FEWEST_ROWS) return counts;
  const wider = countsAmongKin(column, columns, binOf, asked - 1);
  const weight = (FEWEST_ROWS - kin.length) / wider.reduce((sum, count) => sum + count, 0);
  return counts.map((count, bin) => count + weight * wider[bin]!);
}

/** The bin at a place in [0, 1) of all counts laid end to end; -1 when all are 0. */
function binAt(counts: readonly number[], share: number): number {
  let left = share * counts.reduce((sum, count) => sum + count, 0);
  return counts.findIndex((count) => (left -= count) < 0);
}

function placesUpTo(count: number): number[] {
  return Array.from({ length: count }, (_, place) => place);
}
