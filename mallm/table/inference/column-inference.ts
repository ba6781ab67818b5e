import { textLength } from '../cell.js';
import { isKey, isLabelled, isText, isUnique, type Cells } from './column-heuristics.js';
import type { Column, DatetimeColumn, IdentifierColumn, LabelColumn, NumericColumn, TextColumn } from '../dataset.js';
import { parseDatetime, isDatetimeFormat } from '../datetime-format.js';
import { inferDatetimeFormat, withFlags } from './datetime-inference.js';
import { TableError } from '../../errors.js';
import { patternOf } from '../identifier-pattern.js';
import { areTruths, truthOf } from '../label-match.js';
import { commonestToken, hasNoneLabel, isMissingToken } from '../missing.js';
import { numberStyle, parseNumber } from '../number-grid.js';
import type { ColumnMetadata } from './sdv-metadata.js';

/** What is known of a column before its cells are looked at. */
export interface ColumnContext {
  name: string;
  isTarget: boolean;
  /** How the table writes missing cells elsewhere. */
  tableToken: string;
  metadata?: ColumnMetadata;
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
      return orderedColumn(cells, metadata.order ?? labelColumn(cells).categories);
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
