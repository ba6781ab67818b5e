import { baselineRows } from '../mallm/baselines/baseline.js';
import type { BaselineMethod } from '../mallm/baselines/baseline.js';
import { formatCsv } from '../mallm/csv.js';
import type { Row } from '../mallm/dataset.js';
import { identifiersOf, withFreshIdentifiers } from '../mallm/identifier.js';
import type { Rejections } from '../mallm/manifest.js';
import { seedOf } from '../mallm/random.js';
import { drawRows, fitRefinedGenerator } from '../mallm/refinement.js';
import { searchStructure } from '../mallm/structure-search.js';
import { writeWhole } from './run-folder.js';
import type { TableFile } from './table-file.js';
import { readTableFile, rowsLike, typedTable } from './table-file.js';

interface OfTable {
  table: string;
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
  const made = baselineRows(method, { schema, rows, count: request.rows ?? rows.length, seed });
  await write(request, file, schema, rows, made);
  return { file: request.out, released: made.length, rejections: {}, shortfall: null };
}

/** The refinement for rows that somebody's model has already made: they are the prior, the table is the evidence. No model call. */
export async function refine(
  request: OfTable & { pool: string; distance?: 'off' | 'mild' | 'strict' },
): Promise<RowsOutcome> {
  const { pool, distance = 'mild', seed = 1 } = request;
  const { file, schema, rows } = await read(request);
  const generator = fitRefinedGenerator({
    schema,
    trainRows: rows,
    modelRows: rowsLike(schema, await readTableFile(pool), pool),
    edges: searchStructure(schema, rows, { seed }),
    distance,
    seed,
  });
  const drawn = drawRows(generator, { count: request.rows ?? rows.length, seed: seedOf(seed, 'draw') });
  await write(request, file, schema, rows, drawn.rows);
  return { file: request.out, released: drawn.rows.length, rejections: drawn.rejections, shortfall: drawn.shortfall };
}

async function read({
  table,
  target,
  schema: metadata,
}: OfTable): Promise<{ file: TableFile } & Awaited<ReturnType<typeof typedTable>>> {
  const file = await readTableFile(table);
  return { file, ...(await typedTable(file, { target, metadata })) };
}

async function write(
  { out, seed = 1 }: OfTable,
  { dialect }: TableFile,
  schema: Awaited<ReturnType<typeof typedTable>>['schema'],
  trainRows: Row[],
  rows: Row[],
): Promise<void> {
  const named = withFreshIdentifiers(schema, rows, { seed, keys: identifiersOf(schema, trainRows) });
  await writeWhole(out, formatCsv(schema, named, dialect));
}
