import { columnIndex, type Row, type TableSchema } from '../table/dataset.js';
import { isFormula, type Rule } from '../table/rule.js';
import { readyFormula } from './formula.js';

/** Whether a row keeps a rule; null where a cell of it is missing, so that it does not apply. */
export type RuleCheck = (row: Row) => boolean | null;

/** In how many rows a rule applies, and in how many of these it holds. */
export interface RuleCount {
  of: number;
  kept: number;
}

/** Makes a rule ready for rows of its schema. @throws Error when it names a column that the schema does not have. */
export function ruleCheck(schema: TableSchema, rule: Rule): RuleCheck {
  if (isFormula(rule)) return readyFormula(schema, rule).holds;
  if (rule.is === 'order') {
    const [low, high] = [columnIndex(schema, rule.low), columnIndex(schema, rule.high)];
    return (row) => {
      const [a, b] = [row[low], row[high]];
      if (typeof a !== 'number' || typeof b !== 'number') return null;
      return rule.strict ? a < b : a <= b;
    };
  }
  const places = rule.columns.map((name) => columnIndex(schema, name));
  return (row) => places.every((place) => (row[place] === null) === (row[places[0]!] === null));
}

/** Whether a row keeps all rules of its schema, as far as they apply. */
export function rulesCheck(schema: TableSchema): (row: Row) => boolean {
  const checks = (schema.rules ?? []).map((rule) => ruleCheck(schema, rule));
  return (row) => checks.every((check) => check(row) !== false);
}

/** Counts the rows that keep each rule of a schema, in its order. */
export function countRules(schema: TableSchema, rows: readonly Row[]): RuleCount[] {
  return (schema.rules ?? []).map((rule) => countRule(ruleCheck(schema, rule), rows));
}

export function countRule(check: RuleCheck, rows: readonly Row[]): RuleCount {
  const count = { of: 0, kept: 0 };
  for (const row of rows) {
    const holds = check(row);
    if (holds !== null) count.of++;
    if (holds === true) count.kept++;
  }
  return count;
}
