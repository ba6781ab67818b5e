import type { Random } from '../../random.js';
import type { Allowed } from './allowed.js';
import { columnDrawers, evenDraw, type Block } from './column-drawer.js';
import { codeComputers } from './computed-codes.js';
import { acceptedOnly, conditionalDraw, type ConditionalDraw } from './conditional-draw.js';
import { cellsOf, isComputed, type DrawnColumn } from '../drawn-columns.js';
import type { RefinedGenerator } from '../generator.js';
import { scoreReader } from '../number-scores.js';

/** Candidates that are carried forward for each row under conditions, and their bounds. */
const CANDIDATES = { each: 32, least: 2048, most: 16_384 };

/** Draws rows in blocks, as points of the coded columns (see `pointsOf`). */
export interface BlockDrawer {
  /** Draws so many points into `points`; `given`: points with the cells that each row comes with, if the generator wants any. */
  draw(count: number, given?: readonly Float64Array[]): void;
  /** Points drawn last; each is overwritten by the next draw. */
  points: Float64Array[];
  /** Whether points may repeat: candidates that satisfy a condition on a computed column go on as often as needed. */
  repeats: boolean;
}

/**
 * Makes a generator ready to draw. Rows are drawn column by column, a block of them at a time. Under conditions many
 * candidates are carried forward; at each column with a condition they are drawn anew from one another by how likely
 * each is to satisfy it, and go on with an allowed cell. Rows that come with given cells stay what they are: each just
 * gets an allowed cell. Deterministic per stream of chance.
 *
 * @param allowed by drawn column; null where anything goes.
 */
export function createBlockDrawer(
  generator: RefinedGenerator,
  allowed: readonly (Allowed | null)[],
  random: Random,
): BlockDrawer {
  const width = generator.drawn.length;
  const first = generator.given ?? 0;
  const drawers = columnDrawers(generator);
  const draws = drawers.map((drawer, place) => evenDraw(drawer, place, random));
  const computers = codeComputers(generator);
  const conditional = drawers.map((drawer, place) => {
    if (allowed[place] && computers[place]) return acceptedOnly(place, allowed[place]);
    const { donors, weights } = generator.models[place]!;
    const own = {
      codes: Float64Array.from(donors, (row) => generator.cells[place]![row]!),
      weights: Float64Array.from(weights),
    };
    return allowed[place] ? conditionalDraw(drawer, place, allowed[place], own, random) : null;
  });
  const lastCondition = conditional.findLastIndex((draw) => draw !== null);
  const write = pointWriter(generator, allowed, random);
  const points: Float64Array[] = [];
  let block: Block = { width, codes: new Float64Array() };
  const draw = (count: number, given: readonly Float64Array[] = []): void => {
    const most = lastCondition < 0 || first > 0 ? count : candidatesFor(count);
    if (block.codes.length < most * width) block = { width, codes: new Float64Array(most * width) };
    writeGiven(generator, given, block);
    let rows = most;
    for (let place = first; place < width; place++) {
      const condition = conditional[place];
      const compute = computers[place];
      if (compute ? !isComputed(generator.drawn[place]!) : !condition) draws[place]!(block, rows);
      compute?.(block, rows);
      if (condition && first > 0) for (let row = 0; row < rows; row++) condition.draw(block, row);
      else if (condition) {
        const after = place === lastCondition ? count : most;
        block = drawnAnew(block, rows, after, condition, random);
        rows = after;
        for (let row = 0; row < rows; row++) condition.draw(block, row);
      }
      blankMissing(generator.drawn, place, block, rows);
    }
    while (points.length < count) points.push(new Float64Array(generator.columns.length));
    for (let row = 0; row < count; row++) write(block, row, points[row]!);
  };
  return { draw, points, repeats: allowed.some((each, place) => each !== null && computers[place] !== null) };
}

function writeGiven(
  { drawn, columns, given = 0 }: RefinedGenerator,
  points: readonly Float64Array[],
  block: Block,
): void {
  if (given === 0) return;
  cellsOf(drawn.slice(0, given), columns, points).forEach(({ codes }, place) => {
    for (let row = 0; row < points.length; row++) block.codes[row * block.width + place] = codes[row]!;
  });
}

/** Cells that are missing have the code that the models were fitted with. */
function blankMissing(drawn: readonly DrawnColumn[], place: number, { codes, width }: Block, rows: number): void {
  const step = drawn[place]!;
  if (step.kind === 'presence' || step.presence < 0) return;
  const blank = step.kind === 'number' ? 0 : -1;
  for (let at = 0; at < rows * width; at += width) if (codes[at + step.presence] === 1) codes[at + place] = blank;
}

function candidatesFor(count: number): number {
  return Math.max(count, Math.min(CANDIDATES.most, Math.max(CANDIDATES.least, CANDIDATES.each * count)));
}

/** So many rows out of those of a block, each as often as it is likely to satisfy the condition, evenly and shuffled. */
function drawnAnew(block: Block, rows: number, wanted: number, { chance }: ConditionalDraw, random: Random): Block {
  const { width, codes } = block;
  const chances = Float64Array.from({ length: rows }, (_, row) => chance(block, row));
  const step = chances.reduce((sum, value) => sum + value, 0) / wanted;
  const chosen: number[] = [];
  let left = random.uniform() * step;
  for (let row = 0; row < rows; row++) {
    for (; left < chances[row]! && chosen.length < wanted; left += step) chosen.push(row);
    left -= chances[row]!;
  }
  while (chosen.length < wanted) chosen.push(rows - 1);
  const next = new Float64Array(Math.max(codes.length, wanted * width));
  random.shuffle(chosen).forEach((from, to) => next.set(codes.subarray(from * width, (from + 1) * width), to * width));
  return { width, codes: next };
}

/** Turns codes into the cells of a point; a number under a condition becomes the nearest that is allowed. */
function pointWriter(
  { drawn, columns }: RefinedGenerator,
  allowed: readonly (Allowed | null)[],
  random: Random,
): (block: Block, row: number, point: Float64Array) => void {
  const gone = Float64Array.from(columns, ({ kind }) => (kind === 'number' ? NaN : 0));
  const cells = drawn.map((step, place): ((code: number) => number) => {
    if (step.kind === 'presence') return () => NaN;
    if (step.kind === 'label') return (code) => step.values[code]!;
    const { read } = scoreReader(step.numbers);
    const rule = allowed[place];
    if (!rule || 'labels' in rule) return (code) => read(code, random);
    return (code) => rule.nearest(read(code, random)) ?? NaN;
  });
  return ({ codes, width }, row, point) => {
    const start = row * width;
    point.set(gone);
    for (let place = 0; place < width; place++) {
      const step = drawn[place]!;
      if (step.kind === 'presence' || (step.presence >= 0 && codes[start + step.presence] === 1)) continue;
      point[step.column] = cells[place]!(codes[start + place]!);
    }
  };
}
