import type { Row } from '../table/dataset.js';
import { isLabel } from '../table/dataset.js';
import { createRandom, type Random } from '../random.js';
import { codeColumns, pointsOf, rowOfPoint, type CodedColumn } from '../refinement/column-codes.js';
import { gridOf, toGrid, type Grid } from '../refinement/number-grids.js';
import type { BaselineInput } from './baseline.js';

/** Neighbours of a row among which one is chosen. */
const NEIGHBOURS = 5;

/** What interpolation needs of the table. */
interface Interpolation {
  columns: CodedColumn[];
  points: Float64Array[];
  /** Of number columns that have one, else null. */
  grids: (Grid | null)[];
}

/**
 * SMOTE-NC with k = 5: a row between a training row and one of its nearest neighbours (of its own class where the target
 * is a label, of all rows otherwise). Numbers lie on the line between the two, at one random place for the whole row,
 * on the column's grid; labels are the commonest among the neighbours. The class shares are those of the training rows.
 *
 * Distances are Euclidean on standardised numbers; labels that differ count as one standard deviation, as in the
 * original (Chawla et al. 2002). A missing number stays missing, and counts as one deviation from one that is there.
 */
export function smoteRows({ schema, rows, count, seed }: BaselineInput): Row[] {
  const columns = codeColumns(schema, rows);
  const points = pointsOf(columns, rows);
  const grids = columns.map(({ index, kind, values }) =>
    kind === 'number' ? gridOf(schema.columns[index]!, values as number[]) : null,
  );
  const neighbours = neighboursOf(columns, points, classesOf({ schema, rows }));
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const base = random.integer(rows.length);
    return rowOfPoint(schema, columns, between({ columns, points, grids }, base, neighbours[base]!, random));
  });
}

/** A class number a row; all alike where the target is a number. */
function classesOf({ schema, rows }: Pick<BaselineInput, 'schema' | 'rows'>): (string | number)[] {
  const target = schema.columns.findIndex(({ name }) => name === schema.target);
  const column = schema.columns[target];
  return rows.map((row) => (column && isLabel(column) ? (row[target] ?? '') : ''));
}

/** The nearest rows of the same class, nearest first; of any class for a row that is alone in its own. */
function neighboursOf(columns: CodedColumn[], points: Float64Array[], classes: (string | number)[]): number[][] {
  const deviations = columns.map(({ kind }, c) =>
    kind === 'label' ? 0 : deviationOf(points.map((point) => point[c]!)),
  );
  return points.map((point, i) => {
    const others = [...points.keys()].filter((j) => j !== i);
    const mates = others.filter((j) => classes[j] === classes[i]);
    return (mates.length > 0 ? mates : others)
      .map((j) => ({ j, distance: squaredDistance(point, points[j]!, deviations) }))
      .sort((a, b) => a.distance - b.distance || a.j - b.j)
      .slice(0, NEIGHBOURS)
      .map(({ j }) => j);
  });
}

function squaredDistance(a: Float64Array, b: Float64Array, deviations: number[]): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) {
    const step = deviations[c] === 0 ? Number(a[c] !== b[c]) : (a[c]! - b[c]!) / deviations[c]!;
    if (!Number.isNaN(step)) sum += step * step;
    else if (Number.isNaN(a[c]) !== Number.isNaN(b[c])) sum += 1;
  }
  return sum;
}

function between(
  { columns, points, grids }: Interpolation,
  base: number,
  neighbours: number[],
  random: Random,
): Float64Array {
  const from = points[base]!;
  const to = neighbours.length > 0 ? points[random.pick(neighbours)]! : from;
  const step = random.uniform();
  return Float64Array.from(columns, (_, c) => {
    if (columns[c]!.kind === 'label')
      return commonest(
        neighbours.map((j) => points[j]![c]!),
        from[c]!,
      );
    if (Number.isNaN(from[c]!) || Number.isNaN(to[c]!)) return from[c]!;
    const grid = grids[c];
    if (!grid) return step < 0.5 ? from[c]! : to[c]!;
    return toGrid(grid, from[c]! + step * (to[c]! - from[c]!));
  });
}

/** The commonest of the codes; on a tie the row's own, else the least. */
function commonest(codes: number[], own: number): number {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  return (counts.get(own) ?? 0) === most
    ? own
    : Math.min(...[...counts.keys()].filter((code) => counts.get(code) === most));
}

function deviationOf(values: number[]): number {
  const present = values.filter((value) => !Number.isNaN(value));
  if (present.length === 0) return 1;
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  return Math.sqrt(present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / present.length) || 1;
}
