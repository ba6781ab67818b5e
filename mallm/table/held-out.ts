import type { Row, TableSchema } from './dataset.js';
import type { CsvTable } from './formats/csv.js';
import type { InferenceOptions } from './inference/schema-inference.js';
import { groupKeysOf, inferSchema, readRows } from './inference/schema-inference.js';
import { keyOf, placesByKey } from './people.js';
import { createRandom, seedOf } from '../random.js';

/** A typed table, a share of whose rows is held out for the evaluation. */
export interface SplitTable {
  schema: TableSchema;
  trainRows: Row[];
  /** Null when none are set apart. */
  heldOutRows: Row[] | null;
}

/**
 * Sets a share of a table's rows apart, then types the columns by the training rows alone: no label, range or length of
 * a held-out row can reach a prompt. Held-out rows keep labels and numbers of their own. All rows of a person are on one
 * side.
 * @param heldOut null sets none apart.
 * @throws TableError as `inferSchema` does, and for a column with many held-out cells that are not of the kind of the
 *   training rows; a few are taken as missing.
 */
export function splitTable(
  table: Pick<CsvTable, 'header' | 'records' | 'plainNumbers'>,
  options: InferenceOptions,
  heldOut: { share: number; seed: number } | null,
): SplitTable {
  const { header, records } = table;
  const group = groupKeysOf(header, records, options)?.key ?? null;
  const key = group === null ? -1 : header.indexOf(group);
  const people = placesByKey(records.map((record) => keyOf(record[key] ?? '')));
  const out = heldOut ? heldOutPlaces(people, records.length, heldOut) : new Set<number>();
  const schema = inferSchema(
    header,
    records.filter((_, index) => !out.has(index)),
    { ...options, group },
  );
  const rows = readRows(schema, header, records, table);
  return {
    schema,
    trainRows: rows.filter((_, index) => !out.has(index)),
    heldOutRows: heldOut && rows.filter((_, index) => out.has(index)),
  };
}

/** Whole people, until their rows are the share; at least one row, and not all. The same people, share and seed give the same places. */
function heldOutPlaces(
  people: readonly (readonly number[])[],
  rows: number,
  { share, seed }: { share: number; seed: number },
): Set<number> {
  const wanted = Math.max(1, Math.round(share * rows));
  const out = new Set<number>();
  for (const places of createRandom(seedOf(seed, 'held-out')).shuffle(people)) {
    if (out.size >= wanted) break;
    for (const place of places) out.add(place);
  }
  return out;
}

/** A share written `0.2` or `20%`, or null when the text is no number. */
export function readShare(text: string): number | null {
  const match = /^\s*(\d*\.?\d+)\s*(%?)\s*$/.exec(text);
  return match ? Number(match[1]) / (match[2] ? 100 : 1) : null;
}
