import type { Random } from '../../random.js';
import { donorAt, donorForest, type DonorForest } from './donor-forest.js';
import { labelCount, type DrawnColumn } from '../drawn-columns.js';
import type { RefinedGenerator, TargetModel } from '../generator.js';

/** The golden ratio's fraction: multiples of it fill [0, 1) evenly however many there are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Points that are drawn, row by row: `codes[row × width + place]` is the code of a drawn column (see `DrawnCells`),
 * filled from the first column on.
 */
export interface Block {
  width: number;
  codes: Float64Array;
}

/** One column, ready to be drawn. */
export interface ColumnDrawer {
  step: DrawnColumn;
  forest: DonorForest;
  target: TargetModel | null;
  /** Number of labels; 0 for a number. */
  classes: number;
  /** The ridge's prediction of a row, and for a target number the mean over trees beside it. */
  centre: (block: Block, row: number) => number;
  /** Leaf of a row in tree t. */
  leaf: (block: Block, row: number, tree: number) => number;
  /** Probabilities of a target's labels, in a buffer that the next call overwrites. */
  probabilities: (block: Block, row: number) => Float64Array;
}

export function columnDrawers(generator: RefinedGenerator): ColumnDrawer[] {
  return generator.drawn.map((step, place): ColumnDrawer => {
    const model = generator.models[place]!;
    const forest = donorForest(generator, place, model);
    const width = place;
    const leaf = leafFinder(forest, width);
    const classes = labelCount(step);
    const shift = ridgeReader(generator, place);
    const trees = forest.roots.length;
    const treeMean = (block: Block, row: number): number => {
      let mean = 0;
      for (let t = 0; t < trees; t++) mean += forest.means[leaf(block, row, t)]!;
      return mean / trees;
    };
    const isTargetNumber = model.target !== null && classes === 0;
    const centre = isTargetNumber ? (block: Block, row: number) => shift(block, row) + treeMean(block, row) : shift;
    const { target } = model;
    return {
      step,
      forest,
      target,
      classes,
      centre,
      leaf,
      probabilities: probabilityReader(forest, target, classes, leaf),
    };
  });
}

/**
 * Draws one column for rows whose columns before it are filled: a random tree, and in the row's leaf a donor by an even
 * sequence that belongs to the row's leaf of the first tree, so that the few rows that are asked for fill the
 * distribution evenly. Sequences go on from block to block and begin at random places.
 */
export function evenDraw(drawer: ColumnDrawer, place: number, random: Random): (block: Block, rows: number) => void {
  const { forest, target, classes, centre, leaf, probabilities } = drawer;
  const trees = forest.roots.length;
  const phases = Float64Array.from({ length: forest.leaves }, () => random.uniform());
  const next = (visited: number): number => {
    const phase = phases[visited]!;
    const after = phase + GOLDEN;
    phases[visited] = after >= 1 ? after - 1 : after;
    return phase;
  };
  const drawLabels = target !== null && classes > 0;
  return (block, rows) => {
    const { codes, width } = block;
    for (let row = 0; row < rows; row++) {
      const at = row * width + place;
      const first = leaf(block, row, 0);
      const share = next(first);
      if (drawLabels) codes[at] = labelAt(probabilities(block, row), share);
      else {
        const tree = trees === 1 ? 0 : Math.floor(random.uniform() * trees);
        const donor = donorAt(forest, tree === 0 ? first : leaf(block, row, tree), share);
        codes[at] = forest.gives[donor]! + (classes > 0 ? 0 : centre(block, row));
      }
    }
  };
}

function labelAt(probabilities: Float64Array, share: number): number {
  let left = share;
  for (let label = 0; label < probabilities.length; label++) {
    left -= probabilities[label]!;
    if (left < 0) return label;
  }
  return probabilities.length - 1;
}

function leafFinder({ column, test, right, roots }: DonorForest, before: number): ColumnDrawer['leaf'] {
  return ({ codes, width }, row, tree) => {
    const start = row * width;
    let node = roots[tree]!;
    for (let c = column[node]!; c >= 0; c = column[node]!) {
      const left = c < before ? codes[start + c]! <= test[node]! : codes[start + c - before]! !== test[node]!;
      node = left ? node + 1 : right[node]!;
    }
    return right[node]!;
  };
}

/** The ridge as a number for each number column before, and a table for each label column. */
function ridgeReader({ drawn, models }: RefinedGenerator, place: number): (block: Block, row: number) => number {
  const { ridge, features } = models[place]!;
  if (!ridge) return () => 0;
  const slopes = new Float64Array(place);
  const tables = drawn.slice(0, place).map((step) => new Float64Array(labelCount(step) + 1));
  features.forEach(({ column, label }, f) => {
    if (label < 0) slopes[column] = ridge.coefficients[f]!;
    else tables[column]![label + 1] = ridge.coefficients[f]!;
  });
  const numbers = Int32Array.from([...slopes.keys()].filter((column) => slopes[column] !== 0));
  const labels = Int32Array.from([...tables.keys()].filter((column) => tables[column]!.some((value) => value !== 0)));
  return ({ codes, width }, row) => {
    const start = row * width;
    let sum = ridge.intercept;
    for (let i = 0; i < numbers.length; i++) sum += slopes[numbers[i]!]! * codes[start + numbers[i]!]!;
    for (let i = 0; i < labels.length; i++) sum += tables[labels[i]!]![codes[start + labels[i]!]! + 1]!;
    return sum;
  };
}

function probabilityReader(
  { means, roots }: DonorForest,
  target: TargetModel | null,
  classes: number,
  leaf: ColumnDrawer['leaf'],
): ColumnDrawer['probabilities'] {
  const chances = new Float64Array(classes);
  if (!target) return () => chances;
  const { power, offsets, prior } = target;
  return (block, row) => {
    for (let k = 0; k < classes; k++) chances[k] = prior[k]!;
    for (let t = 0; t < roots.length; t++) {
      const first = leaf(block, row, t) * classes;
      for (let k = 0; k < classes; k++) chances[k]! += means[first + k]!;
    }
    let total = 0;
    for (let k = 0; k < classes; k++) {
      const mean = chances[k]! / (roots.length + 1);
      total += chances[k] = Math.exp(offsets[k]!) * (power === 1 ? mean : mean ** power);
    }
    for (let k = 0; k < classes; k++) chances[k]! /= total;
    return chances;
  };
}
