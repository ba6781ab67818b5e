import { isLabel, type Column } from './dataset.js';

/** What tables write where a cell is missing. */
const TOKENS = new Set([
  '',
  'NA',
  'N/A',
  'n/a',
  '#N/A',
  '#NA',
  '<NA>',
  'NaN',
  'nan',
  'NAN',
  'NaT',
  'null',
  'NULL',
  'Null',
  'None',
  '?',
  '-',
  '--',
  '.',
]);
/** A word as well as a token: a label where the column writes its missing cells otherwise. */
const AMBIGUOUS_TOKEN = 'None';

/** Words that are missing tokens, and labels where metadata says that a column has labels: NA is a country, None a degree of pain. */
const WORDS = new Set(['NA', 'None', 'nan', 'null', 'Null']);

/** Whether a missing token is a word that a label may be. */
export function isLabelWord(text: string): boolean {
  return WORDS.has(text.trim());
}

/** Whether a text is one of the ways to write a missing cell; spaces around it do not count. */
export function isMissingToken(text: string): boolean {
  return TOKENS.has(text.trim());
}

/** Whether the cell is missing in this column: a missing token that is not one of its labels. */
export function isMissing(column: Column, text: string): boolean {
  if (!isMissingToken(text)) return false;
  return !(isLabel(column) && column.categories.includes(text.trim()));
}

/** Whether `None` is a label of these texts: they write missing cells otherwise, and `None` too. */
export function hasNoneLabel(texts: readonly string[]): boolean {
  const tokens = new Set(texts.filter(isMissingToken).map((text) => text.trim()));
  return tokens.has(AMBIGUOUS_TOKEN) && tokens.size > 1;
}

/** The most common missing token of some texts (first come on a tie), or null when none is missing. */
export function commonestToken(texts: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const text of texts) if (isMissingToken(text)) counts.set(text, (counts.get(text) ?? 0) + 1);
  let best: string | null = null;
  for (const [token, count] of counts) if (best === null || count > counts.get(best)!) best = token;
  return best;
}
