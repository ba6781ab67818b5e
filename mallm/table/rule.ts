import type { Cell } from './dataset.js';

/** Units of time in which dates are added and subtracted, in seconds. */
export const TIME_UNITS = { weeks: 604_800, days: 86_400, hours: 3600, minutes: 60, seconds: 1 } as const;
export type TimeUnit = keyof typeof TIME_UNITS;

/** A rule between columns, which are named: it holds in every row in which all of its cells are there. Plain JSON. */
export type Rule = OrderRule | EqualRule | SumRule | ProductRule | DeterminedRule | MissingTogetherRule;

/** Numbers or dates: `low <= high`, or `low < high` where `strict`. */
export interface OrderRule {
  is: 'order';
  low: string;
  high: string;
  strict: boolean;
}

/** Two columns that have the same cells. */
export interface EqualRule {
  is: 'equal';
  column: string;
  of: string;
}

/** A number or date that is a sum; where dates are in it, numbers count in `unit`. */
export interface SumRule {
  is: 'sum';
  column: string;
  plus: string[];
  minus: string[];
  constant: number;
  unit?: TimeUnit;
}

/** A number that is a product or ratio, rounded to the column's grid: `times` × factors ÷ divisors. */
export interface ProductRule {
  is: 'product';
  column: string;
  factors: string[];
  divisors: string[];
  times: number;
}

/** A column whose cell follows from that of another; `values` are the pairs of the training rows. */
export interface DeterminedRule {
  is: 'determined';
  column: string;
  by: string;
  values: [by: Cell, cell: Cell][];
}

/** Columns that are missing in the same rows. */
export interface MissingTogetherRule {
  is: 'missing-together';
  columns: string[];
}

/** Rules by which one column is computed from others. */
export type Formula = EqualRule | SumRule | ProductRule | DeterminedRule;

const PLAIN_NAME = /^[\p{L}_][\p{L}\p{N}_.]*$/u;

/** A rule as `--rule` takes it: `discharge >= admission`, `total = a + b`, `code -> name`, `a, b missing together`. */
export function ruleText(rule: Rule): string {
  switch (rule.is) {
    case 'order':
      return `${quoted(rule.high)} ${rule.strict ? '>' : '>='} ${quoted(rule.low)}`;
    case 'equal':
      return `${quoted(rule.column)} = ${quoted(rule.of)}`;
    case 'sum':
      return `${quoted(rule.column)} = ${sumText(rule)}${rule.unit ? ` in ${rule.unit}` : ''}`;
    case 'product':
      return `${quoted(rule.column)} = ${productText(rule)}`;
    case 'determined':
      return `${quoted(rule.by)} -> ${quoted(rule.column)}`;
    case 'missing-together':
      return `${rule.columns.map(quoted).join(', ')} missing together`;
  }
}

/** Every column that a rule names. */
export function columnsOfRule(rule: Rule): string[] {
  switch (rule.is) {
    case 'order':
      return [rule.low, rule.high];
    case 'missing-together':
      return rule.columns;
    default:
      return [rule.column, ...inputsOf(rule)];
  }
}

/** The columns from which a formula computes its own. */
export function inputsOf(rule: Formula): string[] {
  switch (rule.is) {
    case 'equal':
      return [rule.of];
    case 'sum':
      return [...rule.plus, ...rule.minus];
    case 'product':
      return [...new Set([...rule.factors, ...rule.divisors])];
    case 'determined':
      return [rule.by];
  }
}

export function isFormula(rule: Rule): rule is Formula {
  return rule.is !== 'order' && rule.is !== 'missing-together';
}

function sumText({ plus, minus, constant }: SumRule): string {
  const begin = plus.length === 0 ? [String(constant)] : plus.map(quoted);
  const end = constant !== 0 && plus.length > 0 ? ` ${constant < 0 ? '-' : '+'} ${Math.abs(constant)}` : '';
  return begin.join(' + ') + minus.map((name) => ` - ${quoted(name)}`).join('') + end;
}

function productText({ factors, divisors, times }: ProductRule): string {
  const begin = [...(times === 1 && factors.length > 0 ? [] : [String(times)]), ...factors.map(quoted)];
  return begin.join(' * ') + divisors.map((name) => ` / ${quoted(name)}`).join('');
}

function quoted(name: string): string {
  return PLAIN_NAME.test(name) ? name : JSON.stringify(name);
}
