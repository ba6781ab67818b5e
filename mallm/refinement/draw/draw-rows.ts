import { rowSatisfies, type PartialRow } from '../../conditions/condition.js';
import { createRandom } from '../../random.js';
import type { Rejections } from '../../rejections.js';
import type { Row } from '../../table/dataset.js';
import { createBlockDrawer } from './block-drawer.js';
import { drawConditions } from './drawn-conditions.js';
import { impliedConditions } from '../../rules/implied-conditions.js';
import { pointRules } from '../prepared-table.js';
import type { RefinedGenerator } from '../generator.js';
import { createDistanceFilter } from '../row-distance.js';
import { drawPeople } from '../people/draw-people.js';
import { rowMaker, shortfallOf } from './row-maker.js';

/** Attempts a wanted row, and beyond them for any number of rows, before a draw gives up. */
const ATTEMPTS_A_ROW = 100;
const ATTEMPTS = 5000;
/** Rows of a block; somewhat more than are missing, since some are too near to a training row. */
const BLOCK = { least: 50, most: 1024, spare: 1.25 };

/** What is asked of a generator. */
export interface DrawRequest {
  count: number;
  seed: number;
  /** Every row satisfies them. */
  conditions?: PartialRow;
  /** Whether `count` counts people rather than rows. Default: rows, and the last person is not cut. */
  people?: boolean;
}

/** Rows that were drawn. */
export interface DrawnRows {
  rows: Row[];
  /** Why drawn rows were not released. */
  rejections: Rejections;
  /** Released rows that equal a training row: 0 unless rows repeat by nature. */
  repeats: number;
  /** Why there are fewer rows (or people) than asked, in words, or null. */
  shortfall: string | null;
}

/**
 * Draws rows, a block at a time, and drops those too near to a training row. Deterministic per seed; shards with seeds of
 * their own are independent. Memory: the rows asked. Every row satisfies the conditions, which are drawn forward (see
 * `createBlockDrawer`). Identifiers are null: they are made afresh later; where people have several rows, the key of the
 * group numbers them.
 *
 * @throws Error when a condition names a column that the schema does not have.
 */
export function drawRows(generator: RefinedGenerator, request: DrawRequest): DrawnRows {
  if (generator.people) return drawPeople(generator, generator.people, request);
  const { count, seed, conditions = {} } = request;
  const allowed = drawConditions(generator, impliedConditions(generator.schema, conditions));
  const drawn: DrawnRows = { rows: [], rejections: {}, repeats: 0, shortfall: null };
  if (allowed.impossible !== null) return { ...drawn, shortfall: count > 0 ? allowed.impossible : null };

  const random = createRandom(seed);
  const drawer = createBlockDrawer(generator, allowed.allowed, random);
  const complete = rowMaker(generator, allowed, random);
  const filter = createDistanceFilter(generator.distance);
  const restore = pointRules(generator);
  const isRepeated = drawer.repeats ? repeatedPoints() : () => false;
  const isConditional = Object.keys(allowed.checked).length > 0;
  const reject = (why: string): void => void (drawn.rejections[why] = (drawn.rejections[why] ?? 0) + 1);
  let left = ATTEMPTS + ATTEMPTS_A_ROW * count;
  while (drawn.rows.length < count && left > 0) {
    const missing = Math.ceil(BLOCK.spare * (count - drawn.rows.length));
    const size = Math.min(BLOCK.most, Math.max(BLOCK.least, missing));
    drawer.draw(size);
    left -= size;
    for (let i = 0; i < size && drawn.rows.length < count; i++) {
      const point = drawer.points[i]!;
      const unfit = restore(point) ?? filter.reject(point);
      const row = unfit === null ? complete(point) : null;
      if (unfit !== null) reject(unfit);
      else if (isRepeated(point)) reject('repeated-row');
      else if (isConditional && !rowSatisfies(generator.schema, row!, allowed.checked)) reject('condition-not-met');
      else {
        drawn.rows.push(row!);
        if (generator.distance.repeatsByNature && filter.isCopy(point)) drawn.repeats++;
      }
    }
  }
  return drawn.rows.length < count ? { ...drawn, shortfall: shortfallOf(drawn.rejections) } : drawn;
}

/** Whether a point was met before. */
function repeatedPoints(): (point: Float64Array) => boolean {
  const seen = new Set<string>();
  return (point) => seen.size === seen.add(point.join()).size;
}
