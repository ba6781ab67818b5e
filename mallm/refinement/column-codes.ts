import type { Cell, Row, TableSchema } from '../table/dataset.js';
import { isModelled, isNumber } from '../table/dataset.js';
import type { TreeColumn } from '../learning/regression-trees.js';

/** A modelled column whose cells are small integers: 0 is missing, code k stands for `values[k − 1]`. */
export interface CodedColumn {
  /** Place of the column in a row. */
  index: number;
  kind: 'number' | 'label';
  /** Whether the order of codes means something (numbers, ordered labels). */
  ordered: boolean;
  /** Distinct values, ascending for numbers, in the schema's order for labels. */
  values: (number | string)[];
}

/** The modelled columns of a schema, coded by the numbers in `rows` and the labels of the schema. */
export function codeColumns(schema: TableSchema, rows: readonly Row[]): CodedColumn[] {
  return schema.columns.flatMap((column, index): CodedColumn[] => {
    if (!isModelled(column)) return [];
    if (!isNumber(column)) {
      return [{ index, kind: 'label', ordered: column.kind === 'ordered', values: [...column.categories] }];
    }
    const numbers = rows.map((row) => row[index]).filter((cell) => typeof cell === 'number');
    return [{ index, kind: 'number', ordered: true, values: [...new Set(numbers)].sort((a, b) => a - b) }];
  });
}

/** Codes of each column, one a row; a value that the column does not know counts as missing. */
export function codeRows(columns: readonly CodedColumn[], rows: readonly Row[]): TreeColumn[] {
  return columns.map(({ index, ordered, values }) => {
    const codeOf = new Map<Cell, number>(values.map((value, place) => [value, place + 1]));
    const codes = Int32Array.from(rows, (row) => codeOf.get(row[index] ?? null) ?? 0);
    return { codes, codeCount: values.length + 1, ordered };
  });
}

/** The numbers that codes of a number column stand for, for least squares (0 for missing); null for labels. */
export function valuesByCode({ kind, values }: CodedColumn): number[] | null {
  return kind === 'number' ? [0, ...(values as number[])] : null;
}

/**
 * Rows as points, one number a modelled column: a number as it is, NaN where missing; for a label its code, 0 where
 * missing, −1 for one that the column does not know.
 */
export function pointsOf(columns: readonly CodedColumn[], rows: readonly Row[]): Float64Array[] {
  const codes = columns.map(
    ({ kind, values }) =>
      new Map<Cell, number>(kind === 'label' ? values.map((value, place) => [value, place + 1]) : []),
  );
  return rows.map((row) =>
    Float64Array.from(columns, ({ index, kind }, c) => {
      const cell = row[index] ?? null;
      if (kind === 'number') return typeof cell === 'number' ? cell : NaN;
      return cell === null ? 0 : (codes[c]!.get(cell) ?? -1);
    }),
  );
}

/** A point as a row of the schema; columns that are not modelled are null, or an empty text where none may be missing. */
export function rowOfPoint(schema: TableSchema, columns: readonly CodedColumn[], point: ArrayLike<number>): Cell[] {
  const row = schema.columns.map((column): Cell => (column.kind === 'text' && !column.nullable ? '' : null));
  columns.forEach(({ index, kind, values }, c) => {
    const value = point[c]!;
    if (kind === 'number') row[index] = Number.isNaN(value) ? null : value;
    else row[index] = value > 0 ? values[value - 1]! : null;
  });
  return row;
}

/**
 * Points as features for boosted trees: numbers and ordered or two-valued labels as they are, others one-hot.
 */
export function featuresOf(columns: readonly CodedColumn[], points: readonly Float64Array[]): Float64Array[] {
  const widths = columns.map(({ kind, ordered, values }) =>
    kind === 'label' && !ordered && values.length > 2 ? values.length : 1,
  );
  const width = widths.reduce((sum, value) => sum + value, 0);
  return points.map((point) => {
    const features = new Float64Array(width);
    let offset = 0;
    for (let c = 0; c < widths.length; c++) {
      if (widths[c] === 1) features[offset] = point[c]!;
      else if (point[c]! > 0) features[offset + point[c]! - 1] = 1;
      offset += widths[c]!;
    }
    return features;
  });
}
