import { intersect } from '../conditions/condition-merge.js';
import { satisfies, type Condition, type PartialRow } from '../conditions/condition.js';
import { columnNamed, type Column, type TableSchema } from '../table/dataset.js';
import type { Rule } from '../table/rule.js';

/** Rounds in which conditions are passed on from column to column: chains of rules are rarely longer. */
const ROUNDS = 4;

/**
 * Conditions with what they say of other columns by the schema's rules: a bound on one column bounds those above or below
 * it, a name allows its codes only. Only of columns that are never missing. Without rules the conditions as they are.
 */
export function impliedConditions(schema: TableSchema, conditions: PartialRow): PartialRow {
  let all = conditions;
  for (let round = 0; round < ROUNDS; round++) {
    for (const rule of schema.rules ?? []) all = passedOn(schema, rule, all);
  }
  return all;
}

function passedOn(schema: TableSchema, rule: Rule, conditions: PartialRow): PartialRow {
  if (rule.is === 'order') {
    const up = boundOf(conditions[rule.low], 'min');
    const down = boundOf(conditions[rule.high], 'max');
    return add(schema, rule.low, down, add(schema, rule.high, up, conditions));
  }
  if (rule.is === 'equal') {
    const there = add(schema, rule.of, conditions[rule.column], conditions);
    return add(schema, rule.column, there[rule.of], there);
  }
  if (rule.is !== 'determined') return conditions;
  const wanted = conditions[rule.column];
  if (wanted === undefined || satisfies(null, wanted)) return conditions;
  const codes = rule.values.filter(([, cell]) => satisfies(cell, wanted)).map(([code]) => code);
  return codes.length === 0 ? conditions : add(schema, rule.by, { is: 'one-of', values: codes }, conditions);
}

/** A condition's bound on one end, alone. */
function boundOf(condition: Condition | undefined, end: 'min' | 'max'): Condition | undefined {
  const value = condition?.is === 'range' ? condition[end] : condition?.is === 'equal' ? condition.value : undefined;
  return typeof value === 'number' ? { is: 'range', [end]: value } : undefined;
}

/** Adds a condition on a column that is never missing; one that leaves nothing there is left to the draw to find. */
function add(schema: TableSchema, name: string, condition: Condition | undefined, conditions: PartialRow): PartialRow {
  const column: Column = columnNamed(schema, name);
  if (condition === undefined || column.nullable) return conditions;
  const before = conditions[name];
  const both = before ? intersect(column, before, condition) : condition;
  return both === null ? conditions : { ...conditions, [name]: both };
}
