import type { Cell, Row, TableSchema } from '../table/dataset.js';
import { computedColumns, preparedSchema, rowRules, type ComputedColumn } from '../rules/computed-columns.js';
import { codeColumns, rowOfPoint, type CodedColumn } from './column-codes.js';
import type { ComputedPlace } from './drawn-columns.js';
import type { RefinedGenerator } from './generator.js';

/** A table as its columns are learnt: rows with the gaps of the schema's rules behind their cells. */
export interface PreparedTable {
  schema: TableSchema;
  trainRows: readonly Row[];
  modelRows: readonly Row[];
  /** Coded columns, the gaps last; and those of the table alone. */
  columns: CodedColumn[];
  own: CodedColumn[];
  /** Undefined where the schema has no rules. */
  computed?: ComputedColumn[];
  /** By place of a coded column that is computed. */
  places: ReadonlyMap<number, ComputedPlace>;
  /** An order of the table's columns, by place, with each computed column behind what it is computed from. */
  orderOf(order: readonly number[]): number[];
  /** Place of the coded column that is drawn for a column of the schema: itself, or its gap. */
  drawnFor(index: number): number;
}

/** Prepares a table so that rows that are drawn keep the rules of its schema; without rules it stays as it is. */
export function prepareTable(input: {
  schema: TableSchema;
  trainRows: readonly Row[];
  modelRows: readonly Row[];
}): PreparedTable {
  const computed = computedColumns(input.schema, input.trainRows);
  const { prepare } = rowRules(input.schema, computed);
  const schema = preparedSchema(input.schema, computed);
  const trainRows = input.trainRows.map((row) => withoutFalls(prepare(row), computed));
  const columns = codeColumns(schema, trainRows);
  const placeOf = new Map(columns.map(({ index }, place) => [index, place]));
  const makers = computed.map((each) => inPlaces(each, placeOf));
  const gaps = new Map(computed.flatMap(({ column, by }) => (by.is === 'floor' ? [[column, by.gap]] : [])));
  return {
    ...{ schema, trainRows, columns, own: ownColumns(input.schema, columns) },
    modelRows: input.modelRows.map(prepare),
    ...(input.schema.rules && { computed }),
    places: new Map(
      makers.map(({ place, inputs, gap, always }) => [place, { always, with: gap < 0 ? inputs : [gap] }]),
    ),
    orderOf: (order) => withComputed(order, new Map(makers.map((each) => [each.place, each]))),
    drawnFor: (index) => placeOf.get(gaps.get(index) ?? index) ?? -1,
  };
}

/** No gap is negative in a training row: where extreme numbers were brought in, an order may be broken. */
function withoutFalls(row: Cell[], computed: readonly ComputedColumn[]): Row {
  for (const { by } of computed) if (by.is === 'floor' && Number(row[by.gap]) < 0) row[by.gap] = 0;
  return row;
}

/** The coded columns of the table, without the gaps. */
export function ownColumns({ columns }: TableSchema, coded: readonly CodedColumn[]): CodedColumn[] {
  return coded.filter(({ index }) => index < columns.length);
}

/**
 * Computes the computed columns of a point, in place. Why it may not be released then, or null; without rules always null.
 */
export function pointRules({ schema, columns, computed }: RefinedGenerator): (point: Float64Array) => string | null {
  if (!computed) return () => null;
  const { restore } = rowRules(schema, computed);
  const prepared = preparedSchema(schema, computed);
  const written = computed.map(({ column }) => {
    const place = columns.findIndex(({ index }) => index === column);
    const { kind, values } = columns[place]!;
    const labels = new Map<Cell, number>(values.map((value, i) => [value, i + 1]));
    const code = (cell: Cell): number => (kind === 'number' ? Number(cell ?? NaN) : (labels.get(cell) ?? 0));
    return { column, place, code };
  });
  return (point) => {
    const row = rowOfPoint(prepared, columns, point);
    const reason = restore(row);
    if (reason === null) for (const { column, place, code } of written) point[place] = code(row[column]!);
    return reason;
  };
}

/** A computed column with coded places; `gap` is −1 where it has none. */
interface Maker {
  place: number;
  inputs: number[];
  gap: number;
  always: boolean;
}

function inPlaces({ column, inputs, always, by }: ComputedColumn, placeOf: ReadonlyMap<number, number>): Maker {
  return {
    place: placeOf.get(column)!,
    inputs: inputs.map((index) => placeOf.get(index)!),
    gap: by.is === 'floor' ? placeOf.get(by.gap)! : -1,
    always,
  };
}

/** What is computed from the last column, the target, comes after it. */
function withComputed(order: readonly number[], makers: ReadonlyMap<number, Maker>): number[] {
  const target = order.at(-1)!;
  const needsTarget = (place: number): boolean =>
    makers.get(place)?.inputs.some((input) => input === target || needsTarget(input)) ?? false;
  const done = new Set<number>();
  const add = (place: number): void => {
    if (done.has(place)) return;
    const maker = makers.get(place);
    maker?.inputs.forEach(add);
    if (maker && maker.gap >= 0) done.add(maker.gap);
    done.add(place);
  };
  for (const place of order) if (place === target || !needsTarget(place)) add(place);
  for (const place of order) add(place);
  return [...done];
}
