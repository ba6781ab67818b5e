import { textLength } from '../cell.js';
import type { Column, DatetimeColumn, IdentifierColumn, LabelColumn, TextColumn } from '../dataset.js';
import { parseDatetime } from '../datetime-format.js';
import { areTruths, truthOf } from '../label-match.js';
import { commonestToken, hasNoneLabel, isLabelWord, isMissingToken } from '../missing.js';
import { isNumberLike } from '../number-format.js';
import { parseNumber } from '../number-grid.js';
import { isKey, isLabelled, isText, isUnique, type Cells } from './column-heuristics.js';
import { datetimeColumn } from './datetime-column.js';
import { misfit, tooManyTruths } from './misfit.js';
import { extent, numericColumn } from './number-inference.js';
import { isBirthDate, personalKind } from './personal.js';
import type { ColumnMetadata } from './sdv-metadata.js';
import { shapesOf } from '../identifier-shapes.js';

/** What is known of a column before its cells are looked at. */
export interface ColumnContext {
  name: string;
  isTarget: boolean;
  /** How the table writes missing cells elsewhere. */
  tableToken: string;
  metadata?: ColumnMetadata;
  /** Keep what looks personal as it is. */
  keep?: boolean;
}

/**
 * The column that its cells, as written, make; metadata decides where there is any. One without any cell stays empty.
 * @throws TableError for cells that are not what the metadata says.
 */
export function inferColumn(texts: readonly string[], context: ColumnContext): Column {
  const cells = cellsOf(texts, context);
  if (cells.present.length === 0)
    return { ...cells.base, nullable: true, kind: 'identifier', pattern: '', empty: true };
  return context.metadata ? declared(cells, context.metadata, context) : inferred(cells, context);
}

/** The cells of a column, missing ones apart. A word that also means missing is a label where the metadata says so. */
export function cellsOf(all: readonly string[], { name, tableToken, metadata }: ColumnContext): Cells {
  const labels = labelWords(all, metadata);
  const isValue = (text: string): boolean => !isMissingToken(text) || labels.has(text.trim());
  const present = all.filter(isValue);
  const missing = all.filter((text) => !isValue(text));
  const base = {
    name,
    description: metadata?.description ?? '',
    nullable: missing.length > 0,
    missingToken: commonestToken(missing) ?? tableToken,
  };
  return { base, all, present, distinct: [...new Set(present)] };
}

/** Missing tokens that are labels in this column. */
function labelWords(all: readonly string[], metadata: ColumnMetadata | undefined): Set<string> {
  if (metadata?.order) return new Set(metadata.order);
  const isLabelKind = metadata === undefined || metadata.kind === 'categorical' || metadata.kind === 'ordered';
  if (!isLabelKind) return new Set();
  if (metadata?.missing)
    return new Set(all.map((text) => text.trim()).filter((text) => text !== '' && !metadata.missing!.includes(text)));
  if (metadata) return new Set(all.map((text) => text.trim()).filter(isLabelWord));
  return new Set(hasNoneLabel(all) ? ['None'] : []);
}

function inferred(cells: Cells, { isTarget, keep = false }: ColumnContext): Column {
  const written = cells.present.filter((text) => !isMissingToken(text));
  const valued = { ...cells, present: written, distinct: [...new Set(written)] };
  const personal = isTarget || keep ? null : personalKind(valued);
  if (personal) return { ...identifierColumn(cells), personal };
  const datetime = isTarget ? exactly(datetimeColumn(valued)) : datetimeColumn(valued);
  if (datetime) return isTarget || keep ? datetime : withBirth(datetime);
  if (!isTarget && isKey(cells)) return identifierColumn(cells);
  const numeric = numericColumn(valued, { isTarget });
  if (numeric) {
    const specials = new Set(numeric.specials?.map(({ text }) => text));
    const numbers = valued.present.filter((text) => !specials.has(text.trim()));
    const isLabels = isLabelled({ ...valued, present: numbers, distinct: [...new Set(numbers)] }, isTarget);
    return isLabels ? labelColumn(cells) : numeric;
  }
  return !isTarget && isText(cells) ? textColumn(cells) : labelColumn(cells);
}

function exactly<C extends Column>(column: C | null): C | null {
  return column && 'specials' in column ? null : column;
}

/** Marks dates of birth: by the column's name, unless something else is said of it. */
function withBirth(column: DatetimeColumn, isBirth = isBirthDate(column)): DatetimeColumn {
  return isBirth ? { ...column, birth: true } : column;
}

function declared(cells: Cells, metadata: ColumnMetadata, { isTarget, keep = false }: ColumnContext): Column {
  switch (metadata.kind) {
    case 'numeric':
      return (
        numericColumn(cells, { declared: true, specials: metadata.specials, isTarget }) ??
        misfit(cells, 'numerical', isNumberLike)
      );
    case 'datetime':
      return withBirth(
        datetimeColumn(cells, metadata.format) ?? misfitDate(cells, metadata.format),
        isTarget || keep ? false : metadata.birth,
      );
    case 'boolean':
      return cells.distinct.length <= 2 ? { ...labelColumn(cells), kind: 'boolean' } : tooManyTruths(cells);
    case 'categorical':
      return { ...labelColumn(cells), kind: 'categorical' };
    case 'ordered':
      return orderedColumn(cells, metadata.order ?? labelColumn(cells).categories);
    case 'identifier':
      return identifierColumn(cells, metadata);
    case 'text':
      return textColumn(cells);
    case 'key-or-text':
      return isUnique(cells) ? identifierColumn(cells) : textColumn(cells);
  }
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

function identifierColumn(
  { base, present }: Cells,
  { pattern, personal }: Partial<ColumnMetadata> = {},
): IdentifierColumn {
  const shapes = pattern === undefined ? shapesOf(present) : { pattern };
  return { ...base, kind: 'identifier', ...shapes, ...(personal && { personal }) };
}

function textColumn({ base, distinct }: Cells): TextColumn {
  const [, maxLength] = extent(distinct.map(textLength));
  return { ...base, kind: 'text', maxLength };
}

function misfitDate(cells: Cells, format: string | undefined): never {
  const fits = (text: string): boolean => format !== undefined && parseDatetime(format, text) !== null;
  return misfit(cells, `datetime${format ? ` (${format})` : ''}`, fits);
}
