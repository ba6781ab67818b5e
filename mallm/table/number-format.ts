import { decimalsOf, formatNumber, parseNumber, roundToDecimals, type NumberStyle } from './number-grid.js';

/** What is written around the digits of a column's numbers, and between them. */
export interface NumberDecoration {
  /** Before the digits, with its space: `$`, `CHF `. */
  prefix?: string;
  /** After them, with its space: `%`, ` kg`. */
  suffix?: string;
  /** Between groups of three digits: `,` in `1,928,473`. */
  grouping?: string;
  /** Set when negative numbers are in brackets: `(557.28)`. */
  brackets?: true;
  /** Set when positive numbers have a plus sign. */
  plus?: true;
}

/** How a column's numbers are written: on which decimals, and with what around them. */
export type WrittenNumber = NumberStyle & { written?: NumberDecoration };

/** A text taken apart: everything but the digits is decoration. */
interface Parts {
  negative: boolean;
  plus: boolean;
  brackets: boolean;
  prefix: string;
  suffix: string;
  digits: string;
}

const CURRENCY = String.raw`(?:[A-Z]{0,2}\p{Sc}|USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|SEK|NOK|DKK|PLN|CZK|BRL|Fr\.|Rs\.?|kr\.?|zł|Kč)`;
/** Units that follow the digits without a space; any other needs one. */
const CLOSE_UNIT = String.raw`(?:[%‰]|°[CF]?|[kmµuc]?g|[kmµcn]?m|[mµcd]?[lL]|k?W|k?Wh|mmHg|bpm|kB|MB|GB|ms|min|hrs?|h|s|yrs?|y|x|[mµ]?mol/[lL]|mg/d[lL]|g/d[lL]|${CURRENCY})`;
const SPACED_UNIT = String.raw`[ \u00a0\u202f][\p{L}%‰°µ€$£/²³^·]{1,12}`;
const NUMBER = new RegExp(
  String.raw`^(?<open>\()?(?<sign>[+−-])?(?<prefix>${CURRENCY}[ \u00a0]?)?(?<inner>[+−-])?(?<digits>(?:\d[\d.,'’ \u00a0\u202f]*\d|\d|[.,]\d+)(?:e[+-]?\d+)?|\d+[.,])(?<suffix>[ \u00a0]?${CLOSE_UNIT}|${SPACED_UNIT})?(?<close>\))?$`,
  'u',
);
const GROUPINGS = [',', '.', "'", '’', ' ', '\u00a0', '\u202f'];

/** A number in a column's own format, or null: `(1,557.28)`, `67.400,20`, `17,8 %`, `94 kg`, and the number alone. */
export function parseWritten(text: string, style: WrittenNumber): number | null {
  const trimmed = text.trim();
  const plain = parseNumber(trimmed, style.decimalMark);
  const { written } = style;
  if (!written || (plain !== null && written.grouping !== '.')) return plain;
  const parts = partsOf(trimmed);
  if (!parts || (parts.suffix !== '' && parts.suffix.trim() !== (written.suffix ?? '').trim())) return plain;
  if (parts.prefix !== '' && parts.prefix.trim() !== (written.prefix ?? '').trim()) return plain;
  return valueOf(parts, style.decimalMark ?? '.', written.grouping) ?? plain;
}

/** A number as its column writes it. */
export function formatWritten(style: WrittenNumber, value: number): string {
  const { written } = style;
  if (!written) return formatNumber(style, value);
  const rounded = roundToDecimals(style.decimals.max, value);
  const text = formatNumber(style, Math.abs(rounded));
  const mark = style.decimalMark ?? '.';
  const [whole = '', ...rest] = text.split(mark);
  const grouped = written.grouping ? whole.replace(/\B(?=(\d{3})+$)/g, written.grouping) : whole;
  const body = `${written.prefix ?? ''}${[grouped, ...rest].join(mark)}${written.suffix ?? ''}`;
  if (rounded < 0) return written.brackets ? `(${body})` : `-${body}`;
  return written.plus && rounded > 0 ? `+${body}` : body;
}

/**
 * How decorated numbers are written, or null when fewer than `least` of these texts are numbers of one unit; texts that
 * are none do not count. A comma before three digits is thousands unless some text has it otherwise.
 */
export function decoratedStyle(texts: readonly string[], least: number): WrittenNumber | null {
  const all = texts.flatMap((text) => partsOf(text.trim()) ?? []);
  const suffix = commonest(all.map((parts) => parts.suffix).filter((each) => each !== ''));
  const prefix = commonest(all.map((parts) => parts.prefix).filter((each) => each !== ''));
  const parts = all.filter(
    (each) => (each.suffix === '' || each.suffix === suffix) && (each.prefix === '' || each.prefix === prefix),
  );
  const best = marksOf(parts);
  if (!best || best.read < least || parts.some(({ digits }) => isCode(digits))) return null;
  const { mark, grouping } = best;
  const numbers = parts.filter((each) => valueOf(each, mark, grouping) !== null);
  const written: NumberDecoration = {
    ...(mostly(numbers, (each) => each.prefix !== '') && { prefix }),
    ...(mostly(numbers, (each) => each.suffix !== '') && { suffix }),
    ...(grouping && { grouping }),
    ...(numbers.some(({ brackets }) => brackets) && { brackets: true as const }),
    ...(mostly(
      numbers.filter(({ negative }) => !negative),
      ({ plus }) => plus,
    ) && { plus: true as const }),
  };
  if (Object.keys(written).length === 0 && mark === '.') return null;
  return { ...digitsStyle(numbers, mark, grouping), written };
}

function digitsStyle(numbers: readonly Parts[], mark: '.' | ',', grouping: string | undefined): NumberStyle {
  const fractions = numbers.map(({ digits }) => (digits.includes(mark) ? digits.length - digits.indexOf(mark) - 1 : 0));
  const needed = numbers.map((each) => decimalsOf(valueOf(each, mark, grouping)!));
  const [min, max] = [Math.min(...fractions), Math.max(...needed)];
  return { decimals: { min, max }, ...(mark === ',' && { decimalMark: ',' as const }) };
}

/** The decimal mark and the grouping in which most numbers can be read. */
function marksOf(parts: readonly Parts[]): { mark: '.' | ','; grouping?: string; read: number } | null {
  let best: { mark: '.' | ','; grouping?: string; read: number } | null = null;
  for (const grouping of [undefined, ...GROUPINGS]) {
    for (const mark of ['.', ','] as const) {
      if (grouping === mark) continue;
      const read = parts.filter((each) => valueOf(each, mark, grouping) !== null);
      const isThousands = mark === ',' && !grouping && read.every(({ digits }) => isGroup(digits));
      if (read.length > (best?.read ?? 0) && !isThousands) best = { mark, grouping, read: read.length };
    }
  }
  return best;
}

/** Digits that are no number: with a leading zero, or too many for a double. */
function isCode(digits: string): boolean {
  return /^0\d/.test(digits) || /^\d{16,}$/.test(digits);
}

/** Without a comma, or with one that may as well be between thousands. */
function isGroup(digits: string): boolean {
  return !digits.includes(',') || /^[1-9]\d{0,2},\d{3}$/.test(digits);
}

/** Whether a text is a number in some format. */
export function isNumberLike(text: string): boolean {
  return partsOf(text.trim()) !== null || parseNumber(text) !== null;
}

function partsOf(text: string): Parts | null {
  const { groups } = NUMBER.exec(text) ?? {};
  if (!groups || Boolean(groups.open) !== Boolean(groups.close) || (groups.sign && groups.inner)) return null;
  const sign = groups.sign ?? groups.inner ?? '';
  return {
    negative: Boolean(groups.open) || sign === '-' || sign === '−',
    plus: sign === '+',
    brackets: Boolean(groups.open),
    prefix: groups.prefix ?? '',
    suffix: groups.suffix ?? '',
    digits: groups.digits!,
  };
}

function valueOf({ digits, negative }: Parts, mark: '.' | ',', grouping: string | undefined): number | null {
  const [whole = '', ...rest] = digits.split(mark);
  const groups = grouping ? whole.split(grouping) : [whole];
  const isGrouped = groups.every(
    (group, place) => /^\d+$/.test(group) && (place === 0 ? group.length <= 3 : group.length === 3),
  );
  if (groups.length > 1 && !isGrouped) return null;
  const value = parseNumber([groups.join(''), ...rest].join('.'));
  return value === null ? null : (negative ? -value : value) + 0;
}

function mostly(parts: readonly Parts[], has: (parts: Parts) => boolean): boolean {
  return parts.length > 0 && parts.filter(has).length * 2 > parts.length;
}

function commonest(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}
