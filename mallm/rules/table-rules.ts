import { OptionError } from '../errors.js';
import { columnIndex, type Cell, type Row, type TableSchema } from '../table/dataset.js';
import { ruleText, type DeterminedRule, type Rule } from '../table/rule.js';
import { findRules, type FoundRule, type FoundRules } from './finding/find-rules.js';
import { countRule, ruleCheck, type RuleCount } from './rule-check.js';
import { parseRule } from './rule-parser.js';

/** Rules that are named in one line. */
const MOST_NAMED = 8;

/** What a user says about rules. */
export interface RuleChoice {
  /** Rules that hold, as texts (see `parseRule`). */
  rules?: string[];
  /** Rules that are not to be kept, as texts; `all` for every one that is found. */
  withoutRules?: string[];
}

/** What a user says, with the rules of the metadata where it has any: these are then all, and none is found. */
export function ruleChoice(
  { rules = [], withoutRules = [] }: RuleChoice,
  metadata?: { rules?: string[] },
): Required<RuleChoice> {
  if (metadata?.rules === undefined) return { rules, withoutRules };
  return { rules: [...metadata.rules, ...rules], withoutRules: [...withoutRules, ALL] };
}

/** A schema with the rules of its table, and how they came. */
export interface TableRules extends FoundRules {
  schema: TableSchema;
}

/** What switches off the finding of rules. */
const ALL = 'all';

/**
 * The schema of a table with the rules that every training row keeps: those that are found, those that the user gives,
 * without those that the user takes away.
 *
 * @throws OptionError for a rule that cannot be read, and for one of the user's that training rows break.
 */
export function withRules(
  schema: TableSchema,
  rows: readonly Row[],
  { rules = [], withoutRules = [] }: RuleChoice = {},
): TableRules {
  const given = rules.flatMap((text) => parseRule(schema, text)).map((rule) => givenRule(schema, rule, rows));
  const taken = new Set(
    withoutRules.filter((text) => text !== ALL).flatMap((text) => parseRule(schema, text).map(keyOf)),
  );
  const found = withoutRules.includes(ALL) ? { rules: [], broken: [] } : findRules(schema, rows);
  const isOpen = ({ rule }: FoundRule): boolean => !taken.has(keyOf(rule));
  const keys = new Set(given.map(({ rule }) => keyOf(rule)));
  const kept = [...given, ...found.rules.filter((each) => isOpen(each) && !keys.has(keyOf(each.rule)))];
  return {
    schema: kept.length === 0 ? schema : { ...schema, rules: kept.map(({ rule }) => rule) },
    rules: kept,
    broken: found.broken.filter(isOpen),
  };
}

/** Rules in lines that a user sees before anything is paid: those that are kept, and those that a few rows break. */
export function ruleLines({ rules, broken }: FoundRules): string[] {
  const texts = rules.map(({ rule }) => ruleText(rule));
  const more = texts.length > MOST_NAMED ? `; and ${texts.length - MOST_NAMED} more` : '';
  const kept = `rules that every row is to keep: ${texts.slice(0, MOST_NAMED).join('; ')}${more} (--no-rule leaves one out)`;
  return [...(texts.length > 0 ? [kept] : []), ...broken.slice(0, MOST_NAMED).map(brokenLine)];
}

/** A rule with the rows that break it: `discharge >= admission holds in 117 of 120 rows: not enforced`. */
export function brokenLine({ rule, of, kept }: FoundRule): string {
  return `${ruleText(rule)} holds in ${kept} of ${of} rows: not enforced`;
}

/** Rules with the released rows that keep them: `total = a + b: kept in 1000 of 1000 rows`. */
export function keptLines(rules: readonly Rule[], counts: readonly RuleCount[], rows: number): string[] {
  return counts.map(({ of, kept }, i) => {
    const which = of === rows ? 'rows' : 'rows that have its cells';
    return `${ruleText(rules[i]!)}: kept in ${kept} of ${of} ${which}`;
  });
}

/** What a rule says, however it is written; of an order not whether the two may be equal. */
function keyOf(rule: Rule): string {
  switch (rule.is) {
    case 'order':
      return ruleText({ ...rule, strict: false });
    case 'equal':
      return ['=', ...[rule.column, rule.of].sort()].join('\n');
    case 'sum':
      return sumKey(rule);
    case 'product':
      return ruleText({ ...rule, factors: rule.factors.toSorted(), divisors: rule.divisors.toSorted() });
    case 'determined':
      return ruleText(rule);
    case 'missing-together':
      return ['missing', ...rule.columns.toSorted()].join('\n');
  }
}

/** The columns of each side of the equation, in either order. */
function sumKey({ column, plus, minus, constant, unit }: Extract<Rule, { is: 'sum' }>): string {
  const sides = [
    [[column, ...minus].sort(), constant],
    [plus.toSorted(), -constant],
  ].map((side) => JSON.stringify(side));
  return [...sides.sort(), unit ?? ''].join('\n');
}

/** @throws OptionError when training rows break it, or it applies to none. */
function givenRule(schema: TableSchema, rule: Rule, rows: readonly Row[]): FoundRule {
  const whole = rule.is === 'determined' ? { ...rule, values: valuesOf(schema, rule, rows) } : rule;
  const { of, kept } = countRule(ruleCheck(schema, whole), rows);
  if (of > 0 && kept === of) return { rule: whole, of, kept };
  const text = JSON.stringify(ruleText(rule));
  throw new OptionError({
    problem: of === 0 ? `no training row has the cells of the rule ${text}` : `training rows break the rule ${text}`,
    expected: 'a rule that every training row keeps in which its cells are there',
    got: of === 0 ? 'none' : `${of - kept} of ${of} rows that break it`,
    remedy: 'Correct these rows, or leave the rule out; mallm-gan inspect shows the rules that hold.',
  });
}

/** By code the cell that the first row with it has. */
function valuesOf(schema: TableSchema, { column, by }: DeterminedRule, rows: readonly Row[]): [Cell, Cell][] {
  const [from, to] = [columnIndex(schema, by), columnIndex(schema, column)];
  const values = new Map<Cell, Cell>();
  for (const row of rows) {
    const [code, cell] = [row[from] ?? null, row[to] ?? null];
    if (code !== null && cell !== null && !values.has(code)) values.set(code, cell);
  }
  return [...values];
}
