import type { TableSchema } from './dataset.js';

/** The column that a model means by a name. */
export interface FoundColumn {
  /** Place in the schema's columns. */
  index: number;
  /** Whether the name was spelt as in the schema. */
  exact: boolean;
}

/** Finds the column that a model means by a name; undefined when there is none, or more than one. */
export type ColumnFinder = (name: string) => FoundColumn | undefined;

/**
 * Looks columns up by their exact names first, then without regard to case, spaces, underscores and hyphens where
 * that leaves one column only. Identifiers, which no prompt names, are never found.
 */
export function createColumnFinder(schema: TableSchema): ColumnFinder {
  const exact = new Map<string, number>();
  const folded = new Map<string, number | undefined>();
  for (const [index, { name, kind }] of schema.columns.entries()) {
    if (kind === 'identifier') continue;
    exact.set(name, index);
    folded.set(foldName(name), folded.has(foldName(name)) ? undefined : index);
  }
  return (name) => {
    const index = exact.get(name);
    if (index !== undefined) return { index, exact: true };
    const near = folded.get(foldName(name));
    return near === undefined ? undefined : { index: near, exact: false };
  };
}

/** A name without regard to case, spaces, underscores and hyphens. */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '');
}
