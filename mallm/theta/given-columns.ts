import { OptionError } from '../errors.js';
import type { TableSchema } from '../table/dataset.js';
import { columnNamed, isModelled } from '../table/dataset.js';
import { descendantsOf, parentsOf } from './causal-structure.js';
import type { Edge } from './theta.js';

/** Columns given when none are named: the target and the roots that reach farthest. */
const GIVEN_COLUMNS = 3;
/** Most columns that a θ may have given: the model must be left something to know. */
const MOST_GIVEN = 6;

/**
 * The columns that are given by default: the target, and the causes without causes of their own from which most
 * columns can be reached; at most three. Without edges only the target, as nothing says what may be drawn apart.
 */
export function givenColumns(schema: TableSchema, edges: readonly Edge[]): string[] {
  const reach = (name: string): number => descendantsOf(edges, name).size;
  const roots = schema.columns
    .filter((column) => isModelled(column) && column.name !== schema.target)
    .map(({ name }) => name)
    .filter((name) => parentsOf(edges, name).length === 0 && reach(name) > 0)
    .sort((a, b) => reach(b) - reach(a));
  return [schema.target, ...roots].filter((name) => isModelled(columnNamed(schema, name))).slice(0, GIVEN_COLUMNS);
}

/** Most columns that may be given: half of those that can be, at most six. */
export function mostGivenColumns(schema: TableSchema): number {
  return Math.min(MOST_GIVEN, Math.ceil(schema.columns.filter(isModelled).length / 2));
}

/** @throws OptionError when one is unknown, an identifier or a text. */
export function assertCanBeGiven(names: readonly string[], schema: TableSchema): void {
  const possible = schema.columns.filter(isModelled).map(({ name }) => name);
  for (const name of names) {
    if (possible.includes(name)) continue;
    throw new OptionError({
      problem: `column ${JSON.stringify(name)} cannot be given in partial rows`,
      expected: `one of ${possible.map((known) => JSON.stringify(known)).join(', ')}`,
      remedy: 'Name columns of numbers or labels.',
    });
  }
}
