import type { Random } from '../../random.js';
import { isAllowed, type Allowed } from './allowed.js';
import type { Block, ColumnDrawer } from './column-drawer.js';

/** Weight of the column's own distribution beside the trees: what no tree gives comes only where nothing else does. */
const LAST_RESORT = 1e-6;

/** Chance of a row whose computed code is not allowed: it goes on only where no other does. */
const REFUSED = 1e-9;

/** Draws one column under a condition. */
export interface ConditionalDraw {
  /** How likely the row is to satisfy the condition, given its columns before: never 0. */
  chance: (block: Block, row: number) => number;
  /** Draws an allowed code for the row. */
  draw: (block: Block, row: number) => void;
}

/**
 * A column under a condition: the chance of a row is the mean over trees of its leaf's allowed share, and its code is
 * drawn from what is allowed, each tree as likely as it allows.
 *
 * @param own codes of the column's donors: drawn from, as far as allowed, where no tree has anything to draw.
 */
export function conditionalDraw(
  drawer: ColumnDrawer,
  place: number,
  allowed: Allowed,
  own: { codes: Float64Array; weights: Float64Array },
  random: Random,
): ConditionalDraw {
  const { forest, target, classes, centre, leaf, probabilities } = drawer;
  const { start, gives, cumulative, roots } = forest;
  const accepts =
    'labels' in allowed ? (code: number) => allowed.labels[code] === 1 : (code: number) => isAllowed(allowed, code);
  const fallback = fallbackDraw(allowed, own, accepts, random);
  const weightOf = (i: number): number => cumulative[i]! - (i === 0 ? 0 : cumulative[i - 1]!);
  const shares = new Float64Array(roots.length);
  const leaves = new Int32Array(roots.length);

  /** Allowed share of the row's leaf in each tree; their sum. */
  const look = (block: Block, row: number, shift: number): number => {
    let sum = 0;
    for (let t = 0; t < roots.length; t++) {
      const at = (leaves[t] = leaf(block, row, t));
      let inside = 0;
      let total = 0;
      for (let i = start[at]!; i < start[at + 1]!; i++) {
        const weight = weightOf(i);
        total += weight;
        if (accepts(gives[i]! + shift)) inside += weight;
      }
      sum += shares[t] = inside / total;
    }
    return sum;
  };
  const shiftOf = (block: Block, row: number): number => (classes > 0 ? 0 : centre(block, row));

  if (target !== null && classes > 0) {
    const allowedChances = (block: Block, row: number): Float64Array =>
      probabilities(block, row).map((chance, label) => (accepts(label) ? chance : 0));
    return {
      chance: (block, row) => allowedChances(block, row).reduce((sum, chance) => sum + chance, 0),
      draw: (block, row) => {
        block.codes[row * block.width + place] = random.weighted(allowedChances(block, row));
      },
    };
  }
  return {
    chance: (block, row) => look(block, row, shiftOf(block, row)) / roots.length + LAST_RESORT * fallback.share,
    draw: (block, row) => {
      const shift = shiftOf(block, row);
      const at = row * block.width + place;
      if (look(block, row, shift) === 0) {
        block.codes[at] = fallback.draw();
        return;
      }
      const chosen = leaves[random.weighted(shares)]!;
      const weights = Float64Array.from({ length: start[chosen + 1]! - start[chosen]! }, (_, i) =>
        accepts(gives[start[chosen]! + i]! + shift) ? weightOf(start[chosen]! + i) : 0,
      );
      block.codes[at] = gives[start[chosen]! + random.weighted(weights)]! + shift;
    },
  };
}

/** A computed column under a condition: rows whose code is allowed go on as they are. */
export function acceptedOnly(place: number, allowed: Allowed): ConditionalDraw {
  const accepts = (code: number): boolean =>
    'labels' in allowed ? allowed.labels[code] === 1 : isAllowed(allowed, code);
  return {
    chance: ({ codes, width }, row) => (accepts(codes[row * width + place]!) ? 1 : REFUSED),
    draw: () => undefined,
  };
}

/** A donor's own code that is allowed; for numbers that none has, any score of the stretches. */
function fallbackDraw(
  allowed: Allowed,
  { codes, weights }: { codes: Float64Array; weights: Float64Array },
  accepts: (code: number) => boolean,
  random: Random,
): { share: number; draw: () => number } {
  const fit = weights.map((weight, i) => (accepts(codes[i]!) ? weight : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const inside = fit.reduce((sum, weight) => sum + weight, 0);
  if (inside > 0) return { share: inside / total, draw: () => codes[random.weighted(fit)]! };
  const share = 1 / (total + 1);
  if ('labels' in allowed) return { share, draw: () => random.weighted(allowed.labels) };
  const draw = (): number => {
    const stretch = random.integer(allowed.low.length);
    const low = Math.max(allowed.low[stretch]!, Math.min(...codes));
    const high = Math.min(allowed.high[stretch]!, Math.max(...codes));
    return low + random.uniform() * (high - low);
  };
  return { share, draw };
}
