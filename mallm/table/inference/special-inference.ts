import type { Column } from '../dataset.js';
import { parseNumber } from '../number-grid.js';
import type { SpecialValue } from '../special-values.js';
import type { Cells } from './column-heuristics.js';

/** A text beside the numbers that fewer rows have says too much of them: it becomes missing. */
const FEWEST_ROWS = 3;

type Base = Pick<Column, 'name' | 'description' | 'nullable' | 'missingToken'> & { specials?: SpecialValue[] };

/**
 * What a number or date column shares with all others, with its special values: texts that are no numbers or dates, or
 * codes, each with its share of all cells without a value. Rare texts are left to the missing token; codes are not.
 */
export function withSpecials(
  { base, all, present }: Cells,
  strays: readonly string[],
  codes: readonly number[] = [],
): Base {
  if (strays.length === 0) return base;
  const counts = new Map<string, number>();
  for (const text of strays) counts.set(text.trim(), (counts.get(text.trim()) ?? 0) + 1);
  const absent = all.length - present.length + strays.length;
  const isCode = (text: string): boolean => codes.includes(parseNumber(text) ?? NaN);
  const specials = [...counts]
    .filter(([text, rows]) => rows >= FEWEST_ROWS || isCode(text))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([text, rows]) => ({ text, share: rows / absent }));
  return { ...base, nullable: true, ...(specials.length > 0 && { specials }) };
}
