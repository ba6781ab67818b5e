import type { Feature, SplitTree } from '../learning/split-tree.js';
import type { ComputedColumn } from '../rules/computed-columns.js';
import type { TableSchema } from '../table/dataset.js';
import type { CodedColumn } from './column-codes.js';
import type { DrawnColumn } from './drawn-columns.js';
import type { DistanceRule } from './row-distance.js';
import type { TextPool } from './texts.js';

/** Raised when the stored form changes: older generators are fitted anew. */
export const GENERATOR_VERSION = 2;

/**
 * A generator of rows without a model: a model of each column given those before it, and the distance that is kept to
 * training rows. Plain JSON. It holds values of the training rows: it is as private as they are.
 */
export interface RefinedGenerator {
  version: typeof GENERATOR_VERSION;
  schema: TableSchema;
  /**
   * Modelled columns in the schema's order, behind them the gaps of its rules (see `preparedSchema`); what is drawn, in the
   * order of drawing, and how.
   */
  columns: CodedColumn[];
  drawn: DrawnColumn[];
  models: ColumnModel[];
  /** Columns that are computed so that rows keep the schema's rules; only there where it has any. */
  computed?: ComputedColumn[];
  /** By drawn column: codes of the donors, training rows first (see `DrawnCells`). */
  cells: number[][];
  distance: DistanceRule;
  texts: TextPool[];
  /** Whether the target is drawn sharper than it is: for training models, not for effect sizes. */
  sharpened: boolean;
  /** Model rows that were given, and that were of use. */
  modelRows: { given: number; used: number };
  /** By the name of a column: how many times the training rows the model's rows count for it. */
  poolWeights: Record<string, number>;
  /** Drawn columns, the first ones, that each row comes with (see `RefinementInput`); absent: none. */
  given?: number;
  /** Set where people have several rows: this generator then draws the first row of each, and how many there are. */
  people?: PeopleModel;
}

/** How the rows of a person follow each other. */
export interface PeopleModel {
  /** Of the rows that are released. */
  schema: TableSchema;
  /** Draws a row given the constants of its person, its number, the rows that are left, and the row before. */
  steps: RefinedGenerator;
  /** The distance that is kept to training rows, in columns of the released rows. */
  distance: DistanceRule;
}

/** How one column is drawn from those before it. */
export interface ColumnModel {
  features: Feature[];
  /** Of the part of a number that the ridge predicts. */
  ridge: { intercept: number; coefficients: number[] } | null;
  trees: StoredTree[];
  /** Donors: places in `cells`, their weights, and what each gives: a label, or what the ridge leaves of its score. */
  donors: number[];
  weights: number[];
  gives: number[];
  /** Of the target, which is drawn from the mean of all trees; null for other columns. */
  target: TargetModel | null;
}

/** The model of a column that is computed: nothing is drawn. */
export const NO_MODEL: ColumnModel = {
  ...{ features: [], ridge: null, trees: [], donors: [], weights: [], gives: [], target: null },
};

/** How the target is drawn. */
export interface TargetModel {
  /** Labels: power of the probabilities, what is added to the logarithm of each, and the shares of the training rows. */
  power: number;
  offsets: number[];
  prior: number[];
  /** Numbers: share of a donor's residual that is added. */
  residual: number;
}

/** A `SplitTree` as JSON. */
export type StoredTree = { [K in keyof SplitTree]: SplitTree[K] extends number ? number : number[] };

export function storedTree({ column, test, right, leaves }: SplitTree): StoredTree {
  return { column: [...column], test: [...test], right: [...right], leaves };
}
