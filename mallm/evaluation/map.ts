import { UMAP } from 'umap-js';
import { createRandom, seedOf } from '../random.js';
import { encodeTable, pooledDesign, standardizer } from './design-matrix.js';
import type { Evaluation } from './result.js';
import type { EvaluationTables } from './tables.js';
import { rowsOf, stacked, type TypedTable } from './typed-table.js';

/** Most rows of each side, real and synthetic. */
const MAX_POINTS = 600;
const NEIGHBOURS = 15;
const EPOCHS = 200;

/** Fewest rows that a map can be drawn of. */
const MIN_POINTS = 5;

type Points = NonNullable<Evaluation['map']>['points'];

/**
 * A map of train, held-out and synthetic rows in two dimensions: UMAP fitted to all of them together on standardised
 * features, at most 600 real and 600 synthetic rows, drawn with the seed. Null for fewer than five rows. Seconds for a
 * thousand rows; deterministic.
 *
 * Paper: Fig. 4.
 */
export function mapRows(tables: EvaluationTables, seed: number): { points: Points } | null {
  const random = createRandom(seedOf(seed, 'map'));
  const pick = (table: TypedTable, count: number): TypedTable =>
    rowsOf(table, random.shuffle(Array.from({ length: table.rows }, (_, row) => row)).slice(0, count));
  const { train, heldOut, synthetic } = tables;
  const trainShare = Math.ceil((MAX_POINTS * train.rows) / Math.max(MAX_POINTS, train.rows + heldOut.rows));
  const parts = {
    train: pick(train, trainShare),
    heldOut: pick(heldOut, MAX_POINTS - trainShare),
    synthetic: pick(synthetic, MAX_POINTS),
  };
  const real = stacked(parts.train, parts.heldOut);
  const x = encodeTable(pooledDesign(tables, real, parts.synthetic), stacked(real, parts.synthetic));
  if (x.length < MIN_POINTS) return null;
  const rows = standardizer(x)(x).map((row) => Array.from(row, (value) => value + 1e-3 * random.normal()));
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(NEIGHBOURS, rows.length - 1),
    random: random.uniform,
    nEpochs: EPOCHS,
  });
  const places = umap.fit(rows);
  const sides = Object.entries(parts).flatMap(([of, table]) =>
    new Array<string>(table.rows).fill(of),
  ) as Points[number]['of'][];
  const finite = (value: number | undefined): number => (Number.isFinite(value) ? Number(value!.toFixed(4)) : 0);
  return { points: sides.map((of, row) => ({ x: finite(places[row]?.[0]), y: finite(places[row]?.[1]), of })) };
}
