import { cellViolation } from './cell.js';
import type { Row, TableSchema } from './dataset.js';

/** Why a row may not be released, or null when it may: one reason in kebab-case, of the first column that is wrong. */
export function schemaViolation(schema: TableSchema, row: Row): string | null {
  if (row.length !== schema.columns.length) return 'wrong-number-of-columns';
  for (const [index, column] of schema.columns.entries()) {
    const problem = cellViolation(column, row[index]!);
    if (problem) return problem;
  }
  return null;
}

/** One string a row that is equal for equal content: identifiers, which are always fresh, do not count. */
export function contentKey(schema: TableSchema, row: Row): string {
  return JSON.stringify(row.filter((_, index) => schema.columns[index]!.kind !== 'identifier'));
}
