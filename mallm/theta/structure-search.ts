import { fitLevels, levelsOf } from '../table/discretisation.js';
import type { Row, TableSchema } from '../table/dataset.js';
import { createRandom } from '../random.js';
import type { Random } from '../random.js';
import type { Edge } from './theta.js';

/** Most causes a column may have. */
const MAX_PARENTS = 3;
/** With fewer rows chance alone gives perfect fits: there is no structure to be had. */
const FEWEST_ROWS = 10;
/** Climbs from random graphs beside the one from the empty graph. */
const RESTARTS = 10;
/** Tables of counts with more places than this are kept sparse. */
const LARGEST_TABLE = 4096;
/** Gains below this are rounding; an edge that gains nothing is removed. */
const TINY = 1e-9;

/** A table of levels, column by column. */
interface Counts {
  names: string[];
  levels: number[];
  codes: Int32Array[];
  rows: number;
}

/** Score of one column given its causes. */
type FamilyScore = (child: number, parents: readonly number[]) => number;

/** One step of the climb: `from` → `to` is added, removed or turned round. */
interface Move {
  kind: 'add' | 'remove' | 'reverse';
  from: number;
  to: number;
  gain: number;
}

/**
 * The first causal structure: hill climbing on BIC (add, remove, reverse an edge), the best of a few seeded climbs.
 *
 * Numbers are cut into quantile bins, rare labels pooled, missing cells a level of their own; at most three causes a
 * column. Deterministic for a seed. Where BIC does not determine a direction, the edge runs from the earlier column to
 * the later one, and to the target. Identifiers and texts have no edges, and tables of fewer than ten rows none at all.
 *
 * Paper: §3.2.1.
 * Departs: the authors' code takes each distinct number as a category, which leaves numeric columns without edges.
 */
export function searchStructure(
  schema: TableSchema,
  rows: readonly Row[],
  { seed = 1 }: { seed?: number } = {},
): Edge[] {
  if (rows.length < FEWEST_ROWS) return [];
  const counts = countable(schema, rows);
  const parents = straightened(bestClimb(counts.names.length, cachedFamilyScore(counts), createRandom(seed)));
  return parents.flatMap((causes, to) => causes.map((from) => ({ from: counts.names[from]!, to: counts.names[to]! })));
}

/**
 * BIC of a causal structure on rows, in nats: log likelihood less ½ ln N for each free parameter. Higher is better.
 * Edges from or to identifiers, texts or unknown columns count for nothing.
 */
export function structureScore(schema: TableSchema, rows: readonly Row[], edges: readonly Edge[]): number {
  const counts = countable(schema, rows);
  const place = new Map(counts.names.map((name, index) => [name, index]));
  return counts.names.reduce((sum, name, to) => {
    const causes = edges.flatMap((edge) => (edge.to === name ? (place.get(edge.from) ?? []) : []));
    return sum + familyScore(counts, to, causes);
  }, 0);
}

/** Columns in the order in which ties are broken: the target last. */
function countable(schema: TableSchema, rows: readonly Row[]): Counts {
  const isTarget = ({ name }: { name: string }): number => (name === schema.target ? 1 : 0);
  const levels = fitLevels(schema, rows).sort((a, b) => isTarget(a) - isTarget(b));
  return {
    names: levels.map(({ name }) => name),
    levels: levels.map(({ count }) => count),
    codes: levels.map((column) => levelsOf(column, rows)),
    rows: rows.length,
  };
}

function cachedFamilyScore(counts: Counts): FamilyScore {
  const known = counts.names.map(() => new Map<number, number>());
  return (child, parents) => {
    // Parents are sorted and few: their places make one whole number.
    const key = parents.reduce((number, parent) => number * 4096 + parent + 1, 0);
    const cached = known[child]!.get(key);
    if (cached !== undefined) return cached;
    const score = familyScore(counts, child, parents);
    known[child]!.set(key, score);
    return score;
  };
}

/** Log likelihood of a column given its causes, less ½ ln N for each free parameter. */
function familyScore({ levels, codes, rows }: Counts, child: number, parents: readonly number[]): number {
  if (rows === 0) return 0;
  const width = levels[child]!;
  const configurations = parents.reduce((product, parent) => product * levels[parent]!, 1);
  const places = new Float64Array(rows);
  for (const parent of parents) {
    const [size, code] = [levels[parent]!, codes[parent]!];
    for (let row = 0; row < rows; row++) places[row] = places[row]! * size + code[row]!;
  }
  const given = sumOfLogs(places, configurations);
  const code = codes[child]!;
  for (let row = 0; row < rows; row++) places[row] = places[row]! * width + code[row]!;
  return sumOfLogs(places, configurations * width) - given - 0.5 * Math.log(rows) * configurations * (width - 1);
}

/** Σ n ln n over the numbers n of rows in each place of a table of so many places. */
function sumOfLogs(places: Float64Array, size: number): number {
  let sum = 0;
  if (size <= LARGEST_TABLE) {
    const table = new Int32Array(size);
    for (let row = 0; row < places.length; row++) table[places[row]!]! += 1;
    for (let place = 0; place < size; place++) if (table[place]! > 1) sum += table[place]! * Math.log(table[place]!);
    return sum;
  }
  const table = new Map<number, number>();
  for (const place of places) table.set(place, (table.get(place) ?? 0) + 1);
  for (const count of table.values()) sum += count * Math.log(count);
  return sum;
}

/** The highest of several climbs, the first in case of a tie: from the empty graph and from random forests. */
function bestClimb(columns: number, score: FamilyScore, random: Random): number[][] {
  const empty: number[][] = Array.from({ length: columns }, () => []);
  const starts = [empty, ...Array.from({ length: RESTARTS }, () => randomForest(columns, random))];
  let best = empty;
  let height = -Infinity;
  for (const start of starts) {
    const graph = climb(start, score);
    const total = graph.reduce((sum, parents, column) => sum + score(column, parents), 0);
    if (total > height + TINY) [best, height] = [graph, total];
  }
  return best;
}

/** A random order of the columns in which most have one earlier column as cause. */
function randomForest(columns: number, random: Random): number[][] {
  const order = random.shuffle(Array.from({ length: columns }, (_, column) => column));
  const parents: number[][] = order.map(() => []);
  for (let place = 1; place < columns; place++) {
    if (random.uniform() < 0.7) parents[order[place]!]!.push(order[random.integer(place)]!);
  }
  return parents;
}

function climb(start: number[][], score: FamilyScore): number[][] {
  let parents = start;
  for (let move = bestMove(parents, score); move; move = bestMove(parents, score)) parents = moved(parents, move);
  return parents;
}

function bestMove(parents: readonly number[][], score: FamilyScore): Move | undefined {
  let best: Move | undefined;
  const consider = (move: Move): void => {
    if (move.gain > (best?.gain ?? 0) + TINY && keepsAcyclic(parents, move)) best = move;
  };
  for (let from = 0; from < parents.length; from++) {
    for (let to = 0; to < parents.length; to++) {
      if (from === to) continue;
      if (parents[to]!.includes(from)) {
        const removal = gain(score, to, parents[to]!, without(parents[to]!, from));
        consider({ kind: 'remove', from, to, gain: removal + 2 * TINY });
        if (parents[from]!.length < MAX_PARENTS) {
          const turned = removal + gain(score, from, parents[from]!, including(parents[from]!, to));
          consider({ kind: 'reverse', from, to, gain: turned });
        }
      } else if (parents[to]!.length < MAX_PARENTS) {
        consider({ kind: 'add', from, to, gain: gain(score, to, parents[to]!, including(parents[to]!, from)) });
      }
    }
  }
  return best;
}

function gain(score: FamilyScore, child: number, before: readonly number[], after: readonly number[]): number {
  return score(child, after) - score(child, before);
}

function keepsAcyclic(parents: readonly number[][], { kind, from, to }: Move): boolean {
  if (kind === 'remove') return true;
  if (kind === 'add') return !isAncestor(parents, to, from);
  const others = without(parents[to]!, from);
  return !others.some((parent) => parent === from || isAncestor(parents, from, parent));
}

/** Whether a directed path leads from `ancestor` to `column`. */
function isAncestor(parents: readonly number[][], ancestor: number, column: number): boolean {
  const visited = new Set<number>();
  const open = [column];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    if (current === ancestor) return true;
    if (visited.has(current)) continue;
    visited.add(current);
    open.push(...parents[current]!);
  }
  return false;
}

function moved(parents: readonly number[][], { kind, from, to }: Move): number[][] {
  return parents.map((causes, column) => {
    if (column === to) return kind === 'add' ? including(causes, from) : without(causes, from);
    return column === from && kind === 'reverse' ? including(causes, to) : causes;
  });
}

/**
 * The same likelihood with as many edges as possible running forward: an edge may be turned when its end has the causes
 * of its start and no others (a covered edge; Chickering 1995).
 */
function straightened(parents: number[][]): number[][] {
  for (let from = parents.length - 1; from > 0; from--) {
    for (let to = 0; to < from; to++) {
      const causes = parents[to]!;
      if (!causes.includes(from)) continue;
      const others = without(causes, from);
      if (others.length !== parents[from]!.length || !others.every((cause) => parents[from]!.includes(cause))) continue;
      return straightened(moved(parents, { kind: 'reverse', from, to, gain: 0 }));
    }
  }
  return parents;
}

/** Parents with one more, in order. */
function including(items: readonly number[], item: number): number[] {
  return [...items, item].sort((a, b) => a - b);
}

function without(items: readonly number[], item: number): number[] {
  return items.filter((other) => other !== item);
}
