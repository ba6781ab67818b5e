import type { CellProblem } from '../table/cell.js';
import {
  columnIndex,
  isLabel,
  isModelled,
  isNumber,
  type Cell,
  type Column,
  type DatetimeColumn,
  type NumericColumn,
  type Row,
  type TableSchema,
} from '../table/dataset.js';
import { roundToDecimals } from '../table/number-grid.js';
import { isFormula, type Formula, type OrderRule } from '../table/rule.js';
import { leastOnGrid, nearestOnGrid } from './column-rounding.js';
import { readyFormula } from './formula.js';
import { rulesCheck } from './rule-check.js';

/** A column that is computed from others of its row. Plain JSON. */
export interface ComputedColumn {
  /** Places in a row of the column and of what it is computed from. */
  column: number;
  inputs: number[];
  /** Whether, in all training rows, it is there exactly where all that it is computed from is. */
  always: boolean;
  by: Formula | Floor;
}

/** A column that is never below others: it is their greatest, plus a gap that is drawn in its place. */
export interface Floor {
  is: 'floor';
  /** Place of the gap in a prepared row, behind all columns. */
  gap: number;
  /** Places of what it is never below. */
  lows: number[];
  /** Counts as their greatest where all of them are missing. */
  standIn: number;
}

/**
 * The columns that are computed so that rows keep the rules of their schema, in the order of computing. A rule makes at
 * most one column; where it would go in a circle, or its column has a maker, it makes none: rows are then checked for it.
 */
export function computedColumns(schema: TableSchema, trainRows: readonly Row[]): ComputedColumn[] {
  const rules = schema.rules ?? [];
  const made = new Map<number, ComputedColumn>();
  for (const rule of rules.filter(isFormula)) {
    const formula = waysOf(rule).find((each) => isFree(made, readyFormula(schema, each)));
    if (formula) made.set(columnIndex(schema, formula.column), computedBy(schema, formula, trainRows));
  }
  let gap = schema.columns.length;
  for (const [column, lows] of orderedColumns(
    schema,
    rules.filter((rule) => rule.is === 'order'),
  )) {
    const free = lows.filter((low) => isFree(made, { column, inputs: [low] }));
    if (free.length === 0) continue;
    const floor = floorReader(schema.columns[column]!, free, NaN);
    const standIn = median(trainRows.map(floor).filter((value) => !Number.isNaN(value)));
    made.set(column, { column, inputs: free, always: true, by: { is: 'floor', gap: gap++, lows: free, standIn } });
  }
  return inOrder(made);
}

/** Makes computed columns ready for rows of their schema. */
export interface RowRules {
  /** A row with its gaps behind its cells, computed columns computed; what cannot be mended stays as it is. */
  prepare(row: Row): Cell[];
  /** The cell of a computed column that follows from a prepared row. */
  compute(computed: ComputedColumn, row: Row): Cell;
  /**
   * Computes the columns of a prepared row, in place. Why it may not be released then, or null: a computed cell that its
   * column cannot have, as `cellViolation` calls it, or `broken-rule`.
   */
  restore(row: Cell[]): string | null;
  /** A row of a model with its computed columns computed. */
  mend(row: Row): Row;
}

export function rowRules(schema: TableSchema, computed: readonly ComputedColumn[]): RowRules {
  const keepsRules = rulesCheck(schema);
  const makers = new Map(computed.map((each) => [each, makerOf(schema, each)]));
  const formulas = computed.flatMap((each) =>
    each.by.is === 'floor' ? [] : [{ each, holds: readyFormula(schema, each.by).holds }],
  );
  const gaps = computed.flatMap(({ column, by }) =>
    by.is === 'floor' ? [{ place: by.gap, read: gapReader(schema.columns[column]!, by, column) }] : [],
  );
  const compute = (each: ComputedColumn, row: Row): Cell => {
    const made = makers.get(each)!(row);
    const own = row[each.column] ?? null;
    return each.always ? made : own === null ? null : (made ?? own);
  };
  const mend = (row: Row): Cell[] => {
    const mended = [...row];
    for (const { each, holds } of formulas) {
      if (holds(mended) === true) continue;
      const cell = compute(each, mended);
      // A code that no training row has: what it stands for is as the model says.
      const isOpen = cell === null && each.inputs.every((input) => (mended[input] ?? null) !== null);
      if (!isOpen) mended[each.column] = cell;
    }
    return mended;
  };
  return {
    compute,
    mend,
    prepare: (row) => {
      const prepared = mend(row);
      for (const { place, read } of gaps) prepared[place] = read(prepared);
      return prepared;
    },
    restore: (row) => {
      for (const each of computed) {
        const cell = (row[each.column] = compute(each, row));
        const problem = problemOf(schema.columns[each.column]!, cell);
        if (problem !== null) return problem;
      }
      return keepsRules(row) ? null : 'broken-rule';
    },
  };
}

/** The schema of prepared rows: behind the columns the gaps, each named as its column and of its kind. */
export function preparedSchema(schema: TableSchema, computed: readonly ComputedColumn[]): TableSchema {
  const columns = [...schema.columns];
  for (const { column, by } of computed) if (by.is === 'floor') columns[by.gap] = schema.columns[column]!;
  return { ...schema, columns };
}

/** Why a column cannot have a cell that was computed on its grid. */
function problemOf(column: Column, cell: Cell): CellProblem | null {
  if (cell === null) return column.nullable ? null : 'missing-not-allowed';
  if (isNumber(column)) return Number(cell) < column.min || Number(cell) > column.max ? 'out-of-range' : null;
  return isLabel(column) && !column.categories.includes(String(cell)) ? 'unknown-label' : null;
}

/** A formula as it may be read: a sum for each of its columns, two equal columns either way. */
function waysOf(rule: Formula): Formula[] {
  if (rule.is === 'equal') return [rule, { ...rule, column: rule.of, of: rule.column }];
  if (rule.is !== 'sum') return [rule];
  const { column, plus, minus, constant } = rule;
  const others = (names: readonly string[], name: string): string[] => names.filter((each) => each !== name);
  return [
    rule,
    ...plus.map((name) => ({
      ...{ ...rule, column: name, plus: [column, ...minus], minus: others(plus, name), constant: -constant },
    })),
    ...minus.map((name) => ({ ...rule, column: name, plus, minus: [column, ...others(minus, name)] })),
  ];
}

/** Whether a column has no maker yet, and none of what it would be computed from depends on it. */
function isFree(
  made: ReadonlyMap<number, ComputedColumn>,
  { column, inputs }: Pick<ComputedColumn, 'column' | 'inputs'>,
): boolean {
  const dependsOnIt = (place: number): boolean =>
    place === column || (made.get(place)?.inputs.some(dependsOnIt) ?? false);
  return !made.has(column) && !inputs.some(dependsOnIt);
}

function computedBy(schema: TableSchema, by: Formula, rows: readonly Row[]): ComputedColumn {
  const { column, inputs, compute } = readyFormula(schema, by);
  const always = rows.every((row) => ((row[column] ?? null) === null) === (compute(row) === null));
  return { column, inputs, always, by };
}

/** By column the columns that it is never below, those below first. */
function orderedColumns(schema: TableSchema, orders: readonly OrderRule[]): Map<number, Floor['lows']> {
  const lows = new Map<number, Floor['lows']>();
  for (const { low, high } of orders) {
    const place = columnIndex(schema, high);
    if (!isModelled(schema.columns[place]!)) continue;
    lows.set(place, [...(lows.get(place) ?? []), columnIndex(schema, low)]);
  }
  return lows;
}

function inOrder(made: ReadonlyMap<number, ComputedColumn>): ComputedColumn[] {
  const ordered = new Set<ComputedColumn>();
  const add = (place: number): void => {
    const computed = made.get(place);
    if (!computed || ordered.has(computed)) return;
    computed.inputs.forEach(add);
    ordered.add(computed);
  };
  for (const place of made.keys()) add(place);
  return [...ordered];
}

/** What makes a computed column's cell from the others of a prepared row. */
function makerOf(schema: TableSchema, { column, by }: ComputedColumn): (row: Row) => Cell {
  if (by.is !== 'floor') return readyFormula(schema, by).compute;
  const own = schema.columns[column]!;
  const floor = floorReader(own, by.lows, by.standIn);
  const nearest = nearestOnGrid(own);
  return (row) => {
    const gap = row[by.gap];
    return typeof gap === 'number' ? nearest(floor(row) + gap) : null;
  };
}

function gapReader(column: Column, { lows, standIn }: Floor, place: number): (row: Row) => Cell {
  const floor = floorReader(column, lows, standIn);
  return (row) => {
    const cell = row[place];
    if (typeof cell !== 'number') return null;
    const gap = cell - floor(row);
    return column.kind === 'numeric' ? roundToDecimals(column.decimals.max, gap) : gap;
  };
}

/** The least number on the column's grid that is not below any of a row's lows. */
function floorReader(column: Column, lows: Floor['lows'], standIn: number): (row: Row) => number {
  const least = leastOnGrid(column as NumericColumn | DatetimeColumn);
  return (row) => {
    let greatest = -Infinity;
    for (const place of lows) {
      const cell = row[place];
      if (typeof cell === 'number') greatest = Math.max(greatest, cell);
    }
    return greatest === -Infinity ? standIn : least(greatest);
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
