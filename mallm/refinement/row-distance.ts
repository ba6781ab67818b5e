import type { Row, TableSchema } from '../table/dataset.js';
import { codeColumns, pointsOf, type CodedColumn } from './column-codes.js';
import { peopleOf, personOfRow } from '../table/people.js';
import { cellDistance, createNeighbourSearch } from './neighbour-search.js';

/** Distances below this are rounding: the rows are the same. */
const SAME = 1e-9;
/** A table whose rows have a twin this often repeats by nature, unless some number is different in most rows. */
const TWIN_SHARE = 0.1;
/** Quantile of the distinct training rows' own nearest-neighbour distances below which a drawn row is too near. */
const QUANTILES = { off: null, mild: 0.15, strict: 0.35 } as const;

/** How near a row may come to a real one: no copy (`off`), or farther than the nearest 15 % or 35 % of real neighbours. */
export const DISTANCE_LEVELS = ['off', 'mild', 'strict'] as const;
export type DistanceLevel = (typeof DISTANCE_LEVELS)[number];

/** Why a row is not kept. */
export type TooNear = 'exact-copy' | 'too-near';

/** How far rows are kept from training rows; plain JSON. It holds the training rows: it is as private as they are. */
export interface DistanceRule {
  level: DistanceLevel;
  /** Modelled columns; `values` are the labels, and empty for numbers. */
  columns: CodedColumn[];
  /** One over the range of a number column; 0 marks a label column. */
  scales: number[];
  /** Training rows as points, null where a number is missing. */
  points: (number | null)[][];
  /** A row nearer than this is dropped; 0 drops exact copies only. */
  floor: number;
  /** Rows repeat by nature (few label columns): copies are let through, since a fresh real row would be one too. */
  repeatsByNature: boolean;
}

/** A rule made ready to use. */
export interface DistanceFilter {
  /** Null when the point (see `pointsOf`) is far enough from every training row, or rows repeat by nature. */
  reject(point: Float64Array): TooNear | null;
  /** Whether the point is a training row. */
  isCopy(point: Float64Array): boolean;
  /** The same for a row of the schema. */
  rejectRow(row: Row): TooNear | null;
  isCopyRow(row: Row): boolean;
}

/**
 * The rule of a level, from the training rows. The distance of two rows is the sum over modelled columns of the
 * difference over the range of the training rows (numbers) or 1 (labels that differ; one cell missing and not the
 * other). Identifiers and texts do not count. How near real rows are to each other is measured between people: rows of one
 * person agree in much.
 *
 * Departs: the published method keeps no distance and releases copies.
 */
export function fitDistanceRule(schema: TableSchema, trainRows: readonly Row[], level: DistanceLevel): DistanceRule {
  const columns = codeColumns(schema, trainRows);
  const points = pointsOf(columns, trainRows);
  const scales = columns.map(({ kind, values }) => (kind === 'label' ? 0 : 1 / (rangeOf(values as number[]) || 1)));
  const person = personOfRow(peopleOf(schema, trainRows));
  const nearest = nearestNeighbours(points, scales, person);
  const twins = nearest.filter((distance) => distance < SAME).length / Math.max(1, points.length);
  const numbersTellApart = columns.some(({ kind, values }) => kind === 'number' && values.length * 2 >= points.length);
  const repeatsByNature = twins >= TWIN_SHARE && !numbersTellApart;
  const quantile = QUANTILES[level];
  const distinct = [...new Map(points.map((point, row) => [point.join(), row])).values()];
  const floor =
    quantile === null || repeatsByNature || distinct.length < 2
      ? 0
      : quantileOf(
          nearestNeighbours(
            distinct.map((row) => points[row]!),
            scales,
            distinct.map((row) => person[row]!),
          ),
          quantile,
        );
  return {
    level,
    columns: columns.map((column) => (column.kind === 'label' ? column : { ...column, values: [] })),
    scales,
    points: points.map((point) => Array.from(point, (value) => (Number.isNaN(value) ? null : value))),
    floor,
    repeatsByNature,
  };
}

/** Makes a rule ready to use. */
export function createDistanceFilter(rule: DistanceRule): DistanceFilter {
  const points = rule.points.map((point) => Float64Array.from(point, (value) => value ?? NaN));
  const isWithin = createNeighbourSearch(points, rule.scales, Math.max(rule.floor, SAME));
  const isCopy = rule.floor > SAME ? createNeighbourSearch(points, rule.scales, SAME) : isWithin;
  const pointOf = (row: Row): Float64Array => pointsOf(rule.columns, [row])[0]!;
  const reject = (point: Float64Array): TooNear | null => {
    if (rule.repeatsByNature || !isWithin(point)) return null;
    return isCopy(point) ? 'exact-copy' : 'too-near';
  };
  return { reject, isCopy, rejectRow: (row) => reject(pointOf(row)), isCopyRow: (row) => isCopy(pointOf(row)) };
}

/** Distance of two points under a rule. */
export function distanceBetween({ scales }: { scales: readonly number[] }, a: Float64Array, b: Float64Array): number {
  let distance = 0;
  for (let c = 0; c < scales.length; c++) distance += cellDistance(a[c]!, b[c]!, scales[c]!);
  return distance;
}

/** Distance of each point to the nearest one of another person; 0 for a point that has a twin. */
function nearestNeighbours(
  points: readonly Float64Array[],
  scales: readonly number[],
  person: ArrayLike<number>,
): number[] {
  const nearest = points.map(() => Infinity);
  for (let i = 0; i < points.length; i++) {
    for (let j = 0; j < i; j++) {
      if (person[i] === person[j]) continue;
      const distance = distanceBetween({ scales }, points[i]!, points[j]!);
      if (distance < nearest[i]!) nearest[i] = distance;
      if (distance < nearest[j]!) nearest[j] = distance;
    }
  }
  return nearest;
}

function rangeOf(sorted: readonly number[]): number {
  return sorted.length === 0 ? 0 : sorted[sorted.length - 1]! - sorted[0]!;
}

/** Quantile with linear interpolation, as NumPy's default; 0 where no row has a neighbour. */
function quantileOf(values: readonly number[], quantile: number): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return 0;
  const place = quantile * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place - Math.floor(place));
}
