import type { Cell, Column, LabelColumn, NumericColumn, Row, TableSchema } from '../mallm/table/dataset.js';
import { isLabel } from '../mallm/table/dataset.js';
import type { BarPair } from './charts/bars.js';
import { dateEdges } from './date-bins.js';
import { roundEdges } from './round-values.js';

/** Bins of a number, about. */
const BINS = 10;
/** Most labels, or whole numbers, that are shown one by one. */
const MOST_LABELS = 12;
/** Of longer lists of labels, only those with so many real rows are named: what fewer have may point at a person. */
const FEWEST_ROWS = 3;

interface Bin {
  label: string;
  holds: (cell: Cell) => boolean;
  /** Bounds of a bin of numbers, and how they are written. */
  span?: { from: number; to: number; write: (from: number, to: number) => string };
}

/**
 * One column as shares of real and synthetic rows, or null for identifiers and texts. Bins have round edges that no
 * single row decides; rare labels of long lists are counted together.
 */
export function columnBins(
  schema: TableSchema,
  index: number,
  realRows: readonly Row[],
  syntheticRows: readonly Row[],
): BarPair[] | null {
  const [ours, theirs] = [realRows, syntheticRows].map((rows) => rows.map((row) => row[index] ?? null)) as [
    Cell[],
    Cell[],
  ];
  const found = binsOf(schema.columns[index]!, ours);
  if (!found) return null;
  const share = (cells: Cell[], { holds }: Bin): number => cells.filter(holds).length / Math.max(1, cells.length);
  const pairOf = (bin: Bin): BarPair => ({ label: bin.label, real: share(ours, bin), synthetic: share(theirs, bin) });
  const isShown = ({ real, synthetic }: BarPair): boolean => real > 0 || synthetic > 0;
  const bins = withoutGaps(found, (bin) => !isShown(pairOf(bin)));
  const rest: Bin = {
    label: 'anything else',
    holds: (cell) => cell !== null && !found.some(({ holds }) => holds(cell)),
  };
  const missing: Bin = { label: 'missing', holds: (cell) => cell === null };
  return [...bins.map(pairOf), ...[rest, missing].map(pairOf).filter(isShown)];
}

/**
 * The labels of a column that may be named: all of a short list, of a longer one the most frequent with three real rows
 * at least.
 */
export function namedLabels(column: LabelColumn, cells: readonly Cell[]): string[] {
  if (column.categories.length <= MOST_LABELS) return column.categories;
  const rows = new Map<Cell, number>();
  for (const cell of cells) rows.set(cell, (rows.get(cell) ?? 0) + 1);
  const often = column.categories.filter((label) => (rows.get(label) ?? 0) >= FEWEST_ROWS);
  return often.sort((a, b) => rows.get(b)! - rows.get(a)!).slice(0, MOST_LABELS);
}

function binsOf(column: Column, real: Cell[]): Bin[] | null {
  if (isLabel(column)) return labelBins(column, real);
  if (column.kind === 'numeric') return numberBins(column, real);
  if (column.kind === 'datetime') {
    const { edges, write } = dateEdges(column.min, column.max);
    return binsBetween(edges, (from) => `from ${write(from)}`);
  }
  return null;
}

function labelBins(column: LabelColumn, real: Cell[]): Bin[] {
  const named = namedLabels(column, real);
  const bins = named.map((label) => ({ label, holds: (cell: Cell) => cell === label }));
  const rare = new Set(column.categories.filter((label) => !named.includes(label)));
  if (rare.size === 0) return bins;
  return [...bins, { label: `${rare.size} rarer labels`, holds: (cell) => typeof cell === 'string' && rare.has(cell) }];
}

function numberBins({ min, max, decimals }: NumericColumn, real: readonly Cell[]): Bin[] {
  const isWhole = decimals.max === 0;
  const edges = isWhole
    ? roundEdges(min, max + 1, max - min < MOST_LABELS ? 2 * MOST_LABELS : BINS, 1)
    : roundEdges(min, max, BINS);
  const write = (from: number, to: number): string => {
    const last = isWhole ? to - 1 : to;
    return last === from ? edgeText(from) : `${edgeText(from)} to ${edgeText(last)}`;
  };
  const bins = binsBetween(edges, write);
  const usual = usualValue(real);
  if (usual === null || (isWhole && edges[1]! - edges[0]! <= 1)) return bins;
  const others = bins.map((bin) => ({ ...bin, holds: (cell: Cell) => cell !== usual && bin.holds(cell) }));
  return [{ label: `exactly ${edgeText(usual)}`, holds: (cell) => cell === usual }, ...others];
}

function edgeText(value: number): string {
  return String(Number(value.toPrecision(10))).replace('-', '−');
}

/** The value that more than half of the rows have, or null. */
function usualValue(cells: readonly Cell[]): number | null {
  const middle = cells.filter((cell) => typeof cell === 'number').sort((a, b) => a - b)[Math.floor(cells.length / 2)];
  return middle !== undefined && cells.filter((cell) => cell === middle).length > cells.length / 2 ? middle : null;
}

/** From each edge to below the next; the last holds its upper edge too. */
function binsBetween(edges: readonly number[], write: (from: number, to: number) => string): Bin[] {
  return edges.slice(1).map((to, index) => {
    const from = edges[index]!;
    const isLast = index === edges.length - 2;
    const holds = (cell: Cell): boolean =>
      typeof cell === 'number' && cell >= from && (cell < to || (isLast && cell === to));
    return { label: write(from, to), holds, span: { from, to, write } };
  });
}

/** Neighbouring bins without any row become one. */
function withoutGaps(bins: readonly Bin[], isEmpty: (bin: Bin) => boolean): Bin[] {
  const joined: Bin[] = [];
  for (const bin of bins) {
    const before = joined.at(-1);
    if (bin.span && before?.span && isEmpty(bin) && isEmpty(before)) {
      const span = { ...bin.span, from: before.span.from };
      joined[joined.length - 1] = { label: span.write(span.from, span.to), holds: () => false, span };
    } else {
      joined.push(bin);
    }
  }
  return joined;
}
