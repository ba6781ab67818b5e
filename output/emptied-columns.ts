import { readCell } from '../mallm/table/cell-text.js';
import type { Row } from '../mallm/table/dataset.js';
import { parseCsvPart } from '../mallm/table/formats/csv.js';
import type { RunPlan } from '../mallm/fit/plan.js';
import type { Part } from '../workflows/contract.js';
import { getBytes, getObject } from '../store/object.js';
import type { ObjectStore } from '../store/object-store.js';

/** Chance below which so many empty cells of a column are no chance. */
const UNLIKELY = 1e-6;

/**
 * Columns, by name, without a value in any released row, though the training rows have so many that this is no chance: an
 * error of ours. Reads parts only until each column has shown a value.
 */
export async function emptiedColumns(
  store: ObjectStore,
  { schema, dialect, train }: RunPlan,
  parts: readonly Part[],
): Promise<string[]> {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const trainRows = await getObject<Row[]>(store, train);
  const isExpected = (place: number): boolean => {
    const missing = trainRows.filter((row) => row[place] === null).length / trainRows.length;
    return missing ** rows < UNLIKELY;
  };
  let open = [...schema.columns.keys()].filter(isExpected);
  for (const { ref, rows: count } of parts) {
    if (open.length === 0) break;
    if (count === 0) continue;
    const records = parseCsvPart((await getBytes(store, ref)).toString('utf8'), dialect);
    open = open.filter((place) =>
      records.every((record, row) => (readCell(schema.columns[place]!, record[place] ?? '', row) ?? null) === null),
    );
  }
  return open.map((place) => schema.columns[place]!.name);
}
