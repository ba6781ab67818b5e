import { readFileSync } from 'node:fs';
import { parseCsv } from '../../../mallm/table/formats/csv.js';
import type { Column, Row, TableSchema } from '../../../mallm/table/dataset.js';
import { inferSchema, readRows } from '../../../mallm/table/inference/schema-inference.js';
import { parseMetadata, type TableMetadata } from '../../../mallm/table/inference/sdv-metadata.js';

const folder = new URL('../../fixtures/evaluation/', import.meta.url);

/** A fixture table as text: header and records. */
export interface FixtureTable {
  header: string[];
  records: string[][];
}

/** Reads a CSV file of the evaluation's fixtures. */
export function readFixture(path: string): FixtureTable {
  return parseCsv(readFileSync(new URL(path, folder)));
}

/** Typed rows of a published split, and a function that types another CSV of the same columns. */
export function typedSplit(table: string, rows: number, target: string) {
  const train = readFixture(`data/${table}/train-${rows}.csv`);
  const schema: TableSchema = inferSchema(train.header, train.records, { target, metadata: metadataOf(train.header) });
  const read = (path: string): Row[] => {
    const { header, records } = readFixture(path);
    return readRows(schema, header, records);
  };
  return {
    schema,
    read,
    train: readRows(schema, train.header, train.records),
    heldOut: read(`data/${table}/test.csv`),
  };
}

/** The reference takes a gain of 99,999 for a number; without metadata it is a code for a missing value. */
function metadataOf(header: readonly string[]): TableMetadata | undefined {
  if (!header.includes('capital-gain')) return undefined;
  return parseMetadata({ columns: { 'capital-gain': { sdtype: 'numerical', special_values: [] } } }, header);
}

/** Reads a JSON file of the evaluation's fixtures. */
export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8'));
}

/** A published split, one-hot encoded over train and test as pandas' get_dummies does: numbers first, nothing scaled. */
export function encodedFixture(table: string, train: string, target: string) {
  const a = readFixture(`data/${table}/${train}.csv`);
  const b = readFixture(`data/${table}/test.csv`);
  const records = [...a.records, ...b.records];
  const columns = a.header.map((name, index) => ({ name, cells: records.map((record) => record[index]!) }));
  const numeric = (cells: string[]): boolean => cells.every((cell) => Number.isFinite(Number(cell)));
  const inputs = columns.filter(({ name }) => name !== target);
  const features = [
    ...inputs.filter(({ cells }) => numeric(cells)).map(({ cells }) => cells.map(Number)),
    ...inputs
      .filter(({ cells }) => !numeric(cells))
      .flatMap(({ cells }) => [...new Set(cells)].sort().map((label) => cells.map((cell) => Number(cell === label)))),
  ];
  const x = records.map((_, row) => Float64Array.from(features, (feature) => feature[row]!));
  const targets = columns.find(({ name }) => name === target)!.cells;
  const labels = [...new Set(targets)].sort();
  const y = numeric(targets) ? targets.map(Number) : targets.map((cell) => labels.indexOf(cell));
  const count = a.records.length;
  return { x: x.slice(0, count), y: y.slice(0, count), testX: x.slice(count), testY: y.slice(count) };
}

/** What the columns of a schema written by hand share. */
export const base = { description: '', nullable: true, missingToken: '' };

export function numberColumn(name: string, decimals: number): Column {
  return { ...base, name, kind: 'numeric', min: 0, max: 1, decimals: { min: 0, max: decimals } };
}

export function labelColumn(name: string): Column {
  return { ...base, name, kind: 'categorical', categories: [] };
}
