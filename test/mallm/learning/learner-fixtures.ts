import { readFileSync } from 'node:fs';
import type { Column, Row, TableSchema } from '../../../mallm/table/dataset.js';

const folder = new URL('../../fixtures/learners/', import.meta.url);
const plain = { description: '', nullable: false, missingToken: '' };

/** Reads a JSON file of the learners' fixtures. */
export function readLearners(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8'));
}

export function numeric(name: string, nullable = false): Column {
  return { ...plain, name, nullable, kind: 'numeric', min: 0, max: 100, decimals: { min: 0, max: 2 } };
}

export function label(name: string, categories: string[], nullable = false): Column {
  return { ...plain, name, nullable, kind: 'categorical', categories };
}

/** A schema of columns, the last one the target. */
export function schemaOf(...columns: Column[]): TableSchema {
  return { columns, target: columns.at(-1)!.name };
}

/** A schema of labels for rows of codes. */
export function codedTable(names: string[], codes: number[][]): { schema: TableSchema; rows: Row[] } {
  const rows = codes.map((row) => row.map(String));
  const columns = names.map((name, index) => label(name, [...new Set(rows.map((row) => row[index]!))]));
  return { schema: schemaOf(...columns), rows };
}
