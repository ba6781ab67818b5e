import { TableError } from '../errors.js';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';

/** What each letter of a pattern stands for, and how a regular expression says it. Narrow classes first. */
const CLASSES: readonly { code: string; characters: string; regex: string }[] = [
  { code: '9', characters: DIGITS, regex: '[0-9]' },
  { code: 'N', characters: DIGITS.slice(1), regex: '[1-9]' },
  { code: 'a', characters: LOWER, regex: '[a-z]' },
  { code: 'A', characters: UPPER, regex: '[A-Z]' },
  { code: 'h', characters: `${DIGITS}abcdef`, regex: '[0-9a-f]' },
  { code: 'H', characters: `${DIGITS}ABCDEF`, regex: '[0-9A-F]' },
  { code: 'x', characters: DIGITS + LOWER, regex: '[0-9a-z]' },
  { code: 'X', characters: DIGITS + UPPER, regex: '[0-9A-Z]' },
  { code: 'L', characters: UPPER + LOWER, regex: '[A-Za-z]' },
  { code: 'w', characters: DIGITS + UPPER + LOWER, regex: '[0-9A-Za-z]' },
];
const CHARACTERS_OF = new Map(CLASSES.map(({ code, characters }) => [code, characters]));
const REGEX_PIECE = /^(?:\[([^\]\\^]+)\]|\\([dw])|\\([^A-Za-z0-9])|([^\\[\](){}|*+?.^$]))(?:\{(\d+)(?:,(\d+))?\})?/;
/** No key is longer. */
const LONGEST = 200;

/** The characters allowed at each place of a key of this pattern: just one for a literal. */
export function placesOf(pattern: string): string[] {
  const places: string[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === '\\' && i + 1 < pattern.length) places.push(pattern[++i]!);
    else places.push(CHARACTERS_OF.get(character) ?? character);
  }
  return places;
}

/**
 * The pattern of some keys. Keys of equal length are compared place by place: what never changes stays, and where letters
 * and digits mix at one place, they may at every place that varies. Others are compared run by run, at the length of the
 * longest run.
 */
export function patternOf(keys: readonly string[]): string {
  const length = keys[0]!.length;
  if (keys.every((key) => key.length === length)) return fixedPattern(keys);
  const runs = keys.map((key) => key.match(/\d+|[a-z]+|[A-Z]+|[^\da-zA-Z]+/g) ?? []);
  const count = Math.max(...runs.map((each) => each.length));
  return Array.from({ length: count }, (_, place) => runPattern(runs.map((each) => each[place] ?? ''))).join('');
}

/** Whether keys share one shape of letters and digits, as `P-0417` does, and prose does not. */
export function isKeyShape(keys: readonly string[]): boolean {
  const length = keys[0]?.length ?? 0;
  return length >= 3 && keys.every((key) => key.length === length && /^(?=.*[A-Za-z])(?=.*\d)[\w.:/-]+$/.test(key));
}

/** The pattern as a regular expression, as `regex_format` of SDV metadata has it. */
export function patternToRegex(pattern: string): string {
  const pieces = placesOf(pattern).map((characters) => {
    const known = CLASSES.find((each) => each.characters === characters);
    return known ? known.regex : characters.replace(/[^A-Za-z0-9_ -]/, '\\$&');
  });
  return pieces.join('').replace(/(\[[^\]]+\])\1+/g, (run, piece: string) => `${piece}{${run.length / piece.length}}`);
}

/**
 * The pattern of a regular expression made of literals, classes and counts; `{2,4}` takes the greatest count.
 * @throws TableError for anything else: alternatives, groups, stars.
 */
export function patternFromRegex(regex: string): string {
  let rest = regex.replace(/^\^|\$$/g, '');
  let pattern = '';
  while (rest !== '') {
    const match = REGEX_PIECE.exec(rest);
    const code = match && codeOf(match[1], match[2], match[3] ?? match[4] ?? '');
    const times = Number(match?.[6] ?? match?.[5] ?? 1);
    if (!match || code === null || pattern.length + times > LONGEST) throw unknownRegex(regex);
    pattern += code.repeat(times);
    rest = rest.slice(match[0].length);
  }
  return pattern;
}

/** Another length of the same shape, with more keys: `extra` digits after the last place that varies. */
export function lengthened(places: readonly string[][], extra: number): string[][] {
  const last = places.findLastIndex((choices) => choices.length > 1);
  const at = last < 0 ? places.length : last + 1;
  const digits = Array.from({ length: extra }, () => Array.from(DIGITS));
  return [...places.slice(0, at), ...digits, ...places.slice(at)];
}

function fixedPattern(keys: readonly string[]): string {
  const seen = Array.from({ length: keys[0]!.length }, (_, place) => [...new Set(keys.map((key) => key[place]!))]);
  const varying = seen.filter((characters) => characters.length > 1);
  const isMixed = varying.some((characters) => /\d[A-Za-z]|[A-Za-z]\d/.test(characters.join('')));
  const anyOf = narrowestClass([...new Set(varying.flat())]);
  const codes = seen.map((characters, place) => {
    if (characters.length === 1) return isPadding(seen, place) ? '9' : literal(characters[0]!);
    if (place === 0 && characters.every((character) => character >= '1' && character <= '9')) return 'N';
    return isMixed ? anyOf : narrowestClass(characters);
  });
  return codes.join('');
}

function narrowestClass(characters: readonly string[]): string {
  return CLASSES.find(({ characters: all }) => characters.every((each) => all.includes(each)))?.code ?? 'w';
}

/** A zero that never changes, before digits that do: `0417`, `0993`. */
function isPadding(seen: readonly string[][], place: number): boolean {
  const next = seen.slice(place).find((characters) => characters.join('') !== '0') ?? [];
  return seen[place]!.join('') === '0' && next.length > 1 && next.every((character) => DIGITS.includes(character));
}

/** Digits do not begin with zero where no key's do. */
function runPattern(runs: readonly string[]): string {
  const seen = runs.filter((run) => run !== '');
  const widest = seen.reduce((a, b) => (b.length > a.length ? b : a));
  if (seen.every((run) => run === widest) && !/\d/.test(widest)) return Array.from(widest, literal).join('');
  const pattern = Array.from(widest, (character) => {
    if (/\d/.test(character)) return '9';
    if (/[a-z]/.test(character)) return 'a';
    return /[A-Z]/.test(character) ? 'A' : literal(character);
  });
  if (pattern[0] === '9' && seen.every((run) => !run.startsWith('0'))) pattern[0] = 'N';
  return pattern.join('');
}

function literal(character: string): string {
  return CHARACTERS_OF.has(character) || character === '\\' ? `\\${character}` : character;
}

/** The code of one piece of a regular expression, or null when no code says the same. */
function codeOf(set: string | undefined, short: string | undefined, character: string): string | null {
  if (short) return short === 'd' ? '9' : 'w';
  if (set === undefined) return literal(character);
  const characters = new Set(
    set.replace(/(.)-(.)/g, (_, from: string, to: string) => {
      const first = from.charCodeAt(0);
      return Array.from({ length: Math.max(0, to.charCodeAt(0) - first + 1) }, (_, i) =>
        String.fromCharCode(first + i),
      ).join('');
    }),
  );
  if (characters.size === 1) return literal([...characters][0]!);
  const same = CLASSES.find(
    (each) => each.characters.length === characters.size && each.characters.split('').every((c) => characters.has(c)),
  );
  return same?.code ?? null;
}

function unknownRegex(regex: string): TableError {
  return new TableError({
    problem: `regex_format ${JSON.stringify(regex)} is not supported`,
    expected: 'literals, classes such as [A-Z] and counts such as {4}',
    remedy: 'Write it as, say, "PAT-[0-9]{6}", or leave it out: the shape is then taken from the keys themselves.',
  });
}
