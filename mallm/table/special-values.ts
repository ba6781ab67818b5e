import type { Column } from './dataset.js';

/** A text that is written where a number or a date is missing, and its share of those cells. */
export interface SpecialValue {
  text: string;
  share: number;
}

/** What is written in place of a missing cell, for a chance in [0, 1): a special value by its share, else the missing token. */
export function missingText(column: Column, chance: number): string {
  let left = chance;
  for (const { text, share } of specialsOf(column)) {
    if (left < share) return text;
    left -= share;
  }
  return column.missingToken;
}

/** Whether a text is one of the column's special values: its cell is missing. */
export function isSpecial(column: Column, text: string): boolean {
  const trimmed = text.trim();
  return specialsOf(column).some((special) => special.text === trimmed);
}

/** The special values of a number or date column; none for any other. */
export function specialsOf(column: Column): readonly SpecialValue[] {
  return column.kind === 'numeric' || column.kind === 'datetime' ? (column.specials ?? []) : [];
}
