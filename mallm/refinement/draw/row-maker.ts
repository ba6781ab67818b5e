import type { Random } from '../../random.js';
import type { Rejections } from '../../rejections.js';
import type { Cell } from '../../table/dataset.js';
import { rowOfPoint } from '../column-codes.js';
import type { RefinedGenerator } from '../generator.js';
import { ownColumns } from '../prepared-table.js';
import { createTextChoice } from '../texts.js';
import type { DrawConditions } from './drawn-conditions.js';

/** What kept most of the missing rows back. */
const REASONS: Record<string, string> = {
  'exact-copy': 'most of the others would be copies of training rows',
  'too-near': 'most of the others would be nearer to a training row than the distance level allows',
  'condition-not-met': 'rows that satisfy the conditions are too rare',
  'broken-rule': 'most of the others would break a rule between columns',
  'out-of-range': 'most of the others would be out of the range of a column that is computed from others',
};

/** Turns points into rows, with a text of the pool in each text column. */
export function rowMaker(
  { schema, columns, texts, distance }: RefinedGenerator,
  allowed: DrawConditions,
  random: Random,
): (point: Float64Array) => Cell[] {
  const own = ownColumns(schema, columns);
  const choices = texts.map((pool) => ({ pool, choose: createTextChoice(pool, distance.scales) }));
  return (point) => {
    const row = rowOfPoint(schema, own, point);
    for (const { pool, choose } of choices) row[pool.index] = choose(point, random, allowed.texts.get(pool.index));
    return row;
  };
}

/** What kept most of the missing rows back, in words. */
export function shortfallOf(rejections: Rejections): string {
  const [reason = 'too-near'] = Object.entries(rejections)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name);
  return REASONS[reason] ?? reason;
}
