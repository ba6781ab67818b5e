import { OptionError } from '../errors.js';
import { didYouMean } from '../table/near-names.js';

/** One piece of a rule as it was typed. */
export type Token =
  | { is: 'column'; name: string }
  | { is: 'number'; value: number }
  | { is: 'operator'; text: string }
  | { is: 'word'; text: string };

const QUOTED = /^(["'`])((?:\\.|(?!\1)[^\\])*)\1/s;
const NUMBER = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\p{L}\p{N}_])/iu;
const OPERATOR = /^(?:->|→|<=|>=|==|[<>=≤≥+\-−*×·/÷,])/;
const SAME: Record<string, string> = {
  '→': '->',
  '≤': '<=',
  '≥': '>=',
  '==': '=',
  '−': '-',
  '×': '*',
  '·': '*',
  '÷': '/',
};
const WORD = /^[\p{L}_][\p{L}\p{N}_.]*/u;
const KNOWN_WORDS = new Set(['in', 'and', 'missing', 'together', 'weeks', 'days', 'hours', 'minutes', 'seconds']);

/**
 * Cuts a rule into columns, numbers, operators and words. A column is the longest name that the text goes on with, in
 * quotes or as it is, in any case.
 *
 * @throws OptionError for a column that is not there, and for a character that rules do not have.
 */
export function readTokens(names: readonly string[], text: string): Token[] {
  const tokens: Token[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const last = tokens.at(-1);
    // After `in` a word is a unit, though a column may have its name.
    const known = last?.is === 'word' && last.text === 'in' ? [] : names;
    const { token, length } = nextToken(known, rest, text);
    tokens.push(token);
    rest = rest.slice(length).trimStart();
  }
  return tokens;
}

function nextToken(names: readonly string[], rest: string, rule: string): { token: Token; length: number } {
  const quoted = QUOTED.exec(rest);
  if (quoted) return { token: columnToken(names, quoted[2]!.replace(/\\(.)/gs, '$1')), length: quoted[0].length };
  const name = longestName(names, rest);
  if (name !== undefined) return { token: { is: 'column', name }, length: name.length };
  const number = NUMBER.exec(rest)?.[0];
  if (number !== undefined) return { token: { is: 'number', value: Number(number) }, length: number.length };
  const operator = OPERATOR.exec(rest)?.[0];
  if (operator !== undefined)
    return { token: { is: 'operator', text: SAME[operator] ?? operator }, length: operator.length };
  const word = WORD.exec(rest)?.[0];
  if (word === undefined) throw notARule(rule);
  if (KNOWN_WORDS.has(word.toLowerCase()))
    return { token: { is: 'word', text: word.toLowerCase() }, length: word.length };
  return { token: columnToken(names, word), length: word.length };
}

/** What is no rule at all: says how rules are written. */
export function notARule(text: string): OptionError {
  return new OptionError({
    problem: `${JSON.stringify(text)} is not a rule`,
    expected:
      'one such as discharge >= admission · total = a + b · price = 1.19 * net · share = 100 * part / whole · stay = discharge - admission in days · code -> name · a, b missing together',
    remedy: 'Put names with spaces or signs in double quotes. A bound such as age > 65 is a condition: sample --where.',
  });
}

function longestName(names: readonly string[], rest: string): string | undefined {
  const begins = (name: string, fold: (text: string) => string): boolean =>
    fold(rest).startsWith(fold(name)) && !/^[\p{L}\p{N}_]/u.test(rest.slice(name.length));
  const longestFirst = [...names].sort((a, b) => b.length - a.length);
  const exact = longestFirst.find((name) => begins(name, (text) => text));
  return exact ?? longestFirst.find((name) => begins(name, (text) => text.toLowerCase()));
}

/** @throws OptionError when no column, in whatever case, has this name. */
function columnToken(names: readonly string[], name: string): Token {
  const same = names.includes(name) ? name : names.find((each) => each.toLowerCase() === name.toLowerCase());
  if (same !== undefined) return { is: 'column', name: same };
  throw new OptionError({
    problem: `a rule names the column ${JSON.stringify(name)}, which the table does not have`,
    expected: `one of ${names.map((each) => JSON.stringify(each)).join(', ')}`,
    remedy: didYouMean(name, names, 'Name one of them.'),
  });
}
