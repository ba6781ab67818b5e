import type { LabelColumn } from './dataset.js';
import { parseNumber } from './number-grid.js';

const TRUE_WORDS = new Set(['true', 't', 'yes', 'y', 'on', '1', '1.0']);
const FALSE_WORDS = new Set(['false', 'f', 'no', 'n', 'off', '0', '0.0']);

/** Whether a label says yes, no, or neither. */
export function truthOf(label: string): boolean | null {
  const word = label.trim().toLowerCase();
  return TRUE_WORDS.has(word) ? true : FALSE_WORDS.has(word) ? false : null;
}

/** Whether one or two labels are the words of a yes-or-no question: `yes` and `no`, `1` and `0`, `True` alone. */
export function areTruths(labels: readonly string[]): boolean {
  const truths = labels.map(truthOf);
  return labels.length <= 2 && !truths.includes(null) && new Set(truths).size === labels.length;
}

/** The label that equals a text: as written, else without the spaces around, else the one that is the same number. */
export function findLabel(categories: readonly string[], text: string): string | null {
  if (categories.includes(text)) return text;
  const trimmed = text.trim();
  const value = parseNumber(trimmed);
  return (
    onlyOne(categories, (label) => label.trim() === trimmed) ??
    (value === null ? null : onlyOne(categories, (label) => parseNumber(label) === value))
  );
}

/** The label that a text means: as `findLabel`, else the only one that is equal in another case, or says the same yes or no. */
export function meantLabel(column: LabelColumn, value: string | number | boolean): string | null {
  const { categories } = column;
  if (typeof value === 'boolean')
    return areTruths(categories) ? onlyOne(categories, (label) => truthOf(label) === value) : null;
  const text = String(value);
  const folded = fold(text);
  const truth = areTruths(categories) ? truthOf(text) : null;
  return (
    findLabel(categories, text) ??
    onlyOne(categories, (label) => fold(label) === folded) ??
    (truth === null ? null : onlyOne(categories, (label) => truthOf(label) === truth))
  );
}

function fold(text: string): string {
  return text.normalize('NFC').trim().toLowerCase();
}

function onlyOne(categories: readonly string[], accept: (label: string) => boolean): string | null {
  const accepted = categories.filter(accept);
  return accepted.length === 1 ? accepted[0]! : null;
}
