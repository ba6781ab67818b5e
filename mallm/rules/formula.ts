import { roundToGrid } from '../table/cell.js';
import { columnIndex, columnNamed, type Cell, type Column, type Row, type TableSchema } from '../table/dataset.js';
import { nearestOnGrid } from './column-rounding.js';
import { TIME_UNITS, inputsOf, type Formula, type ProductRule, type SumRule } from '../table/rule.js';

/** Rounding of floating-point numbers that counts as none, relative to the number. */
const NOISE = 1e-9;
/** The same for products: tables of measurements may have been kept in single precision. */
export const PRODUCT_NOISE = 2e-7;

/** A formula made ready for rows of its schema. */
export interface ReadyFormula {
  /** Places of the computed column and of those it is computed from. */
  column: number;
  inputs: number[];
  /** The cell that follows from a row's others, on the column's grid; null where one of them is missing, or none follows. */
  compute(row: Row): Cell;
  /** Whether the row's own cell is the one that follows, or within the rounding of it; null where that cannot be said. */
  holds(row: Row): boolean | null;
}

/** Makes a formula ready. @throws Error when it names a column that the schema does not have. */
export function readyFormula(schema: TableSchema, rule: Formula): ReadyFormula {
  const column = columnNamed(schema, rule.column);
  const index = columnIndex(schema, rule.column);
  const inputs = inputsOf(rule).map((name) => columnIndex(schema, name));
  const isWhole = (row: Row): boolean => inputs.every((place) => (row[place] ?? null) !== null);
  if (rule.is === 'equal' || rule.is === 'determined') {
    const follows = rule.is === 'equal' ? (cell: Cell) => cell : lookup(rule.values);
    const compute = (row: Row): Cell => (isWhole(row) ? follows(row[inputs[0]!]!) : null);
    const holds = (row: Row): boolean | null => {
      const [cell, other] = [row[index] ?? null, compute(row)];
      return cell === null || other === null ? null : cell === other;
    };
    return { column: index, inputs, compute, holds };
  }
  const nearest = nearestOnGrid(column);
  const noise = rule.is === 'product' ? PRODUCT_NOISE : NOISE;
  const exact = rule.is === 'sum' ? sumReader(schema, rule) : productReader(schema, rule);
  const value = (row: Row): number | null => {
    const number = isWhole(row) ? exact(row) : NaN;
    return Number.isFinite(number) ? number : null;
  };
  return {
    column: index,
    inputs,
    compute: (row) => {
      const number = value(row);
      return number === null ? null : nearest(number);
    },
    holds: (row) => {
      const [cell, number] = [row[index] ?? null, value(row)];
      return typeof cell !== 'number' || number === null ? null : isRounding(column, number, cell, noise);
    },
  };
}

/** Half of the distance between two numbers that a column can write; 0 where that is not one distance. */
export function halfStep(column: Column): number {
  return column.kind === 'numeric' ? (column.step ?? 10 ** -column.decimals.max) / 2 : 0;
}

/** Whether a cell is an exact number rounded to its column's grid: half a step may go either way. */
export function isRounding(column: Column, exact: number, cell: number, noise = NOISE): boolean {
  return (
    Math.abs(exact - cell) <= halfStep(column) + noise * Math.max(1, Math.abs(exact)) ||
    roundToGrid(column, exact) === cell
  );
}

function lookup(values: readonly (readonly [Cell, Cell])[]): (by: Cell) => Cell {
  const cells = new Map(values);
  return (by) => cells.get(by) ?? null;
}

function sumReader(schema: TableSchema, { column, plus, minus, constant, unit }: SumRule): (row: Row) => number {
  const seconds = unit === undefined ? 1 : TIME_UNITS[unit];
  const scaleOf = (name: string): number => (columnNamed(schema, name).kind === 'datetime' ? 1 : seconds);
  const term = (sign: number) => (name: string) => ({ place: columnIndex(schema, name), by: sign * scaleOf(name) });
  const terms = [...plus.map(term(1)), ...minus.map(term(-1))];
  const own = scaleOf(column);
  return (row) => terms.reduce((sum, { place, by }) => sum + by * Number(row[place]), constant * seconds) / own;
}

function productReader(schema: TableSchema, { factors, divisors, times }: ProductRule): (row: Row) => number {
  const [up, down] = [factors, divisors].map((names) => names.map((name) => columnIndex(schema, name)));
  return (row) => {
    const above = up!.reduce((product, place) => product * Number(row[place]), times);
    return above / down!.reduce((product, place) => product * Number(row[place]), 1);
  };
}
