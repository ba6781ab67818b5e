import type { Cell, Column, Row, TableSchema } from '../table/dataset.js';
import { isLabel } from '../table/dataset.js';

/** Standardised numbers are cut here, so that one wild cell cannot rule a linear model. */
const CLIP = 10;

/** How one column becomes features: numbers and text lengths give one, labels one each and one for unseen labels. */
export type ColumnEncoder = {
  /** Place of the column in a row. */
  index: number;
  /** Whether a feature says that the cell is missing; it follows the column's other features. */
  missingFlag: boolean;
} & (
  { kind: 'number' | 'text-length'; median: number; mean: number; scale: number } | { kind: 'label'; labels: string[] }
);

/** Turns rows into numbers, always in the same way; plain JSON. */
export interface Encoder {
  /** One name a feature, for reports: `age`, `age missing`, `sex = Male`, `sex unseen`, `note length`. */
  features: string[];
  columns: ColumnEncoder[];
}

/**
 * Learns from rows how to encode rows of the same schema. Identifiers are left out.
 *
 * Numbers are imputed by the median and standardised (mean and population standard deviation after imputation). Labels
 * are those of the schema. A column has a missing flag when it is nullable or a cell of `rows` is missing.
 */
export function fitEncoder(schema: TableSchema, rows: readonly Row[]): Encoder {
  const encoder: Encoder = { features: [], columns: [] };
  for (const [index, column] of schema.columns.entries()) {
    if (column.kind === 'identifier') continue;
    const cells = rows.map((row) => row[index] ?? null);
    const missingFlag = column.nullable || cells.includes(null);
    encoder.columns.push(fitColumn(column, cells, index, missingFlag));
    encoder.features.push(...featureNames(column, missingFlag));
  }
  return encoder;
}

/**
 * Encodes rows, one array a row, aligned to `encoder.features`.
 *
 * Every value is finite: numbers are standardised and cut to [−10, 10], all else is 0 or 1. A missing number becomes the
 * median, a missing label none of the labels (or unseen, where the column has no missing flag).
 */
export function encodeRows(encoder: Encoder, rows: readonly Row[]): Float64Array[] {
  const encoded = rows.map(() => new Float64Array(encoder.features.length));
  let offset = 0;
  for (const column of encoder.columns) {
    const write = cellWriter(column, offset);
    for (let i = 0; i < rows.length; i++) write(encoded[i]!, rows[i]![column.index] ?? null);
    offset += width(column);
  }
  return encoded;
}

function fitColumn(column: Column, cells: Cell[], index: number, missingFlag: boolean): ColumnEncoder {
  if (isLabel(column)) return { index, missingFlag, kind: 'label', labels: [...column.categories] };
  const kind = column.kind === 'text' ? 'text-length' : 'number';
  const present = cells.filter((cell) => cell !== null).map((cell) => measure(cell));
  const median = medianOf(present);
  const values = cells.map((cell) => (cell === null ? median : measure(cell)));
  const count = Math.max(values.length, 1);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
  const constant = deviation <= 1e-12 * Math.abs(mean);
  return { index, missingFlag, kind, median, mean: constant ? median : mean, scale: constant ? 1 : deviation };
}

function featureNames(column: Column, missingFlag: boolean): string[] {
  const flag = missingFlag ? [`${column.name} missing`] : [];
  if (isLabel(column)) {
    return [...column.categories.map((label) => `${column.name} = ${label}`), `${column.name} unseen`, ...flag];
  }
  return [column.kind === 'text' ? `${column.name} length` : column.name, ...flag];
}

function width(column: ColumnEncoder): number {
  return (column.kind === 'label' ? column.labels.length + 1 : 1) + (column.missingFlag ? 1 : 0);
}

function cellWriter(column: ColumnEncoder, offset: number): (features: Float64Array, cell: Cell) => void {
  const flagAt = offset + width(column) - 1;
  if (column.kind !== 'label') {
    return (features, cell) => {
      const value = cell === null ? column.median : measure(cell);
      features[offset] = Math.max(-CLIP, Math.min(CLIP, (value - column.mean) / column.scale));
      if (cell === null && column.missingFlag) features[flagAt] = 1;
    };
  }
  const places = new Map<Cell, number>(column.labels.map((label, place) => [label, offset + place]));
  const unseenAt = offset + column.labels.length;
  return (features, cell) => {
    features[cell === null && column.missingFlag ? flagAt : (places.get(cell) ?? unseenAt)] = 1;
  };
}

/** A number as it is, a text by its length. */
function measure(cell: number | string): number {
  return typeof cell === 'number' ? cell : cell.length;
}

function medianOf(values: number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
