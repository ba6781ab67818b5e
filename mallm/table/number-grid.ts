import type { NumericColumn } from './dataset.js';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const LEADING_ZERO = /^[+-]?0\d/;
/** Most decimals that JavaScript can write. */
const MOST_DECIMALS = 100;
/** A whole number of more digits than a double surely holds. */
const LONG_INTEGER = /^[+-]?\d{16,}$/;

/** How a column's numbers are written. */
export type NumberStyle = Pick<NumericColumn, 'decimals' | 'decimalMark' | 'exponent'>;

/** A finite number as tables write it (`-3`, `3.50`, `.5`, `1e-7`), or null. Never `1,200`, `$5`, `12 %`, `Infinity`. */
export function parseNumber(text: string, decimalMark: '.' | ',' = '.'): number | null {
  const trimmed = text.trim();
  const plain = decimalMark === ',' && !trimmed.includes('.') ? trimmed.replace(',', '.') : trimmed;
  if (!NUMBER.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value + 0 : null;
}

/**
 * How numbers are written, or null when these texts are not numbers: any other text, a leading zero (`007` is a label),
 * or whole numbers too long for a double (keys). `leadingZeros` takes these two as numbers all the same.
 */
export function numberStyle(texts: readonly string[], leadingZeros = false): NumberStyle | null {
  const trimmed = texts.map((text) => text.trim());
  if (!leadingZeros && trimmed.some((text) => LEADING_ZERO.test(text) || LONG_INTEGER.test(text))) return null;
  for (const mark of ['.', ','] as const) {
    if (trimmed.every((text) => parseNumber(text, mark) !== null)) {
      return mark === ',' && !isDecimalComma(trimmed) ? null : styleOf(trimmed, mark);
    }
  }
  return null;
}

/** The value nearest to `value` that the column can write. */
export function roundToDecimals(decimals: number, value: number): number {
  if (decimals === 0) return Math.round(value) + 0;
  if (decimals > MOST_DECIMALS || Math.abs(value) >= 1e21) return value;
  return Number(value.toFixed(decimals)) + 0;
}

/** The value nearest to `value` on the column's grid: a multiple of its step, or of its last decimal. */
export function roundToStep({ decimals, step }: Pick<NumericColumn, 'decimals' | 'step'>, value: number): number {
  return roundToDecimals(decimals.max, step === undefined ? value : Math.round(value / step) * step);
}

/**
 * The coarsest step of which all values are multiples, or undefined where that is the last decimal, or may be chance: a
 * step of 2 needs eleven different values, one of 5 five, one of 250 three.
 */
export function stepOf(values: readonly number[], decimals: number): number | undefined {
  if (decimals > 9) return undefined;
  const factor = 10 ** decimals;
  const whole = [...new Set(values.map((value) => Math.abs(Math.round(value * factor))))].filter((value) => value > 0);
  if (!whole.every(Number.isSafeInteger)) return undefined;
  const divisor = whole.reduce((a, b) => greatestCommonDivisor(a, b), 0);
  return divisor > 1 && (whole.length - 1) * Math.log2(divisor) >= 10 ? divisor / factor : undefined;
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

/** Decimals that the shortest way to write a number needs: 22.50 needs one. */
export function decimalsOf(value: number): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const point = mantissa.indexOf('.');
  const digits = point < 0 ? 0 : mantissa.length - point - 1;
  return Math.max(0, digits - Number(exponent));
}

/** Significant digits of a number: 0.00120 has two. */
export function significantDigits(value: number): number {
  const [mantissa = ''] = String(Math.abs(value)).split('e');
  const digits = mantissa.replace('.', '').replace(/^0+/, '');
  return (mantissa.includes('.') ? digits : digits.replace(/0+$/, '')).length;
}

/** A number as its column writes it. */
export function formatNumber(style: NumberStyle, value: number): string {
  const rounded = roundToDecimals(style.decimals.max, value);
  const text =
    style.exponent && isExtreme(rounded) ? scientific(rounded) : padded(positional(rounded), style.decimals.min);
  return style.decimalMark === ',' ? text.replace('.', ',') : text;
}

/** Whether a comma can only be a decimal mark: `3,5` or `0,125` somewhere; `1,200` alone may as well be thousands. */
function isDecimalComma(texts: string[]): boolean {
  return texts.some((text) => text.includes(',') && !/^[+-]?[1-9]\d{0,2},\d{3}$/.test(text));
}

function styleOf(texts: string[], decimalMark: '.' | ','): NumberStyle {
  let [min, max] = [Infinity, 0];
  let exponent = false;
  for (const text of texts) {
    max = Math.max(max, decimalsOf(parseNumber(text, decimalMark)!));
    if (/e/i.test(text)) exponent = true;
    else min = Math.min(min, text.includes(decimalMark) ? text.length - text.indexOf(decimalMark) - 1 : 0);
  }
  const decimals = { min: Number.isFinite(min) ? min : 0, max };
  return { decimals, ...(decimalMark === ',' && { decimalMark }), ...(exponent && { exponent }) };
}

/** Where most programs change to an exponent. */
function isExtreme(value: number): boolean {
  return value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e16);
}

/** `1.5e-07`: at least two digits in the exponent. */
function scientific(value: number): string {
  return value.toExponential().replace(/([+-])(\d)$/, (_, sign: string, digit: string) => `${sign}0${digit}`);
}

/** Without an exponent, where that is possible. */
function positional(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  if (Math.abs(value) >= 1) return String(BigInt(value));
  const decimals = decimalsOf(value);
  return decimals > MOST_DECIMALS ? text : value.toFixed(decimals);
}

function padded(text: string, decimals: number): string {
  if (decimals === 0 || text.includes('e')) return text;
  const [whole, digits = ''] = text.split('.');
  return `${whole}.${digits.padEnd(decimals, '0')}`;
}
