import { isModelled, type Row, type TableSchema } from '../../table/dataset.js';
import { bitsNeeded, type FoundRule } from './evidence.js';

/** Columns that are missing in the same rows, where that is hardly chance. */
export function findMissingTogether(schema: TableSchema, rows: readonly Row[]): FoundRule[] {
  const groups = new Map<string, string[]>();
  let candidates = 0;
  schema.columns.forEach((column, index) => {
    if (!isModelled(column)) return;
    const pattern = rows.map((row) => Number((row[index] ?? null) === null)).join('');
    if (!pattern.includes('1') || !pattern.includes('0')) return;
    candidates++;
    groups.set(pattern, [...(groups.get(pattern) ?? []), column.name]);
  });
  return [...groups].flatMap(([pattern, columns]) => {
    const missing = pattern.split('1').length - 1;
    if (columns.length < 2 || bitsOfChoice(rows.length, missing) < bitsNeeded(candidates ** 2 / 2)) return [];
    return [{ rule: { is: 'missing-together', columns }, of: rows.length, kept: rows.length }];
  });
}

/** Logarithm, to base 2, of the ways to choose some of so many rows. */
function bitsOfChoice(rows: number, chosen: number): number {
  let bits = 0;
  for (let i = 0; i < Math.min(chosen, rows - chosen); i++) bits += Math.log2((rows - i) / (i + 1));
  return bits;
}
