import type { EvaluationTables } from './tables.js';
import type { EvaluationColumn, TypedTable } from './typed-table.js';

/** One column of a design matrix. */
interface Feature {
  /** Index of the table's column. */
  column: number;
  /** The number itself, a label's number (`"1"` → 1), whether the cell is this label, or whether it is missing. */
  of: 'number' | 'label-number' | 'label' | 'missing';
  /** Index of the label, for `label`. */
  label?: number;
}

/** Features with what is needed to encode any of the tables. */
export interface Design {
  columns: EvaluationColumn[];
  features: Feature[];
  /** Fill for missing numbers by column: the median of the training rows. */
  medians: number[];
}

/**
 * Features of the utility models as the authors' code has them: numbers and 0/1 codes as they are, a missing flag where
 * any table misses a number, then one column for each label of train, then those that only held-out rows have.
 */
export function utilityDesign(tables: EvaluationTables): Design {
  const { columns, train, heldOut, target } = tables;
  const inputs = columns.map((_, index) => index).filter((index) => index !== target);
  const isCode = (index: number): boolean =>
    labelsIn(columns, [train, heldOut], index).every((label) => /^-*\d+$/.test(columns[index]!.labels[label] ?? ''));
  const asIs = inputs.flatMap((column): Feature[] => {
    if (columns[column]!.kind === 'number') return [{ column, of: 'number' }];
    return isCode(column) ? [{ column, of: 'label-number' }] : [];
  });
  const hot = inputs.filter((column) => !asIs.some((feature) => feature.column === column));
  const ofTrain = hot.flatMap((column) => labelFeatures(column, labelsIn(columns, [train], column)));
  const ofBoth = hot.flatMap((column) => labelFeatures(column, labelsIn(columns, [train, heldOut], column)));
  const onlyHeldOut = ofBoth.filter((a) => !ofTrain.some((b) => a.column === b.column && a.label === b.label));
  const features = [...asIs, ...missingFlags(tables, inputs), ...ofTrain, ...onlyHeldOut];
  return { columns, features, medians: mediansOf(tables) };
}

/** Features of all columns, target included, for the two-sample test: numbers, missing flags, every label of both. */
export function pooledDesign(tables: EvaluationTables, a: TypedTable, b: TypedTable): Design {
  const { columns } = tables;
  const all = columns.map((_, index) => index);
  const numbers = all.filter((column) => columns[column]!.kind === 'number');
  const labels = all.filter((column) => columns[column]!.kind === 'label');
  const features = [
    ...numbers.map((column): Feature => ({ column, of: 'number' })),
    ...missingFlags(tables, all),
    ...labels.flatMap((column) => labelFeatures(column, labelsIn(columns, [a, b], column))),
  ];
  return { columns, features, medians: mediansOf(tables) };
}

/** The design matrix of a table, one array a row; never NaN. */
export function encodeTable({ columns, features, medians }: Design, table: TypedTable): Float64Array[] {
  return Array.from({ length: table.rows }, (_, row) =>
    Float64Array.from(features, ({ column, of, label }) => {
      const cell = table.cells[column]![row]!;
      const missing = Number.isNaN(cell);
      if (of === 'missing') return Number(missing);
      if (of === 'label') return Number(label === -1 ? missing : cell === label);
      if (missing) return of === 'number' ? medians[column]! : 0;
      return of === 'number' ? cell : numberOfLabel(columns[column]!.labels[cell]!);
    }),
  );
}

/** Scales features by the mean and standard deviation of the rows it is made from; constant ones are only centred. */
export function standardizer(x: readonly Float64Array[]): (rows: readonly Float64Array[]) => Float64Array[] {
  const features = x[0]?.length ?? 0;
  const means = new Float64Array(features);
  const deviations = new Float64Array(features);
  for (let feature = 0; feature < features; feature++) {
    let sum = 0;
    for (const row of x) sum += row[feature]!;
    const mean = sum / x.length;
    let squares = 0;
    for (const row of x) squares += (row[feature]! - mean) ** 2;
    means[feature] = mean;
    const deviation = Math.sqrt(squares / x.length);
    deviations[feature] = deviation > 1e-12 * Math.max(1, Math.abs(mean)) ? deviation : 1;
  }
  return (rows) => rows.map((row) => row.map((value, feature) => (value - means[feature]!) / deviations[feature]!));
}

/** Codes of the labels that occur in the tables, ascending; −1 first when a cell is missing. */
function labelsIn(columns: readonly EvaluationColumn[], tables: readonly TypedTable[], column: number): number[] {
  if (columns[column]!.kind === 'number') return [];
  const codes = new Set<number>();
  for (const table of tables) for (const cell of table.cells[column]!) codes.add(Number.isNaN(cell) ? -1 : cell);
  return [...codes].sort((a, b) => a - b);
}

function labelFeatures(column: number, labels: readonly number[]): Feature[] {
  return labels.map((label) => ({ column, of: 'label', label }));
}

function missingFlags(tables: EvaluationTables, among: readonly number[]): Feature[] {
  const all = [tables.train, tables.heldOut, tables.synthetic];
  return among
    .filter((column) => tables.columns[column]!.kind === 'number')
    .filter((column) => all.some((table) => table.cells[column]!.some(Number.isNaN)))
    .map((column) => ({ column, of: 'missing' }));
}

/** Medians of the training numbers, 0 where a column has none or holds labels. */
export function mediansOf({ columns, train }: EvaluationTables): number[] {
  return columns.map(({ kind }, column) => {
    if (kind === 'label') return 0;
    const values = train.cells[column]!.filter((value) => !Number.isNaN(value)).sort();
    const middle = values.length >> 1;
    if (values.length === 0) return 0;
    return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
  });
}

function numberOfLabel(label: string): number {
  const value = Number(label);
  return Number.isFinite(value) ? value : 0;
}
