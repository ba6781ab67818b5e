import type { Row, TableSchema } from '../../table/dataset.js';
import { featuresOf, pointsOf, type CodedColumn } from '../column-codes.js';
import { densityRatio } from './density-ratio.js';
import { isDrawable, type DrawnColumn } from '../drawn-columns.js';
import { POOL_WEIGHTS } from './pool-weights.js';
import { createDistanceFilter, distanceBetween, fitDistanceRule } from '../row-distance.js';

/** Greatest weight of a pool that is separable from real rows, or whose prompts are not recorded. */
const LEAST_TRUST = 2;
const MOST_TRUST = 16;
/** A pool less separable than this refines the scores of numbers. */
const REFINES_BELOW = 0.5;

/** A model's rows, as far as they are of use. */
export interface Pool {
  points: Float64Array[];
  /** By row: 1 for each training row that one of its prompts showed. */
  shown: Uint8Array[];
  /** Weight of each row; together as heavy as the training rows. */
  weights: Float64Array;
  /** Weights that the pool as a whole may get, as multiples of the training rows. */
  grid: number[];
  /** Whether its numbers refine the scores. */
  refines: boolean;
}

export interface PoolInput {
  schema: TableSchema;
  trainRows: readonly Row[];
  modelRows: readonly Row[];
  /** By model row: places of the training rows that its prompt showed; null where that is not recorded. */
  shown?: readonly (readonly number[] | null)[];
}

/**
 * The model rows that count, and how much each may: rows that can be drawn, no copies of training rows or of each other,
 * none nearer to a training row that its prompt showed than real rows are to each other (level `mild`); weighed by
 * density ratio. Where rows repeat by nature, equal rows are kept.
 */
export function preparePool(
  input: PoolInput,
  coded: readonly CodedColumn[],
  drawn: readonly DrawnColumn[],
  train: readonly Float64Array[],
  seed: number,
): Pool {
  const { schema, trainRows, modelRows, shown } = input;
  const rule = fitDistanceRule(schema, trainRows, 'mild');
  const { isCopy } = createDistanceFilter(rule);
  const points: Float64Array[] = [];
  const seen: Uint8Array[] = [];
  const placeOf = new Map<string, number>();
  let isBlind = false;
  pointsOf(coded, modelRows).forEach((point, i) => {
    if (!isDrawable(drawn, coded, point) || (!rule.repeatsByNature && isCopy(point))) return;
    const key = rule.repeatsByNature ? String(i) : point.join();
    const place = placeOf.get(key) ?? points.length;
    placeOf.set(key, place);
    if (place === points.length) {
      points.push(point);
      seen.push(new Uint8Array(train.length));
    }
    if (!shown?.[i]) isBlind = true;
    for (const row of shown?.[i] ?? []) seen[place]![row] = 1;
  });
  const isNear = (point: Float64Array, marks: Uint8Array): boolean =>
    train.some((other, row) => marks[row] === 1 && distanceBetween(rule, point, other) < Math.max(rule.floor, 1e-9));
  const kept = [...points.keys()].filter((i) => !isNear(points[i]!, seen[i]!));
  const pool = { points: kept.map((i) => points[i]!), shown: kept.map((i) => seen[i]!) };
  if (pool.points.length === 0) return { ...pool, weights: new Float64Array(), grid: [0], refines: false };
  const { ratios, separation } = densityRatio(featuresOf(coded, train), featuresOf(coded, pool.points), seed);
  const trust = isBlind ? LEAST_TRUST : MOST_TRUST ** (1 - separation) * LEAST_TRUST ** separation;
  return {
    ...pool,
    weights: ratios.map((ratio) => (ratio * train.length) / ratios.length),
    grid: POOL_WEIGHTS.filter((weight) => weight <= trust + 1e-9),
    refines: separation < REFINES_BELOW,
  };
}
