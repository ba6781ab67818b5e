import { textLength } from './cell.js';
import type { Column, DatetimeColumn, IdentifierColumn, LabelColumn, NumericColumn, TextColumn } from './dataset.js';
import { parseDatetime, isDatetimeFormat } from './datetime-format.js';
import { inferDatetimeFormat, withFlags } from './datetime-inference.js';
import { TableError } from './errors.js';
import { isKeyShape, patternOf } from './identifier-pattern.js';
import { areTruths, truthOf } from './label-match.js';
import { commonestToken, hasNoneLabel, isMissingToken } from './missing.js';
import { numberStyle, parseNumber } from './number-grid.js';
import type { ColumnMetadata } from './sdv-metadata.js';

/** More labels than this are text: no prompt should list them. */
const MOST_LABELS = 100;
/** From this share of different texts on, a column names rows rather than classes. */
const NEARLY_UNIQUE = 0.9;
/** Fewer texts than this say nothing about uniqueness. */
const FEW_TEXTS = 10;
/** Mean length from which on mostly different texts are prose. */
const PROSE_LENGTH = 30;
/** A numeric target of at most so many whole values in a row from 0 or 1 is a coded class. */
const MOST_CLASS_CODES = 5;
const KEY_NAME =
  /(?:^|[^a-z])(?:id|ids|uuid|guid|mrn|ssn|identifier|index|key|rowid|unnamed: 0)(?:$|[^a-z])|[a-z](?:Id|ID)$|(?:patient|subj|subject|user|customer|client|case|row|record|sample|person|member|account|order|study|encounter|participant|student|employee)[ _-]?(?:id|no|nr|num|number)$/;

/** What is known of a column before its cells are looked at. */
export interface ColumnContext {
  name: string;
  isTarget: boolean;
  /** How the table writes missing cells elsewhere. */
  tableToken: string;
  metadata?: ColumnMetadata;
}

/** The cells of a column with what all kinds share. */
interface Cells {
  base: Pick<Column, 'name' | 'description' | 'nullable' | 'missingToken'>;
  all: readonly string[];
  /** Those that are not missing, and the different ones among them. */
  present: string[];
  distinct: string[];
}

/**
 * The column that its cells, as written, make; metadata decides where there is any.
 * @throws TableError for a column without any cell, or with cells that are not what the metadata says.
 */
export function inferColumn(texts: readonly string[], context: ColumnContext): Column {
  const cells = cellsOf(texts, context);
  if (cells.present.length === 0) {
    throw new TableError({
      problem: `column ${JSON.stringify(context.name)} is empty in every row`,
      expected: 'some values in every column',
      remedy: 'Remove the column.',
    });
  }
  return context.metadata ? declared(cells, context.metadata) : inferred(cells, context.isTarget);
}

function cellsOf(all: readonly string[], { name, tableToken, metadata }: ColumnContext): Cells {
  const mayBeLabel = metadata === undefined || metadata.kind === 'categorical';
  const labels = new Set(metadata?.order ?? (mayBeLabel && hasNoneLabel(all) ? ['None'] : []));
  const present = all.filter((text) => !isMissingToken(text) || labels.has(text.trim()));
  const missing = all.filter((text) => isMissingToken(text) && !labels.has(text.trim()));
  const base = {
    name,
    description: metadata?.description ?? '',
    nullable: missing.length > 0,
    missingToken: commonestToken(missing) ?? tableToken,
  };
  return { base, all, present, distinct: [...new Set(present)] };
}

function inferred(cells: Cells, isTarget: boolean): Column {
  const written = cells.present.filter((text) => !isMissingToken(text));
  const valued = { ...cells, present: written, distinct: [...new Set(written)] };
  const datetime = datetimeColumn(valued);
  if (datetime) return datetime;
  if (!isTarget && isKey(cells)) return identifierColumn(cells);
  const numeric = numericColumn(valued);
  if (numeric) return isLabelled(valued, isTarget) ? labelColumn(cells) : numeric;
  return !isTarget && isText(cells) ? textColumn(cells) : labelColumn(cells);
}

function declared(cells: Cells, metadata: ColumnMetadata): Column {
  switch (metadata.kind) {
    case 'numeric':
      return numericColumn(cells, true) ?? misfit(cells, 'numerical', (text) => parseNumber(text) !== null);
    case 'datetime':
      return datetimeColumn(cells, metadata.format) ?? misfitDate(cells, metadata.format);
    case 'boolean':
      return cells.distinct.length <= 2 ? { ...labelColumn(cells), kind: 'boolean' } : tooManyTruths(cells);
    case 'categorical':
      return { ...labelColumn(cells), kind: 'categorical' };
    case 'ordered':
      return orderedColumn(cells, metadata.order!);
    case 'identifier':
      return identifierColumn(cells, metadata.pattern);
    case 'text':
      return textColumn(cells);
    case 'key-or-text':
      return isUnique(cells) ? identifierColumn(cells) : textColumn(cells);
  }
}

function numericColumn({ base, present }: Cells, leadingZeros = false): NumericColumn | null {
  const style = numberStyle(present, leadingZeros);
  if (!style) return null;
  const [min, max] = extent(present.map((text) => parseNumber(text, style.decimalMark)!));
  return { ...base, kind: 'numeric', min, max, ...style };
}

function datetimeColumn({ base, present, distinct }: Cells, declaredFormat?: string): DatetimeColumn | null {
  const format = declaredFormat ? withFlags(declaredFormat, distinct) : inferDatetimeFormat(distinct);
  if (format === null || !isDatetimeFormat(format)) return null;
  const seconds = present.map((text) => parseDatetime(format, text));
  if (!seconds.every((each) => each !== null)) return null;
  const [min, max] = extent(seconds);
  return { ...base, kind: 'datetime', min, max, format };
}

/** Labels sorted: no before yes, numbers by value, all others by their characters. */
function labelColumn({ base, distinct }: Cells): LabelColumn {
  const isBoolean = areTruths(distinct);
  const values = new Map(distinct.map((label) => [label, isBoolean ? Number(truthOf(label)) : parseNumber(label)]));
  const isNumeric = [...values.values()].every((value) => value !== null);
  const categories = [...distinct].sort(
    (a, b) => (isNumeric ? values.get(a)! - values.get(b)! : 0) || (a < b ? -1 : 1),
  );
  return { ...base, kind: isBoolean ? 'boolean' : 'categorical', categories };
}

function orderedColumn(cells: Cells, order: string[]): LabelColumn {
  if (cells.distinct.every((label) => order.includes(label)))
    return { ...cells.base, kind: 'ordered', categories: order };
  return misfit(cells, 'categorical with an "order"', (text) => order.includes(text));
}

function identifierColumn({ base, distinct }: Cells, pattern?: string): IdentifierColumn {
  return { ...base, kind: 'identifier', pattern: pattern ?? patternOf(distinct) };
}

function textColumn({ base, distinct }: Cells): TextColumn {
  return { ...base, kind: 'text', maxLength: distinct.reduce((most, text) => Math.max(most, textLength(text)), 0) };
}

/** Whether no value stands twice, and most rows have one. */
function isUnique({ all, present, distinct }: Cells): boolean {
  return distinct.length === present.length && present.length * 2 > all.length;
}

/** Another value in every row, and the look of a key: by its name, its shape, or as a row number. */
function isKey(cells: Cells): boolean {
  const { all, base, distinct } = cells;
  if (!isUnique(cells)) return false;
  const isWhole = distinct.every((text) => /^\d+$/.test(text));
  const isRowNumber = isWhole && all.every((text, index) => Number(text) === Number(all[0]) + index);
  const isNumber = !isWhole && numberStyle(distinct) !== null;
  return isRowNumber || isKeyShape(distinct) || (!isNumber && isKeyName(base.name));
}

function isKeyName(name: string): boolean {
  return KEY_NAME.test(name) || KEY_NAME.test(name.toLowerCase());
}

/** Whether numbers are labels: two values, one that says yes or no, or the codes of a target's classes. */
function isLabelled({ distinct }: Cells, isTarget: boolean): boolean {
  if (distinct.length === 2 || areTruths(distinct)) return true;
  if (!isTarget || distinct.length > MOST_CLASS_CODES || distinct.length < 2) return false;
  const values = distinct.map((text) => parseNumber(text)).sort((a, b) => a! - b!);
  return (values[0] === 0 || values[0] === 1) && values.every((value, index) => value === values[0]! + index);
}

/** Whether texts name no classes: nearly all different, too many, or prose. */
function isText({ present, distinct }: Cells): boolean {
  const share = distinct.length / present.length;
  const length = distinct.reduce((sum, text) => sum + text.length, 0) / distinct.length;
  const isProse = share > 0.5 && length > PROSE_LENGTH && distinct.some((text) => text.includes(' '));
  return isProse || distinct.length > MOST_LABELS || (present.length >= FEW_TEXTS && share >= NEARLY_UNIQUE);
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([min, max], value) => [Math.min(min, value), Math.max(max, value)],
    [Infinity, -Infinity],
  );
}

/** @throws TableError always. */
function misfit({ base, all }: Cells, type: string, fits: (text: string) => boolean): never {
  const wrong = all.flatMap((text, index) => (isMissingToken(text) || fits(text) ? [] : [index + 1]));
  throw new TableError({
    problem: `column ${JSON.stringify(base.name)} is ${type} in the metadata, but its cells are not`,
    got: `${wrong.length} that do not fit, the first in row ${wrong[0] ?? '?'} below the header`,
    remedy: 'Correct the cells or the metadata, or leave the column out of the metadata.',
  });
}

function misfitDate(cells: Cells, format: string | undefined): never {
  return misfit(
    cells,
    `datetime${format ? ` (${format})` : ''}`,
    (text) => format !== undefined && parseDatetime(format, text) !== null,
  );
}

function tooManyTruths({ base, distinct }: Cells): never {
  throw new TableError({
    problem: `column ${JSON.stringify(base.name)} is boolean in the metadata, but has more than two values`,
    expected: 'two',
    got: String(distinct.length),
    remedy: 'Make it "categorical" there.',
  });
}
