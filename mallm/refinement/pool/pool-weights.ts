import { createRandom, seedOf } from '../../random.js';
import { baseShares, outOfBag } from './out-of-bag.js';
import { binOf, binsOf, type Bins } from '../bins.js';
import { fitColumn, type ColumnTask } from '../column-model.js';

/** Weights tried: the pool counts as so many times the training rows. */
export const POOL_WEIGHTS = [0, 0.25, 0.5, 1, 2, 4, 8, 16];
const TRIAL_TREES = 12;
/** Standard errors that are taken off a gain. */
const CAUTION = 1;

/** A column task over all rows, the pool's weighed as heavy as the training rows together. */
export interface PoolTask extends ColumnTask {
  /** Whether row `donor` comes of a prompt that showed training row `row`. */
  isShown: (row: number, donor: number) => boolean;
}

/**
 * The weight of the pool for a column, as a multiple of the training rows: the mean over the weights tried by the
 * exponential of what each gains in out-of-bag log likelihood of the training rows, less one standard error. A pool row
 * is no donor for a training row that its prompt showed: a near copy would vouch for the model at that very row. The gain
 * counts over the better of no pool and the *null pool* of any weight, whose cells of this column are drawn from the
 * training rows: it smooths as a pool does, and knows nothing.
 *
 * @param grid weights tried, the first 0.
 */
export function learnPoolWeight(task: PoolTask, grid: readonly number[], seed: number): number {
  if (task.features.length === 0) return learnShares(task, grid);
  const bins = binsOf(task.codes, task.classes, task.real);
  const nullCodes = withoutKnowledge(task, seedOf(seed, 'null'));
  const trial = (weight: number, codes: Float64Array): Float64Array => tried({ ...task, codes }, weight, bins, seed);
  const gained = grid.map((weight) => trial(weight, task.codes));
  const nulls = grid.map((weight, i) => (weight === 0 ? gained[i]! : trial(weight, nullCodes)));
  const best = nulls.reduce((a, b) => (sum(b) > sum(a) ? b : a));
  return meanWeight(grid, gained, best);
}

/** The weight of the pool's shares of a column, by the leave-one-out likelihood of the training rows' cells. */
export function learnShares(task: PoolTask, grid: readonly number[]): number {
  const { codes, classes, weights, real, isShown } = task;
  const bins = binsOf(codes, classes, real);
  const binByRow = codes.map((code) => binOf(bins, code));
  const base = baseShares(binByRow, real, bins.count);
  const rows = base.map((share) => share * (real + 0.5 * bins.count) - 0.5);
  const of = Array.from({ length: real }, (_, row) => {
    let same = 0;
    let all = 0;
    for (let donor = real; donor < codes.length; donor++) {
      if (isShown(row, donor)) continue;
      all += weights[donor]!;
      if (binByRow[donor] === binByRow[row]) same += weights[donor]!;
    }
    return { same, all };
  });
  const gained = grid.map((weight) =>
    Float64Array.from(of, ({ same, all }, row) => {
      const bin = binByRow[row]!;
      return Math.log((weight * same + rows[bin]! - 1 + base[bin]!) / (weight * all + real));
    }),
  );
  return meanWeight(grid, gained, gained[0]!);
}

/** The codes with those of the pool drawn from the training rows. */
function withoutKnowledge({ codes, real }: ColumnTask, seed: number): Float64Array {
  const random = createRandom(seed);
  return codes.map((code, row) => (row < real ? code : codes[random.integer(real)]!));
}

function tried(task: PoolTask, weight: number, bins: Bins, seed: number): Float64Array {
  const { real, weights } = task;
  const rows = weight === 0 ? real : weights.length;
  const first = (values: Float64Array): Float64Array => values.subarray(0, rows);
  const codes = first(task.codes);
  const part: ColumnTask = {
    ...task,
    before: task.before.map(first),
    codes,
    weights: first(weights).map((each, row) => (row < real ? each : each * weight)),
  };
  const fit = fitColumn(part, TRIAL_TREES, createRandom(seedOf(seed, 'trial')));
  const binByRow = codes.map((code) => binOf(bins, code));
  return outOfBag(fit, bins, binByRow, real, task.isShown);
}

function meanWeight(grid: readonly number[], tries: readonly Float64Array[], best: Float64Array): number {
  const gains = tries.map((each, i) => (grid[i] === 0 ? 0 : cautiousGain(each, best)));
  const greatest = Math.max(...gains);
  const chances = gains.map((gain) => Math.exp(gain - greatest));
  const mean = chances.reduce((total, chance, i) => total + chance * grid[i]!, 0);
  return mean / chances.reduce((total, chance) => total + chance, 0);
}

/** Sum of the differences, less a standard error. */
function cautiousGain(of: Float64Array, over: Float64Array): number {
  const differences = of.map((value, row) => value - over[row]!);
  const mean = sum(differences) / differences.length;
  const variance = differences.reduce((total, value) => total + (value - mean) ** 2, 0) / differences.length;
  return sum(differences) - CAUTION * Math.sqrt(variance * differences.length);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
