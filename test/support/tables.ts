import { readFileSync } from 'node:fs';
import { parseCsv, type CsvTable } from '../../mallm/table/formats/csv.js';
import type { Row, TableSchema } from '../../mallm/table/dataset.js';
import { inferSchema, readRows } from '../../mallm/table/inference/schema-inference.js';
import { parseMetadata } from '../../mallm/table/inference/sdv-metadata.js';

/** A table as text, typed. `metadata` is SDV metadata as JSON. */
export interface TypedTable extends CsvTable {
  schema: TableSchema;
  rows: Row[];
}

/** The bytes of a file, by its path from the top of the repository. */
export function fileBytes(path: string): Buffer {
  return readFileSync(new URL(`../../${path}`, import.meta.url));
}

/** Types a table given as CSV text or bytes. */
export function typedTable(csv: string | Uint8Array, target: string, metadata?: unknown): TypedTable {
  const table = parseCsv(typeof csv === 'string' ? Buffer.from(csv) : csv);
  const overrides = metadata === undefined ? undefined : parseMetadata(metadata, table.header);
  const schema = inferSchema(table.header, table.records, { target, metadata: overrides });
  return { ...table, schema, rows: readRows(schema, table.header, table.records) };
}

/** A CSV text of columns: name → cells. */
export function csvOf(columns: Record<string, readonly string[]>): string {
  const names = Object.keys(columns);
  const count = Math.max(...Object.values(columns).map((cells) => cells.length));
  const lines = Array.from({ length: count }, (_, row) => names.map((name) => columns[name]![row] ?? '').join(','));
  return [names.join(','), ...lines, ''].join('\n');
}

/** So many cells, taken from a list over and over. */
export function cycle(items: readonly string[], count = 20): string[] {
  return Array.from({ length: count }, (_, index) => items[index % items.length]!);
}
