import { widenSchema } from '../mallm/conditions/condition-parser.js';
import type { PartialRow } from '../mallm/conditions/condition.js';
import { formatCsv, parseCsvPart } from '../mallm/table/formats/csv.js';
import type { Row } from '../mallm/table/dataset.js';
import { formatJsonLines } from '../mallm/table/formats/json-lines.js';
import { beginParquet } from '../mallm/table/formats/parquet.js';
import type { RunPlan } from '../mallm/fit/plan.js';
import { readRows } from '../mallm/table/inference/schema-inference.js';
import type { Part, SampleResult } from '../workflows/contract.js';
import { getBytes, getObject } from '../store/object.js';
import type { ObjectStore } from '../store/object-store.js';

/** How a generated table is written. */
export type TableFormat = 'csv' | 'jsonl' | 'parquet';
export const TABLE_FORMATS: readonly TableFormat[] = ['csv', 'jsonl', 'parquet'];

/** Rows of a Parquet row group: enough that columns compress well, few enough to be held in memory. */
const ROW_GROUP = 50_000;

/** How the file is to be, and who follows. */
export interface ContentOptions {
  format?: TableFormat;
  /** What the rows were asked to satisfy: it may open columns beyond what the training rows show. */
  conditions?: PartialRow;
  /** Called after each part with the number of rows read. */
  onRows?: (rows: number) => void;
}

interface Table extends Required<Omit<ContentOptions, 'format'>> {
  store: ObjectStore;
  plan: RunPlan;
  parts: Part[];
}

/**
 * The file of a generated table, its parts in order, a part (or row group) at a time: never the whole table in memory.
 * The same parts give the same bytes.
 */
export async function* tableContent(
  store: ObjectStore,
  plan: RunPlan,
  { parts }: SampleResult,
  { format = 'csv', conditions = {}, onRows = () => undefined }: ContentOptions = {},
): AsyncGenerator<Uint8Array> {
  const table = { store, plan, parts: await getObject<Part[]>(store, parts), conditions, onRows };
  if (format === 'csv') yield* csvContent(table);
  else if (format === 'jsonl') yield* jsonLinesContent(table);
  else yield* parquetContent(table);
}

async function* csvContent(table: Table): AsyncGenerator<Uint8Array> {
  yield Buffer.from(formatCsv(table.plan.schema, [], table.plan.dialect));
  yield* partsOf(table);
}

async function* jsonLinesContent(table: Table): AsyncGenerator<Uint8Array> {
  for await (const rows of rowsOf(table)) yield Buffer.from(formatJsonLines(table.plan.schema, rows));
}

async function* parquetContent(table: Table): AsyncGenerator<Uint8Array> {
  const file = beginParquet(widenSchema(table.plan.schema, table.conditions));
  let waiting: Row[] = [];
  for await (const rows of rowsOf(table)) {
    waiting = waiting.concat(rows);
    for (; waiting.length >= ROW_GROUP; waiting = waiting.slice(ROW_GROUP)) {
      yield file.rowGroup(waiting.slice(0, ROW_GROUP));
    }
  }
  if (waiting.length > 0) yield file.rowGroup(waiting);
  yield file.end();
}

/** The rows of each part. */
async function* rowsOf(table: Table): AsyncGenerator<Row[]> {
  const { plan, conditions } = table;
  const schema = widenSchema(plan.schema, conditions);
  const names = schema.columns.map(({ name }) => name);
  for await (const bytes of partsOf(table)) {
    yield readRows(schema, names, parseCsvPart(bytes.toString('utf8'), plan.dialect), { asWritten: true });
  }
}

async function* partsOf({ store, parts, onRows }: Table): AsyncGenerator<Buffer> {
  let read = 0;
  for (const { ref, rows } of parts) {
    yield await getBytes(store, ref);
    onRows((read += rows));
  }
}
