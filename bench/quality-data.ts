import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCsv } from '../mallm/table/formats/csv.js';
import type { Row, TableSchema } from '../mallm/table/dataset.js';
import { inferSchema, readRows } from '../mallm/table/inference/schema-inference.js';

/** Where the tables are looked for, in a checkout of this repository. */
const SHIPPED = ['bench/data', 'test/fixtures/evaluation/data'];

/** The tables of the benchmark, their targets, and the sizes there are of them. */
export const benchTables = {
  adult: { target: 'Income', sizes: [50, 100, 200] },
  insurance: { target: 'charges', sizes: [50, 100, 200] },
  asia: { target: 'Dyspnea', sizes: [25, 50] },
} as const;

export type TableName = keyof typeof benchTables;

/** A training table of one size and the held-out rows. */
export interface Split {
  name: TableName;
  size: number;
  target: string;
  /** The CSV file of the training rows. */
  path: string;
  schema: TableSchema;
  train: Row[];
  heldOut: Row[];
}

/** Reads one split; undefined where there is none of this size. @param data folder with a folder a table; the shipped ones when left out */
export async function readSplit(name: TableName, size: number, data?: string): Promise<Split | undefined> {
  const folders = (data === undefined ? SHIPPED : [data]).map((folder) => join(folder, name));
  const path = await findFile(folders, `train-${size}.csv`);
  const test = await findFile(folders, 'test.csv');
  if (path === undefined || test === undefined) return undefined;
  const [table, held] = [parseCsv(await readFile(path)), parseCsv(await readFile(test))];
  const { target } = benchTables[name];
  const schema = inferSchema(table.header, table.records, { target });
  const train = readRows(schema, table.header, table.records);
  return { name, size, target, path, schema, train, heldOut: readRows(schema, held.header, held.records) };
}

/** Rows of a CSV file, read by the schema of a split. */
export async function readRowsOf({ schema }: Split, path: string): Promise<Row[]> {
  const { header, records } = parseCsv(await readFile(path));
  return readRows(schema, header, records);
}

async function findFile(folders: string[], file: string): Promise<string | undefined> {
  for (const folder of folders) {
    const files = await readdir(folder).catch(() => [] as string[]);
    if (files.includes(file)) return join(folder, file);
  }
  return undefined;
}
