import { describeColumn } from '../column-description.js';
import type { Column, DatetimeColumn, LabelColumn, NumericColumn, RowGroup, TableSchema } from '../dataset.js';
import { isMissing, isLabelWord } from '../missing.js';
import { parseNumber } from '../number-grid.js';
import { keyOf, placesByKey } from '../people.js';
import { readCell } from '../cell-text.js';
import { specialsOf } from '../special-values.js';
import { formatCell } from '../formats/csv.js';

/** Whole numbers of so few different values may be codes of classes. */
const FEW_NUMBERS = 6;
const MANY_LABELS = 50;

/** What a column was taken for, and why one may look again. */
export interface ColumnReport {
  name: string;
  kind: Column['kind'];
  /** `given` by metadata; `clear` when every cell fits and nothing else would; `likely`; `unsure` when it is worth a look. */
  confidence: 'given' | 'clear' | 'likely' | 'unsure';
  /** The column in one line. */
  description: string;
  /** Cells without a value: missing ones, codes, cells that do not fit. */
  missing: number;
  /** Texts that are neither values nor missing tokens, with the number of cells; the commonest first. */
  misfits: { text: string; cells: number }[];
  /** What is not obvious, one sentence each. */
  unusual: string[];
}

/** What every column of a table was taken for. `records` are those that the schema was made of. */
export function reportColumns(
  { columns, group }: TableSchema,
  header: readonly string[],
  records: readonly (readonly string[])[],
  given: ReadonlySet<string> = new Set(),
): ColumnReport[] {
  return columns.map((column) => {
    const place = header.indexOf(column.name);
    const texts = records.map((record) => record[place]!);
    const report = reportOf(column, texts, given.has(column.name));
    return column.name === group?.key ? { ...report, unusual: groupLines(group, texts) } : report;
  });
}

/** What a user should know of the column that names people. */
function groupLines({ order, constant, most }: RowGroup, texts: readonly string[]): string[] {
  const people = placesByKey(texts.map(keyOf)).length;
  const same =
    constant.length > 0 ? `; the same in all of them: ${constant.map((name) => JSON.stringify(name)).join(', ')}` : '';
  return [
    `names ${people} people with up to ${most} rows each${same}`,
    `rows of a person are drawn together${order === undefined ? '' : `, in the order of ${JSON.stringify(order)}`}, and get one fresh key; --no-group if these are no people`,
  ];
}

/** The lines of reports that a user should see before anything is paid. */
export function unusualLines(reports: readonly ColumnReport[]): string[] {
  return reports.flatMap(({ name, unusual }) => unusual.map((line) => `${JSON.stringify(name)}: ${line}`));
}

function reportOf(column: Column, texts: readonly string[], isGiven: boolean): ColumnReport {
  const present = texts.filter((text) => !isMissing(column, text));
  const counts = countsOf(present);
  const misfits = misfitsOf(column, counts);
  const unusual = unusualIn(column, counts, texts);
  const stray = misfits.reduce((sum, { cells }) => sum + cells, 0);
  const confidence = isGiven ? 'given' : confidenceOf(column, counts, stray / Math.max(1, present.length));
  const { name, kind } = column;
  const missing = texts.length - present.length + stray;
  return { name, kind, confidence, description: describeColumn(column), missing, misfits, unusual };
}

function misfitsOf(column: Column, counts: ReadonlyMap<string, number>): ColumnReport['misfits'] {
  if (column.kind !== 'numeric' && column.kind !== 'datetime') return [];
  const stray = [...counts].filter(([text]) => (readCell(column, text, 0) ?? null) === null);
  return stray.map(([text, cells]) => ({ text, cells })).sort((a, b) => b.cells - a.cells);
}

function confidenceOf(column: Column, counts: ReadonlyMap<string, number>, stray: number): ColumnReport['confidence'] {
  if (column.kind === 'text') return 'unsure';
  if (column.kind === 'numeric' && isCoded(column, counts)) return 'unsure';
  if (column.kind === 'identifier') return column.empty ? 'clear' : 'likely';
  return stray > 0.1 ? 'unsure' : stray > 0 ? 'likely' : 'clear';
}

function unusualIn(column: Column, counts: ReadonlyMap<string, number>, texts: readonly string[]): string[] {
  switch (column.kind) {
    case 'numeric':
      return [...specialLines(column, counts), ...numberLines(column, counts)];
    case 'datetime':
      return [...specialLines(column, counts), ...dateLines(column)];
    case 'identifier':
      return column.empty ? ['no cell in any row; it stays empty'] : personalLines(column.personal, column.name);
    case 'text':
      return [
        'free text: the model writes it, nothing else is drawn from it; "categorical" in the metadata makes labels',
      ];
    default:
      return labelLines(column, texts);
  }
}

function specialLines(column: NumericColumn | DatetimeColumn, counts: ReadonlyMap<string, number>): string[] {
  const specials = new Set(specialsOf(column).map(({ text }) => text));
  const rare = misfitsOf(column, counts).filter(({ text }) => !specials.has(text.trim()));
  const cells = rare.reduce((sum, each) => sum + each.cells, 0);
  const kept = [...specials].map((text) => JSON.stringify(text)).join(', ');
  return [
    ...(specials.size > 0 ? [`${kept}: kept beside the values with their share, never counted as values`] : []),
    ...(cells > 0 ? [`${cells} cell${cells > 1 ? 's' : ''} without a value that can be read: taken as missing`] : []),
  ];
}

function numberLines(column: NumericColumn, counts: ReadonlyMap<string, number>): string[] {
  const example = formatCell(column, column.max);
  return [
    ...(column.written ? [`read as numbers, and written back as ${JSON.stringify(example)}`] : []),
    ...(column.step === undefined ? [] : [`all values are multiples of ${column.step}; so will be all that are drawn`]),
    ...(isCoded(column, counts)
      ? ['few whole numbers: if they are codes of classes, say "categorical" in the metadata']
      : []),
  ];
}

function dateLines({ name, forms, birth }: DatetimeColumn): string[] {
  return [
    ...(forms
      ? [`${forms.length + 1} ways to write a date (offsets, or dates without a day): kept with their shares`]
      : []),
    ...(birth
      ? [
          `dates of birth: day and month are drawn anew, the year is kept (--keep-column ${JSON.stringify(name)} keeps all)`,
        ]
      : []),
  ];
}

function personalLines(personal: string | undefined, name: string): string[] {
  if (personal === undefined) return [];
  const what = {
    name: 'names of persons',
    email: 'e-mail addresses',
    phone: 'telephone numbers',
    address: 'addresses',
  };
  const said = what[personal as keyof typeof what];
  return [`${said}: in no prompt, and made afresh (--keep-column ${JSON.stringify(name)} keeps them)`];
}

function labelLines(column: LabelColumn, texts: readonly string[]): string[] {
  const labels = column.categories.length;
  const words = texts.filter((text) => isLabelWord(text) && isMissing(column, text)).length;
  const numbers = column.categories.filter((label) => parseNumber(label) !== null && /^0\d/.test(label)).length;
  return [
    ...(labels > MANY_LABELS ? [`${labels} labels, which every prompt lists`] : []),
    ...(words > 0
      ? [
          `${words} cells of ${JSON.stringify(column.missingToken)} count as missing; "categorical" in the metadata makes it a label`,
        ]
      : []),
    ...(numbers > 0 ? ['numbers with leading zeros: taken as labels'] : []),
  ];
}

/** Whether numbers may be codes: few of them, whole, and not the count of something. */
function isCoded({ decimals }: NumericColumn, counts: ReadonlyMap<string, number>): boolean {
  return decimals.max === 0 && counts.size <= FEW_NUMBERS;
}

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
