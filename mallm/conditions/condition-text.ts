import { notACondition } from './condition-errors.js';
import { OptionError } from '../errors.js';
import { nearNames } from '../table/near-names.js';

/** One value as it was typed: without its quotes, and whether it had any. */
export interface TypedValue {
  text: string;
  quoted: boolean;
}

/** A condition as it was typed, with the column it names. */
export interface TypedCondition {
  column: string;
  operator: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not-in' | 'between' | 'missing' | 'present';
  values: TypedValue[];
}

const SYMBOLS: Record<string, TypedCondition['operator']> = {
  ...{ '=': '=', '==': '=', '!=': '!=', '<>': '!=', '≠': '!=' },
  ...{ '<': '<', '<=': '<=', '≤': '<=', '>': '>', '>=': '>=', '≥': '>=' },
};
const OPERATOR =
  /^(?:\s*(?<symbol><=|>=|==|!=|<>|=|<|>|≤|≥|≠)|\s+(?<word>is\s+not|is|not\s+in|in|between)(?![\w]))\s*(?<rest>.*)$/is;
const QUOTED = /^(["'`])((?:\\.|(?!\1)[^\\])*)\1/s;
const MISSING_WORDS = /^(?:missing|null|empty|na|nan|none)$/i;

/**
 * Reads a condition: a column (quoted, or as it is), an operator, one or more values.
 * @throws OptionError for a column that is not there, and for what is not a condition.
 */
export function readCondition(columns: readonly string[], text: string): TypedCondition {
  const { column, rest } = readColumn(columns, text.trim());
  const { symbol, word, rest: operand = '' } = OPERATOR.exec(rest)?.groups ?? {};
  const values = operand.trim();
  if (symbol) return { column, operator: SYMBOLS[symbol]!, values: [oneValue(text, values)] };
  switch (word?.toLowerCase().replace(/\s+/g, ' ')) {
    case 'is':
      if (MISSING_WORDS.test(values)) return { column, operator: 'missing', values: [] };
      return { column, operator: '=', values: [oneValue(text, values)] };
    case 'is not':
      if (MISSING_WORDS.test(values)) return { column, operator: 'present', values: [] };
      return { column, operator: '!=', values: [oneValue(text, values)] };
    case 'between':
      return { column, operator: 'between', values: twoValues(text, values, /\s+and\s+/i) };
    case 'in':
      if (/^\(?[^("'[{,]*\.\.[^,]*$/.test(values))
        return { column, operator: 'between', values: twoValues(text, values, /\s*\.\.\s*/) };
      return { column, operator: 'in', values: listOfValues(text, values) };
    case 'not in':
      return { column, operator: 'not-in', values: listOfValues(text, values) };
    default:
      throw notACondition(text);
  }
}

/** The longest column name that the text begins with, before an operator. */
function readColumn(columns: readonly string[], text: string): { column: string; rest: string } {
  const quoted = QUOTED.exec(text);
  if (quoted) return { column: knownColumn(columns, unescaped(quoted[2]!)), rest: text.slice(quoted[0].length) };
  const begins = (name: string, fold: (word: string) => string): boolean =>
    fold(text).startsWith(fold(name)) && OPERATOR.test(text.slice(name.length));
  const longestFirst = [...columns].sort((a, b) => b.length - a.length);
  const column =
    longestFirst.find((name) => begins(name, (word) => word)) ??
    longestFirst.find((name) => begins(name, (word) => word.toLowerCase()));
  if (column !== undefined) return { column, rest: text.slice(column.length) };
  const named = /^(.+?)(?:\s*(?:[<>=≤≥≠]|!=)|\s+(?:is|not|in|between)\b)/is.exec(text)?.[1];
  if (named === undefined) throw notACondition(text);
  return { column: knownColumn(columns, named.trim()), rest: '' };
}

/** @throws OptionError when no column, in whatever case, has this name. */
function knownColumn(columns: readonly string[], name: string): string {
  const same = columns.includes(name) ? [name] : columns.filter((each) => each.toLowerCase() === name.toLowerCase());
  if (same.length === 1) return same[0]!;
  const near = nearNames(name, columns);
  throw new OptionError({
    problem: `the table has no column ${JSON.stringify(name)}`,
    expected: `one of ${columns.map((each) => JSON.stringify(each)).join(', ')}`,
    ...(near.length > 0 && { remedy: `Did you mean ${near.map((each) => JSON.stringify(each)).join(' or ')}?` }),
  });
}

function oneValue(condition: string, text: string): TypedValue {
  const { value, rest } = readValue(text, /^.+/s);
  if (value === null || rest !== '') throw notACondition(condition);
  return value;
}

function twoValues(condition: string, text: string, between: RegExp): TypedValue[] {
  const inner = text.replace(/^\((.*)\)$/s, '$1');
  const parts = inner.split(between);
  if (parts.length !== 2) throw notACondition(condition);
  return parts.map((part) => oneValue(condition, part.trim()));
}

function listOfValues(condition: string, text: string): TypedValue[] {
  let rest = (
    /^\((.*)\)$|^\[(.*)\]$|^\{(.*)\}$/s
      .exec(text)
      ?.slice(1)
      .find((inner) => inner !== undefined) ?? text
  ).trim();
  const values: TypedValue[] = [];
  for (;;) {
    const read = readValue(rest, /^[^,]+/);
    if (read.value === null) throw notACondition(condition);
    values.push(read.value);
    if (read.rest === '') return values;
    if (!read.rest.startsWith(',')) throw notACondition(condition);
    rest = read.rest.slice(1).trim();
  }
}

/** The value that a text begins with, quoted or of the bare form. */
function readValue(text: string, bare: RegExp): { value: TypedValue | null; rest: string } {
  const quoted = QUOTED.exec(text);
  if (quoted)
    return { value: { text: unescaped(quoted[2]!), quoted: true }, rest: text.slice(quoted[0].length).trim() };
  const found = bare.exec(text)?.[0] ?? '';
  const value = found.trim() === '' ? null : { text: found.trim(), quoted: false };
  return { value, rest: text.slice(found.length).trim() };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
