import type { Column } from '../dataset.js';
import { isKeyShape } from '../identifier-pattern.js';
import { areTruths } from '../label-match.js';
import { numberStyle, parseNumber } from '../number-grid.js';
import { isPersonName } from './group-key.js';

/** More labels than this are text, unless each is in two rows or more on average; far more always are: prompts list labels. */
const MOST_LABELS = 100;
const FAR_TOO_MANY = 1000;
/** From this share of different texts on, a column names rows rather than classes. */
const NEARLY_UNIQUE = 0.9;
/** Fewer texts than this say nothing about uniqueness. */
const FEW_TEXTS = 10;
/** Mean length from which on mostly different texts are prose. */
const PROSE_LENGTH = 30;
/** A numeric target of at most so many whole values in a row from 0 or 1 is a coded class. */
const MOST_CLASS_CODES = 5;
/** Letters before the digits of a numbered thing. */
const MOST_LETTERS = 4;
const KEY_NAME =
  /(?:^|[^a-z])(?:id|ids|uuid|guid|mrn|ssn|identifier|index|key|rowid|unnamed: 0)(?:$|[^a-z])|[a-z](?:Id|ID)$|(?:patient|subj|subject|user|customer|client|case|row|record|sample|person|member|account|order|study|encounter|participant|student|employee)[ _-]?(?:id|no|nr|num|number)$/;

/** The cells of a column with what all kinds share. */
export interface Cells {
  base: Pick<Column, 'name' | 'description' | 'nullable' | 'missingToken'>;
  all: readonly string[];
  /** Those that are not missing, and the different ones among them. */
  present: string[];
  distinct: string[];
}

/** Whether no value is there twice, and most rows have one. */
export function isUnique({ all, present, distinct }: Cells): boolean {
  return distinct.length === present.length && present.length * 2 > all.length;
}

/** Another value in every row, and the look of a key: by its name, its shape, or as a row number. */
export function isKey(cells: Cells): boolean {
  const { all, base, distinct } = cells;
  if (!isUnique(cells)) return false;
  const isWhole = distinct.every((text) => /^\d+$/.test(text));
  const isRowNumber = isWhole && all.every((text, index) => Number(text) === Number(all[0]) + index);
  const isNumber = !isWhole && numberStyle(distinct) !== null;
  const isNamed = !isNumber && (isKeyName(base.name) || (!isWhole && distinct.every(isNumbered)));
  return isRowNumber || isKeyShape(distinct) || isNamed || (isWhole && isPersonName(base.name));
}

/** Whether a text is a number of something rather than words or a measurement: `943 476 5919`, `BB00017`, `X-123-7`. */
function isNumbered(text: string): boolean {
  const letters = text.replace(/[^A-Za-z]/g, '').length;
  return /^(?=(?:.*\d){4})[A-Za-z\d]+(?:[ _-][A-Za-z\d]+)*$/.test(text) && letters <= MOST_LETTERS;
}

function isKeyName(name: string): boolean {
  return KEY_NAME.test(name) || KEY_NAME.test(name.toLowerCase());
}

/** Whether numbers are the names of places, by the column's name: postal codes. */
function isPlaceName(name: string): boolean {
  return /(?:^|[^a-z])(?:zip|zip_?code|plz|postal_?code|post_?code)(?:$|[^a-z])/.test(name.toLowerCase());
}

/** Whether numbers are labels: postal codes, two values, one that says yes or no, or the codes of a target's classes. */
export function isLabelled({ base, distinct }: Cells, isTarget: boolean): boolean {
  if (isPlaceName(base.name) && distinct.length <= MOST_LABELS) return true;
  if (distinct.length === 2 || areTruths(distinct)) return true;
  if (!isTarget || distinct.length > MOST_CLASS_CODES || distinct.length < 2) return false;
  const values = distinct.map((text) => parseNumber(text)).sort((a, b) => a! - b!);
  return (values[0] === 0 || values[0] === 1) && values.every((value, index) => value === values[0]! + index);
}

/** Whether texts name no classes: nearly all different, too many, or prose. */
export function isText({ present, distinct }: Cells): boolean {
  const share = distinct.length / present.length;
  const length = distinct.reduce((sum, text) => sum + text.length, 0) / distinct.length;
  const isProse = share > 0.5 && length > PROSE_LENGTH && distinct.some((text) => text.includes(' '));
  const areMany = distinct.length > MOST_LABELS && (share > 0.5 || distinct.length > FAR_TOO_MANY);
  return isProse || areMany || (present.length >= FEW_TEXTS && share >= NEARLY_UNIQUE);
}
