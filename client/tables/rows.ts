import type { BaselineMethod } from '../../mallm/baselines/baseline.js';
import { formatCsv } from '../../mallm/table/formats/csv.js';
import type { Row } from '../../mallm/table/dataset.js';
import type { DistanceLevel } from '../../mallm/refinement/row-distance.js';
import type { ColumnProtection } from '../../mallm/table/protection/column-protection.js';
import { protectTable } from '../../mallm/table/protection/protect-table.js';
import { protectedCell } from '../../mallm/table/protected-cell.js';
import { parseFitOptions } from '../../mallm/options.js';
import { finishedRows, identifiersOf } from '../../mallm/table/finished-rows.js';
import { rulesAfterProtection } from '../../mallm/rules/protected-rules.js';
import { countRules } from '../../mallm/rules/rule-check.js';
import { keptLines, type RuleChoice } from '../../mallm/rules/table-rules.js';
import type { Rejections } from '../../mallm/rejections.js';
import { writeWhole } from '../runs/run-folder.js';
import type { TableFile } from './table-file.js';
import { readTableFile, rowsLike, typedTable } from './table-file.js';
import type { OfThread } from '../cluster/thread.js';
import { inThread } from '../cluster/thread.js';

interface OfTable extends OfThread, RuleChoice {
  /** Path of a CSV, Excel, JSON Lines or Parquet file; `-` reads standard input. */
  table: string;
  /** Sheet of a workbook; the first by default. */
  sheet?: string;
  target: string;
  /** SDV metadata JSON that overrides the inferred columns. */
  schema?: string;
  rows?: number;
  /** CSV file to write. */
  out: string;
  seed?: number;
}

export interface RowsOutcome {
  file: string;
  released: number;
  rejections: Rejections;
  shortfall: string | null;
}

/** Rows of a simple generator: what a model has to beat. No model call. */
export async function baseline(request: OfTable & { method: BaselineMethod }): Promise<RowsOutcome> {
  const { method, seed = 1 } = request;
  const { file, schema, rows } = await read(request);
  const ask = { method, schema, rows, count: request.rows ?? rows.length, seed };
  const made = await inThread(request, (run) => run('makeBaseline', ask));
  await write(request, file, schema, rows, made);
  return { file: request.out, released: made.length, rejections: {}, shortfall: null };
}

/** A refinement of rows that any model has made. */
export interface RefineRequest extends OfTable {
  /** The model's rows: a table with the same columns. */
  pool: string;
  distance?: DistanceLevel;
  sharpen?: boolean;
  /** As of a fit: labels and numbers that fewer people hold are pooled or brought in; 3 by default, 1 for none. */
  minCount?: number;
}

/** The refinement for rows that any model has made: they count as far as the table vouches for them. No model call. */
export async function refine(
  request: RefineRequest,
): Promise<RowsOutcome & { refinement: string; rules: string[]; protections: ColumnProtection[] }> {
  const { pool, distance = 'mild', sharpen = false, seed = 1 } = request;
  const { minCount } = parseFitOptions({ minCount: request.minCount });
  const { file, ...found } = await read(request);
  const { protections, ...protectedTable } = protectTable(found.schema, found.rows, { minCount, seed });
  const { schema, rows } = rulesAfterProtection(protectedTable);
  const made = rowsLike(found.schema, await readTableFile(pool), pool);
  const prior = {
    schema,
    trainRows: rows,
    modelRows: made.map((row) => row.map((cell, place) => protectedCell(schema.columns[place]!, cell))),
    distance,
    sharpened: sharpen,
    seed,
  };
  const drawn = await inThread(request, (run) => run('refineRows', { ...prior, count: request.rows ?? rows.length }));
  await write(request, file, schema, found.rows, drawn.rows);
  const { refinement, rejections, shortfall } = drawn;
  const rules = keptLines(schema.rules ?? [], countRules(schema, drawn.rows), drawn.rows.length);
  const released = drawn.rows.length;
  return { file: request.out, released, rejections, shortfall, refinement, rules, protections };
}

async function read({
  table,
  sheet,
  target,
  schema: metadata,
  rules,
  withoutRules,
}: OfTable): Promise<{ file: TableFile } & Awaited<ReturnType<typeof typedTable>>> {
  const file = await readTableFile(table, sheet);
  return { file, ...(await typedTable(file, { target, metadata, rules, withoutRules })) };
}

async function write(
  { out, seed = 1 }: OfTable,
  { dialect }: TableFile,
  schema: Awaited<ReturnType<typeof typedTable>>['schema'],
  trainRows: Row[],
  rows: Row[],
): Promise<void> {
  const named = finishedRows(schema, rows, { seed, keys: identifiersOf(schema, trainRows) });
  await writeWhole(out, formatCsv(schema, named, dialect));
}
