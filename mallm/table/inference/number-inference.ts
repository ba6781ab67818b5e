import type { NumericColumn } from '../dataset.js';
import { decoratedStyle, isNumberLike, parseWritten, type WrittenNumber } from '../number-format.js';
import { numberStyle, stepOf } from '../number-grid.js';
import type { Cells } from './column-heuristics.js';
import { missingCodes } from './missing-codes.js';
import { withSpecials } from './special-inference.js';

/** Of the cells, so many must be numbers; fewer where all others are of a few kinds. */
const MOSTLY = 0.8;
const HALF = 0.5;
const FEW_STRAYS = 5;
/** Different numbers that a column with other cells needs, so that it is not one of labels such as 1, 2, 3, X. */
const FEWEST_NUMBERS = 8;

/** What is known of a number column beside its cells. */
export interface NumberEvidence {
  /** The metadata says that it is one: leading zeros are numbers, and any share of other cells is taken. */
  declared?: boolean;
  /** The texts that the metadata says stand for missing; without it they are found. */
  specials?: readonly string[];
  /** A target keeps all of its values. */
  isTarget?: boolean;
}

/**
 * The number column that cells make, or null where they do not: in any format that `decoratedStyle` reads, with a few
 * cells that are none, and with codes for missing. What is no number becomes a special value, or missing where it is rare.
 */
export function numericColumn(cells: Cells, evidence: NumberEvidence = {}): NumericColumn | null {
  const given = new Set(evidence.specials);
  const valued = cells.present.filter((text) => !given.has(text.trim()));
  const found = styleOf(valued, evidence);
  if (found === null) return null;
  const values = new Map(valued.map((text) => [text, parseWritten(text, found)]));
  const numbers = valued.flatMap((text) => values.get(text) ?? []);
  const codes = evidence.specials || evidence.isTarget ? new Set<number>() : missingCodes(numbers);
  const isStray = (text: string): boolean => {
    const value = values.get(text) ?? null;
    return value === null || codes.has(value);
  };
  const kept = numbers.filter((value) => !codes.has(value));
  const style =
    (codes.size > 0 &&
      styleOf(
        valued.filter((text) => !isStray(text)),
        evidence,
      )) ||
    found;
  const [min, max] = extent(kept);
  const step = stepOf(kept, style.decimals.max);
  const base = withSpecials(cells, cells.present.filter(isStray), [...codes]);
  return { ...base, kind: 'numeric', min, max, ...style, ...(step !== undefined && { step }) };
}

/** Least and greatest of some values. */
export function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([min, max], value) => [Math.min(min, value), Math.max(max, value)],
    [Infinity, -Infinity],
  );
}

function styleOf(texts: readonly string[], { declared = false, isTarget }: NumberEvidence): WrittenNumber | null {
  const isPlussed = texts.some((text) => text.trim().startsWith('+'));
  const exact = (isPlussed ? decoratedStyle(texts, texts.length) : null) ?? numberStyle(texts, declared);
  if (exact && texts.length > 0) return exact;
  const numbers = texts.filter(isNumberLike);
  if (numbers.length === 0 || numbers.length < (declared ? 1 : HALF * texts.length)) return null;
  const style = numberStyle(numbers, declared) ?? decoratedStyle(numbers, declared ? 1 : HALF * texts.length);
  if (!style || declared) return style;
  const strays = texts.filter((text) => parseWritten(text, style) === null);
  if (strays.length === 0) return style;
  const different = new Set(texts.map((text) => parseWritten(text, style)));
  const isFew = strays.length <= (1 - MOSTLY) * texts.length || new Set(strays).size <= FEW_STRAYS;
  return !isTarget && isFew && different.size > FEWEST_NUMBERS ? style : null;
}
