import type { Edge } from './theta.js';

/** Placeholder of a causal structure without edges. */
export const NO_EDGES = '(none known)';

/** One edge a line, by JSON-quoted names: `"age" -> "Income"`. */
export function edgeLines(edges: readonly Edge[]): string[] {
  return edges.length === 0 ? [NO_EDGES] : edges.map(edgeLine);
}

/** An edge by JSON-quoted names. */
export function edgeLine({ from, to }: Edge): string {
  return `${JSON.stringify(from)} -> ${JSON.stringify(to)}`;
}
