/** Columns that rules tie to each other. */
export interface ColumnGroups {
  /** Ties columns; false when they were all of one group before. */
  tie(names: readonly string[]): boolean;
}

/** Columns that no rule ties yet. */
export function columnGroups(): ColumnGroups {
  const above = new Map<string, string>();
  const rootOf = (name: string): string => {
    const next = above.get(name);
    return next === undefined ? name : rootOf(next);
  };
  return {
    tie: (names) => {
      const [first, ...others] = new Set(names.map(rootOf));
      for (const root of others) above.set(root, first!);
      return others.length > 0;
    },
  };
}
