import { OptionError } from '../errors.js';
import { columnNamed, isModelled, isNumber, type TableSchema } from '../table/dataset.js';
import { columnsOfRule, TIME_UNITS, type ProductRule, type Rule, type SumRule, type TimeUnit } from '../table/rule.js';
import { notARule, readTokens, type Token } from './rule-tokens.js';

const ORDERS = ['<', '<=', '>', '>='];

/**
 * Reads a rule: `discharge >= admission` (`a <= b <= c` is two), `x = y`, `total = a + b - 5`, `share = 100 * part / whole`,
 * `stay = discharge - admission in days`, `code -> name`, `a, b missing together`. What a code stands for is not in it:
 * `values` are empty.
 *
 * @throws OptionError for an unknown column, one whose kind the rule cannot have, and for what is not a rule.
 */
export function parseRule(schema: TableSchema, text: string): Rule[] {
  const tokens = readTokens(
    schema.columns.map(({ name }) => name),
    text,
  );
  const rules = ordersIn(tokens) ?? [togetherIn(tokens) ?? determinedIn(tokens) ?? formulaIn(schema, tokens)];
  if (rules.includes(null)) throw notARule(text);
  const found = rules as Rule[];
  for (const rule of found) assertKinds(schema, rule, text);
  return found;
}

function ordersIn(tokens: readonly Token[]): Rule[] | null {
  if (tokens.length < 3 || tokens.length % 2 === 0) return null;
  const rules: Rule[] = [];
  for (let i = 0; i + 2 < tokens.length; i += 2) {
    const [left, operator, right] = [tokens[i]!, tokens[i + 1]!, tokens[i + 2]!];
    if (left.is !== 'column' || right.is !== 'column') return null;
    if (operator.is !== 'operator' || !ORDERS.includes(operator.text)) return null;
    const [low, high] = operator.text.startsWith('<') ? [left.name, right.name] : [right.name, left.name];
    rules.push({ is: 'order', low, high, strict: operator.text.length === 1 });
  }
  return rules;
}

function togetherIn(tokens: readonly Token[]): Rule | null {
  const [first, second] = tokens.slice(-2);
  if (first?.is !== 'word' || first.text !== 'missing' || second?.is !== 'word' || second.text !== 'together')
    return null;
  const names = tokens.slice(0, -2);
  const columns = names.flatMap((token) => (token.is === 'column' ? [token.name] : []));
  const isList = names.every(
    (token) =>
      token.is === 'column' ||
      (token.is === 'operator' ? token.text === ',' : token.is === 'word' && token.text === 'and'),
  );
  return isList && columns.length > 1 ? { is: 'missing-together', columns } : null;
}

function determinedIn([by, arrow, column, more]: readonly Token[]): Rule | null {
  if (by?.is !== 'column' || column?.is !== 'column' || more) return null;
  if (arrow?.is !== 'operator' || arrow.text !== '->') return null;
  return { is: 'determined', column: column.name, by: by.name, values: [] };
}

function formulaIn(schema: TableSchema, tokens: readonly Token[]): Rule | null {
  const at = tokens.findIndex((token) => token.is === 'operator' && token.text === '=');
  if (at < 0) return null;
  const sides = [tokens.slice(0, at), tokens.slice(at + 1)];
  const [left, right] = sides[0]!.length === 1 ? sides : [sides[1]!, sides[0]!];
  const column = left?.length === 1 && left[0]!.is === 'column' ? left[0]!.name : null;
  if (column === null || !right) return null;
  const { expression, unit } = withoutUnit(right);
  if (expression.length === 1 && expression[0]!.is === 'column' && unit === undefined)
    return { is: 'equal', column, of: expression[0]!.name };
  return sumIn(schema, column, expression, unit) ?? (unit === undefined ? productIn(column, expression) : null);
}

function withoutUnit(tokens: readonly Token[]): { expression: readonly Token[]; unit?: TimeUnit } {
  const [word, unit] = tokens.slice(-2);
  if (word?.is !== 'word' || word.text !== 'in' || unit?.is !== 'word' || !(unit.text in TIME_UNITS))
    return { expression: tokens };
  return { expression: tokens.slice(0, -2), unit: unit.text as TimeUnit };
}

/** Operands with the operators before each; the first has `first`. Null when they do not take turns. */
function operands(tokens: readonly Token[], first: string): { sign: string; token: Token }[] | null {
  const signed = tokens[0]?.is === 'operator' ? tokens : [{ is: 'operator', text: first } as Token, ...tokens];
  if (signed.length < 2 || signed.length % 2 !== 0) return null;
  const pairs: { sign: string; token: Token }[] = [];
  for (let i = 0; i < signed.length; i += 2) {
    const [operator, token] = [signed[i]!, signed[i + 1]!];
    if (operator.is !== 'operator' || (token.is !== 'column' && token.is !== 'number')) return null;
    pairs.push({ sign: operator.text, token });
  }
  return pairs;
}

function sumIn(schema: TableSchema, column: string, tokens: readonly Token[], unit?: TimeUnit): SumRule | null {
  const parts = operands(tokens, '+');
  if (!parts?.every(({ sign }) => sign === '+' || sign === '-')) return null;
  const names = (wanted: string): string[] =>
    parts.flatMap(({ sign, token }) => (token.is === 'column' && sign === wanted ? [token.name] : []));
  const constant = parts.reduce(
    (sum, { sign, token }) => sum + (token.is === 'number' ? token.value * (sign === '+' ? 1 : -1) : 0),
    0,
  );
  const [plus, minus] = [names('+'), names('-')];
  const hasDates = [column, ...plus, ...minus].some((name) => columnNamed(schema, name).kind === 'datetime');
  if (plus.length + minus.length === 0 || (unit !== undefined && !hasDates)) return null;
  return { is: 'sum', column, plus, minus, constant, ...(hasDates && { unit: unit ?? 'days' }) };
}

function productIn(column: string, tokens: readonly Token[]): ProductRule | null {
  const parts = operands(tokens, '*');
  if (!parts?.every(({ sign }) => sign === '*' || sign === '/')) return null;
  const names = (wanted: string): string[] =>
    parts.flatMap(({ sign, token }) => (token.is === 'column' && sign === wanted ? [token.name] : []));
  const times = parts.reduce((product, { sign, token }) => {
    if (token.is !== 'number') return product;
    return sign === '*' ? product * token.value : product / token.value;
  }, 1);
  const [factors, divisors] = [names('*'), names('/')];
  const isConstant = factors.length + divisors.length === 0 || times === 0 || !Number.isFinite(times);
  return isConstant ? null : { is: 'product', column, factors, divisors, times };
}

/** @throws OptionError when a column is of a kind that the rule cannot have, or is named twice. */
function assertKinds(schema: TableSchema, rule: Rule, text: string): void {
  const names = columnsOfRule(rule);
  const columns = names.map((name) => columnNamed(schema, name));
  const refuse = (expected: string, got: string): never => {
    throw new OptionError({
      problem: `the rule ${JSON.stringify(text)} does not go with its columns`,
      expected,
      got,
      remedy: 'Correct the rule; mallm-gan inspect shows what each column is.',
    });
  };
  const kinds = columns.map(({ name, kind }) => `${JSON.stringify(name)}: ${kind}`).join(', ');
  if (new Set(names).size < names.length) refuse('different columns', 'one that is there twice');
  if (!columns.every(isModelled)) refuse('columns of numbers, dates or labels', kinds);
  const areAlike =
    new Set(columns.map(({ kind }) => (kind === 'numeric' || kind === 'datetime' ? kind : 'label'))).size === 1;
  if (rule.is === 'order' && !(areAlike && columns.every(isNumber)))
    refuse('two columns of numbers, or of dates', kinds);
  if (rule.is === 'equal' && !areAlike) refuse('two columns of the same kind', kinds);
  if (rule.is === 'product' && !columns.every(({ kind }) => kind === 'numeric')) refuse('columns of numbers', kinds);
  if (rule.is === 'sum' && !balances(schema, rule))
    refuse('numbers, the time between two dates, or a date and numbers', kinds);
}

/** Whether dates are added up to a date, or taken from each other for a number. */
function balances(schema: TableSchema, { column, plus, minus }: SumRule): boolean {
  if (![column, ...plus, ...minus].every((name) => isNumber(columnNamed(schema, name)))) return false;
  const dates = (names: readonly string[]): number =>
    names.filter((name) => columnNamed(schema, name).kind === 'datetime').length;
  return dates(plus) - dates(minus) === dates([column]);
}
