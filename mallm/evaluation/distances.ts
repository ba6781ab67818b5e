import { createRandom, seedOf } from '../random.js';
import { mediansOf } from './design-matrix.js';
import type { EvaluationTables } from './tables.js';
import { peopleIn, type TypedTable } from './typed-table.js';

/** Halves of equal size drawn for the DCR share. */
const DRAWS = 20;

/** Distances below this are 0: sums of differences of equal numbers. */
const ZERO = 1e-9;

/** Nearest distances of each synthetic row. */
export interface NearestDistances {
  raw: { train: Float64Array; heldOut: Float64Array };
  scaled: { train: Float64Array; heldOut: Float64Array };
  /** Scaled distance to the second-nearest training row; Infinity with a single one. */
  secondTrain: Float64Array;
  /** Whether a training row differs in at most one column. */
  oneColumnOff: boolean[];
  /** Share of synthetic rows nearer to train than to held-out in each draw of equal-size halves, ties half. */
  shares: number[];
}

/** Columns as flat arrays, ready for distances. */
interface Distance {
  numbers: { column: number; width: number; half: number; fill: number }[];
  labels: number[];
}

/**
 * Distances of synthetic rows to real ones: Σ |difference| of numbers (over the training range when scaled) plus one for
 * each label that differs, and one for a number that only one side misses. Time grows with synthetic × real rows.
 * Deterministic for a seed, which draws the halves.
 */
export function nearestDistances(tables: EvaluationTables, seed: number): NearestDistances {
  const { train, heldOut, synthetic } = tables;
  const distance = distanceOf(tables);
  const halves = drawHalves(train, heldOut, seed);
  const wins = new Float64Array(DRAWS);
  const zeros = (): Float64Array => new Float64Array(synthetic.rows);
  const found: NearestDistances = {
    raw: { train: zeros(), heldOut: zeros() },
    scaled: { train: zeros(), heldOut: zeros() },
    secondTrain: zeros(),
    oneColumnOff: [],
    shares: [],
  };
  const toTrain = { raw: new Float64Array(train.rows), scaled: new Float64Array(train.rows) };
  const toHeldOut = { raw: new Float64Array(heldOut.rows), scaled: new Float64Array(heldOut.rows) };
  for (let row = 0; row < synthetic.rows; row++) {
    measure(distance, synthetic, row, train, toTrain);
    measure(distance, synthetic, row, heldOut, toHeldOut);
    found.raw.train[row] = least(toTrain.raw);
    found.raw.heldOut[row] = least(toHeldOut.raw);
    [found.scaled.train[row], found.secondTrain[row]] = leastTwo(toTrain.scaled);
    found.scaled.heldOut[row] = least(toHeldOut.scaled);
    found.oneColumnOff.push(differsInOne(distance, synthetic, row, train));
    halves.forEach((half, draw) => {
      const a = leastOf(toTrain.scaled, half.train);
      const b = leastOf(toHeldOut.scaled, half.heldOut);
      wins[draw]! += Math.abs(a - b) <= 1e-12 ? 0.5 : Number(a < b);
    });
  }
  found.shares = Array.from(wins, (count) => count / synthetic.rows);
  return found;
}

/** Share of the rows of a table that differ from some training row in at most one column. */
export function shareOneColumnOff(tables: EvaluationTables, table: TypedTable): number {
  const distance = distanceOf(tables);
  let count = 0;
  for (let row = 0; row < table.rows; row++) count += Number(differsInOne(distance, table, row, tables.train));
  return count / table.rows;
}

function distanceOf(tables: EvaluationTables): Distance {
  const medians = mediansOf(tables);
  const distance: Distance = { numbers: [], labels: [] };
  tables.columns.forEach(({ kind, decimals }, column) => {
    if (kind === 'label') {
      distance.labels.push(column);
      return;
    }
    const values = tables.train.cells[column]!.filter((value) => !Number.isNaN(value));
    const range =
      values.length > 0 ? values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b)) : 0;
    distance.numbers.push({ column, width: range || 1, half: 0.5 * 10 ** -decimals, fill: medians[column]! });
  });
  return distance;
}

/** Rows of whole people, but for the last of them. */
function drawHalves(
  train: TypedTable,
  heldOut: TypedTable,
  seed: number,
): { train: Int32Array; heldOut: Int32Array }[] {
  const random = createRandom(seedOf(seed, 'dcr-share'));
  const size = Math.min(train.rows, heldOut.rows);
  const half = (table: TypedTable): Int32Array =>
    Int32Array.from(random.shuffle(peopleIn(table)).flat().slice(0, size));
  return Array.from({ length: DRAWS }, () => ({ train: half(train), heldOut: half(heldOut) }));
}

/** Fills in the distances of one synthetic row to every row of a table. */
function measure(
  { numbers, labels }: Distance,
  from: TypedTable,
  row: number,
  to: TypedTable,
  into: { raw: Float64Array; scaled: Float64Array },
): void {
  into.raw.fill(0);
  for (const column of labels) {
    const own = from.cells[column]![row]!;
    const cells = to.cells[column]!;
    for (let other = 0; other < cells.length; other++) into.raw[other]! += Number(!same(own, cells[other]!));
  }
  into.scaled.set(into.raw);
  for (const { column, width, fill } of numbers) {
    const own = from.cells[column]![row]!;
    const cells = to.cells[column]!;
    for (let other = 0; other < cells.length; other++) {
      const cell = cells[other]!;
      const flag = Number(Number.isNaN(own) !== Number.isNaN(cell));
      const difference = Math.abs((Number.isNaN(own) ? fill : own) - (Number.isNaN(cell) ? fill : cell));
      into.raw[other]! += difference + flag;
      into.scaled[other]! += difference / width + flag;
    }
  }
}

/** Equal, or both missing. */
function same(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

function differsInOne({ numbers, labels }: Distance, from: TypedTable, row: number, to: TypedTable): boolean {
  for (let other = 0; other < to.rows; other++) {
    let differing = 0;
    for (const column of labels) {
      if (!same(from.cells[column]![row]!, to.cells[column]![other]!)) differing++;
      if (differing > 1) break;
    }
    for (const { column, half } of numbers) {
      if (differing > 1) break;
      const [a, b] = [from.cells[column]![row]!, to.cells[column]![other]!];
      if (!(same(a, b) || Math.abs(a - b) <= half)) differing++;
    }
    if (differing <= 1) return true;
  }
  return false;
}

function least(distances: Float64Array): number {
  return leastTwo(distances)[0];
}

function leastTwo(distances: Float64Array): [number, number] {
  let [first, second] = [Infinity, Infinity];
  for (const distance of distances) {
    if (distance < first) [first, second] = [distance, first];
    else if (distance < second) second = distance;
  }
  return [first < ZERO ? 0 : first, second < ZERO ? 0 : second];
}

function leastOf(distances: Float64Array, rows: Int32Array): number {
  let nearest = Infinity;
  for (const row of rows) if (distances[row]! < nearest) nearest = distances[row]!;
  return nearest < ZERO ? 0 : nearest;
}
