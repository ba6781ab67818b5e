import type { Cell, Row, TableSchema } from '../table/dataset.js';
import type { Random } from '../random.js';
import type { CodedColumn } from './column-codes.js';
import { pointsOf } from './column-codes.js';

/** Model rows that are looked at for the text of one drawn row. */
const CANDIDATES = 20;

/** Texts that model rows had, with the rows they stood in; plain JSON. */
export interface TextPool {
  /** Place of the text column in a row. */
  index: number;
  texts: (string | null)[];
  /** The modelled cells beside each text, as points (see `pointsOf`), null where a number is missing. */
  points: (number | null)[][];
}

/** Chooses texts for drawn points. */
export type TextChoice = (point: ArrayLike<number>, random: Random, accepts?: (cell: Cell) => boolean) => Cell;

/** The texts of model rows, column by column; none that a training row has. */
export function textPools(
  schema: TableSchema,
  columns: readonly CodedColumn[],
  trainRows: readonly Row[],
  modelRows: readonly Row[],
): TextPool[] {
  return schema.columns.flatMap((column, index) => {
    if (column.kind !== 'text') return [];
    const real = new Set(trainRows.map((row) => row[index]));
    const donors = modelRows.filter((row) => row[index] === null || !real.has(row[index]));
    return [
      {
        index,
        texts: donors.map((row) => row[index] as string | null),
        points: pointsOf(columns, donors).map((point) =>
          Array.from(point, (value) => (Number.isNaN(value) ? null : value)),
        ),
      },
    ];
  });
}

/**
 * Makes a pool ready: a point gets the text of the nearest of a few model rows drawn at random, so that text and cells
 * fit together; null when there is none.
 *
 * @param scales of the distance (see `DistanceRule`).
 */
export function createTextChoice({ texts, points }: TextPool, scales: readonly number[]): TextChoice {
  return (point, random, accepts = () => true) => {
    const donors = [...texts.keys()].filter((donor) => accepts(texts[donor]!));
    if (donors.length === 0) return null;
    let best = { donor: -1, distance: Infinity };
    for (let i = 0; i < CANDIDATES; i++) {
      const donor = random.pick(donors);
      const distance = distanceTo(point, points[donor]!, scales);
      if (distance < best.distance) best = { donor, distance };
    }
    return texts[best.donor]!;
  };
}

function distanceTo(point: ArrayLike<number>, other: readonly (number | null)[], scales: readonly number[]): number {
  return scales.reduce((sum, scale, c) => {
    const [a, b] = [point[c]!, other[c] ?? NaN];
    return sum + (scale === 0 || Number.isNaN(a - b) ? Number(!Object.is(a, b)) : Math.abs(a - b) * scale);
  }, 0);
}
