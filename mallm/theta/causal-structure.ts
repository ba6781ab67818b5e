import { type TableSchema } from '../table/dataset.js';
import { ThetaError } from '../errors.js';
import type { Edge } from './theta.js';

/** What turns one causal structure into another; each entry costs 1 in the graph edit distance. */
export interface StructureChanges {
  added: Edge[];
  removed: Edge[];
  /** Edges as they are after the change: `a → b` where `b → a` was before. */
  reversed: Edge[];
}

/**
 * Accepts a causal structure only if every edge joins two different columns that are no identifiers, none occurs
 * twice, and they form no cycle.
 * @throws ThetaError naming the first edge that is wrong.
 */
export function assertCausalStructure(schema: TableSchema, edges: readonly Edge[]): void {
  const names = new Set(schema.columns.filter(({ kind }) => kind !== 'identifier').map(({ name }) => name));
  const seen = new Set<string>();
  for (const edge of edges) {
    assertEdge(edge, names);
    if (seen.has(edgeKey(edge))) throw wrongEdge(edge, 'occurs twice', 'each edge once');
    seen.add(edgeKey(edge));
  }
  const cycle = findCycle(edges);
  if (cycle) {
    throw new ThetaError({
      problem: 'the causal structure has a cycle',
      expected: 'no way along the arrows that leads back to its start',
      got: cycle.map((name) => JSON.stringify(name)).join(' -> '),
      remedy: 'Remove or reverse one of these edges.',
    });
  }
}

/**
 * All columns of the schema, parents before children, otherwise in the schema's order.
 * @throws ThetaError when the edges form a cycle or name an unknown column.
 */
export function columnOrder(schema: TableSchema, edges: readonly Edge[]): string[] {
  assertCausalStructure(schema, edges);
  const waiting = new Map(schema.columns.map(({ name }) => [name, new Set(parentsOf(edges, name))]));
  const order: string[] = [];
  while (waiting.size > 0) {
    const [next] = [...waiting].find(([, parents]) => parents.size === 0)!;
    order.push(next);
    waiting.delete(next);
    for (const { to } of edges.filter(({ from }) => from === next)) waiting.get(to)!.delete(next);
  }
  return order;
}

/** The columns with an arrow into `name`, in the order of the edges. */
export function parentsOf(edges: readonly Edge[], name: string): string[] {
  return edges.filter(({ to }) => to === name).map(({ from }) => from);
}

/** The columns with an arrow into `name`, the ones behind those, and so on; without `name` itself. */
export function ancestorsOf(edges: readonly Edge[], name: string): Set<string> {
  return reach(name, (current) => parentsOf(edges, current));
}

/** The columns that `name` has an arrow to, the ones behind those, and so on; without `name` itself. */
export function descendantsOf(edges: readonly Edge[], name: string): Set<string> {
  return reach(name, (current) => edges.filter(({ from }) => from === current).map(({ to }) => to));
}

/** The edges that were added, removed and turned round on the way from `before` to `after`. */
export function structureChanges(before: readonly Edge[], after: readonly Edge[]): StructureChanges {
  const old = new Set(before.map(edgeKey));
  const fresh = new Set(after.map(edgeKey));
  const gone = before.filter((edge) => !fresh.has(edgeKey(edge)));
  const come = after.filter((edge) => !old.has(edgeKey(edge)));
  const goneKeys = new Set(gone.map(edgeKey));
  const comeKeys = new Set(come.map(edgeKey));
  return {
    added: come.filter((edge) => !goneKeys.has(edgeKey(reverse(edge)))),
    removed: gone.filter((edge) => !comeKeys.has(edgeKey(reverse(edge)))),
    reversed: come.filter((edge) => goneKeys.has(edgeKey(reverse(edge)))),
  };
}

/**
 * The fewest edges to add, remove or reverse to turn one causal structure into the other; 0 for the same edges.
 *
 * Paper: Table 9.
 */
export function graphEditDistance(a: readonly Edge[], b: readonly Edge[]): number {
  const { added, removed, reversed } = structureChanges(a, b);
  return added.length + removed.length + reversed.length;
}

function assertEdge(edge: Edge, names: ReadonlySet<string>): void {
  for (const name of [edge.from, edge.to]) {
    if (!names.has(name)) {
      const expected = `one of ${[...names].map((known) => JSON.stringify(known)).join(', ')}`;
      throw wrongEdge(edge, `names an unknown column ${JSON.stringify(name)}`, expected);
    }
  }
  if (edge.from === edge.to) throw wrongEdge(edge, 'points at its own start', 'two different columns');
}

function wrongEdge(edge: Edge, what: string, expected: string): ThetaError {
  const shown = `${JSON.stringify(edge.from)} -> ${JSON.stringify(edge.to)}`;
  return new ThetaError({ problem: `the edge ${shown} ${what}`, expected, remedy: 'Mend or remove this edge.' });
}

/** Takes away columns without parents until none is left, or only cycles and what hangs on them are. */
function findCycle(edges: readonly Edge[]): string[] | null {
  let rest = edges;
  for (;;) {
    const children = new Set(rest.map(({ to }) => to));
    const left = rest.filter(({ from }) => children.has(from));
    if (left.length === rest.length) break;
    rest = left;
  }
  return rest.length === 0 ? null : walkBack(rest);
}

/** Every start of an edge has a parent here, so walking against the arrows must come round. */
function walkBack(edges: readonly Edge[]): string[] {
  const parent = new Map(edges.map(({ from, to }) => [to, from]));
  const path: string[] = [];
  const places = new Map<string, number>();
  let current = edges[0]!.from;
  while (!places.has(current)) {
    places.set(current, path.length);
    path.push(current);
    current = parent.get(current)!;
  }
  return [current, ...path.slice(places.get(current)).reverse()];
}

function reach(start: string, next: (name: string) => string[]): Set<string> {
  const found = new Set<string>();
  const queue = next(start);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    queue.push(...next(name));
  }
  return found;
}

function reverse({ from, to }: Edge): Edge {
  return { from: to, to: from };
}

function edgeKey({ from, to }: Edge): string {
  return JSON.stringify([from, to]);
}
