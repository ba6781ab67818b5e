import { columnNamed, isLabel, isModelled, type Row, type TableSchema } from '../../table/dataset.js';
import {
  columnsOfRule,
  isFormula,
  type DeterminedRule,
  type Formula,
  type OrderRule,
  type ProductRule,
  type Rule,
  type SumRule,
} from '../../table/rule.js';
import { columnGroups } from './column-groups.js';
import type { FoundRule } from './evidence.js';
import { findDetermined } from './find-determined.js';
import { findMissingTogether } from './find-missing.js';
import { findOrders } from './find-orders.js';
import { findProducts, findScales } from './find-products.js';
import { findDurations, findShifts, findSums } from './find-sums.js';
import { numberColumns, type NumberCells } from './number-columns.js';

export type { FoundRule } from './evidence.js';

/** Columns of numbers beyond which a table is too wide to try all sets of three. */
const MOST_COLUMNS = 100;
/** Rules with exceptions that are named. */
const MOST_BROKEN_RULES = 12;

/** Rules of a table. */
export interface FoundRules {
  /** Those that every row keeps in which they apply. */
  rules: FoundRule[];
  /** Those that a few rows break: they are named, and not enforced. */
  broken: FoundRule[];
}

/**
 * The rules that the rows of a table keep, found with care: each would hold by chance with a probability below 1 to
 * 4,000, all candidates of its kind counted. Cost: about rows × pairs of columns, and a few rows × sets of three.
 */
export function findRules(schema: TableSchema, rows: readonly Row[]): FoundRules {
  const numbers = numberColumns(schema, rows).slice(0, MOST_COLUMNS);
  const shifts = findShifts(numbers);
  const copies = withoutCircles(shifts.rules);
  const durations = findDurations(numbers);
  const single = without(numbers, [...copies, ...durations.rules]);
  // What adds up exactly comes before what is a product to a rounding.
  const sums = findSums(single);
  const scales = withoutCircles(findScales(without(single, sums.rules)));
  const exact = [...copies, ...durations.rules, ...sums.rules, ...scales];
  const products = findProducts(
    without(single, scales),
    exact.map(({ rule }) => rule as Formula),
  );
  const formulas = [...exact, ...products];
  const orders = findOrders(without(numbers, [...copies, ...scales]));
  const determined = findDetermined(schema, rows, new Set(formulas.map(({ rule }) => (rule as Formula).column)));
  const rules = [
    ...formulas,
    ...orders.rules.filter(({ rule }) => !isImplied(rule, formulas, numbers)),
    ...determined.rules.map((found) => ({ ...found, rule: asEqual(schema, found.rule as DeterminedRule) })),
    ...findMissingTogether(schema, rows),
  ];
  const broken = [...shifts.broken, ...sums.broken, ...durations.broken, ...orders.broken, ...determined.broken];
  return {
    rules: rules.filter(({ rule }) => columnsOfRule(rule).every((name) => isModelled(columnNamed(schema, name)))),
    broken: broken.sort((a, b) => b.kept / b.of - a.kept / a.of).slice(0, MOST_BROKEN_RULES),
  };
}

/** Without the columns that rules compute. */
function without(columns: readonly NumberCells[], found: readonly FoundRule[]): NumberCells[] {
  const computed = new Set(found.flatMap(({ rule }) => (isFormula(rule) ? [rule.column] : [])));
  return columns.filter(({ name }) => !computed.has(name));
}

/** Two-column rules without those between columns that others tie already. */
function withoutCircles(found: readonly FoundRule[]): FoundRule[] {
  const groups = columnGroups();
  return found.filter(({ rule }) => groups.tie(columnsOfRule(rule)));
}

/** Whether a formula says it already: a total is at least each of its parts, a product at least each factor, … */
function isImplied(order: Rule, formulas: readonly FoundRule[], columns: readonly NumberCells[]): boolean {
  if (order.is !== 'order') return false;
  return formulas.some(({ rule }) => {
    if (rule.is === 'sum') return isPart(rule, order, columns);
    return rule.is === 'product' && isFactor(rule, order, columns);
  });
}

function isPart(
  { column, plus, minus, constant, unit }: SumRule,
  order: OrderRule,
  columns: readonly NumberCells[],
): boolean {
  if (unit || column !== order.high || !plus.includes(order.low)) return false;
  const others = columns.filter(({ name }) => plus.includes(name) && name !== order.low);
  return minus.length === 0 && constant >= 0 && others.every(({ least }) => least >= 0);
}

/** Whether a product is above or below a factor whatever the others are, within their ranges. */
function isFactor(
  { column, factors, divisors, times }: ProductRule,
  { low, high }: OrderRule,
  columns: readonly NumberCells[],
): boolean {
  const factor = column === high ? low : column === low ? high : undefined;
  if (factor === undefined || !factors.includes(factor) || times <= 0) return false;
  const cellsOf = (name: string): NumberCells => columns.find((each) => each.name === name)!;
  const others = factors.filter((name) => name !== factor).map(cellsOf);
  const below = divisors.map(cellsOf);
  if ([cellsOf(factor), ...others, ...below].some(({ least }) => least < 0)) return false;
  const product = (cells: readonly NumberCells[], end: 'least' | 'greatest'): number =>
    cells.reduce((all, each) => all * each[end], 1);
  const least = (times * product(others, 'least')) / product(below, 'greatest');
  const greatest = (times * product(others, 'greatest')) / product(below, 'least');
  return column === high ? least >= 1 : greatest <= 1;
}

/** Two columns of labels that have the same labels in every row. */
function asEqual(schema: TableSchema, rule: DeterminedRule): Rule {
  const { column, by, values } = rule;
  const areLabels = isLabel(columnNamed(schema, column)) && isLabel(columnNamed(schema, by));
  return areLabels && values.every(([code, cell]) => code === cell) ? { is: 'equal', column, of: by } : rule;
}
