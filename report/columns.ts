import type { Column, Row, TableSchema } from '../mallm/dataset.js';
import { isLabel, isNumber } from '../mallm/dataset.js';
import { pairedBars } from './charts.js';
import { escape } from './html.js';

const BINS = 10;
const MOST_LABELS = 12;

/** Every column, real beside synthetic, as shares of rows. */
export function columnFigures(schema: TableSchema, real: readonly Row[], synthetic: readonly Row[]): string {
  const figures = schema.columns.map((column, index) => {
    const bars = barsOf(
      column,
      real.map((row) => row[index] ?? null),
      synthetic.map((row) => row[index] ?? null),
    );
    const body = bars ? pairedBars(bars) : '<p>Made afresh or free text: not compared.</p>';
    return `<figure><figcaption><b>${escape(column.name)}</b> ${column.kind}</figcaption>${body}</figure>`;
  });
  return `<p class="key"><i class="real"></i>real<i class="synthetic"></i>synthetic</p><div class="grid">${figures.join('')}</div>`;
}

type Cells = (Row[number] | null)[];

function barsOf(column: Column, real: Cells, synthetic: Cells): Parameters<typeof pairedBars>[0] | null {
  const bins = isNumber(column)
    ? numberBins(column, real)
    : isLabel(column)
      ? labelBins(column.categories, real)
      : null;
  if (!bins) return null;
  const share = (cells: Cells, test: (cell: Row[number]) => boolean): number =>
    cells.filter(test).length / Math.max(1, cells.length);
  const missing = { label: 'missing', test: (cell: Row[number]) => cell === null };
  const shown = real.includes(null) || synthetic.includes(null) ? [...bins, missing] : bins;
  return shown.map(({ label, test }) => ({ label, real: share(real, test), synthetic: share(synthetic, test) }));
}

function numberBins(
  column: Extract<Column, { min: number }>,
  real: Cells,
): { label: string; test: (cell: Row[number]) => boolean }[] {
  const distinct = [...new Set(real.filter((cell) => typeof cell === 'number'))].sort((a, b) => a - b);
  const write = (value: number): string =>
    column.kind === 'datetime'
      ? new Date(value * 1000).toISOString().slice(0, 10)
      : String(Number(value.toPrecision(4)));
  if (distinct.length <= BINS)
    return distinct.map((value) => ({ label: write(value), test: (cell) => cell === value }));
  const step = (column.max - column.min) / BINS;
  return Array.from({ length: BINS }, (_, bin) => {
    const from = column.min + bin * step;
    const inside = (cell: Row[number]): boolean =>
      typeof cell === 'number' && cell >= from && (bin === BINS - 1 || cell < from + step);
    return { label: `${write(from)} –`, test: inside };
  });
}

function labelBins(
  categories: readonly string[],
  real: Cells,
): { label: string; test: (cell: Row[number]) => boolean }[] {
  const count = (label: string): number => real.filter((cell) => cell === label).length;
  const ordered =
    categories.length > MOST_LABELS ? [...categories].sort((a, b) => count(b) - count(a)) : [...categories];
  const shown = ordered.slice(0, MOST_LABELS);
  const bins = shown.map((label) => ({ label, test: (cell: Row[number]) => cell === label }));
  if (ordered.length === shown.length) return bins;
  const rest = new Set(ordered.slice(MOST_LABELS));
  return [...bins, { label: `${rest.size} others`, test: (cell) => typeof cell === 'string' && rest.has(cell) }];
}
