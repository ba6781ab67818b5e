const NONE = '–';
/** Keeps a number and its unit on one line. */
const UNBROKEN = '\u00a0';

/** A fraction as percent; a dash for none. */
export function percent(value: number | null | undefined, digits = 1): string {
  return isFigure(value) ? `${fixed(100 * value, digits)}${UNBROKEN}%` : NONE;
}

/** A number with so many decimals and a true minus; a dash for none. */
export function fixed(value: number | null | undefined, digits = 2): string {
  if (!isFigure(value)) return NONE;
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−');
}

/** The same with a sign in any case, but for zero. */
export function signed(value: number, digits = 2): string {
  return Number(value.toFixed(digits)) > 0 ? `+${fixed(value, digits)}` : fixed(value, digits);
}

/** A count in groups of three digits. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** A count and its noun: `1 row`, `2 rows`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Two bounds, as in running text. */
export function range(bounds: readonly [number, number] | null | undefined, digits = 2): string {
  return bounds ? `${fixed(bounds[0], digits)} to ${fixed(bounds[1], digits)}` : NONE;
}

/** The same in percent. */
export function percentRange(bounds: readonly [number, number] | null | undefined): string {
  return bounds ? `${fixed(100 * bounds[0], 1)} to ${fixed(100 * bounds[1], 1)}${UNBROKEN}%` : NONE;
}

/** A number as it comes, cut to four digits that count. */
export function short(value: number): string {
  const cut = Number(value.toPrecision(4));
  const text = cut !== 0 && (Math.abs(cut) >= 1e7 || Math.abs(cut) < 1e-3) ? cut.toExponential() : String(cut);
  return text.replace('-', '−');
}

function isFigure(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
