import type { Attacks } from './attacks/attacks.js';

/** One model's figures. Classification has f1 (weighted), accuracy, auc; regression has r2. */
export interface UtilityScores {
  f1?: number;
  accuracy?: number;
  auc?: number;
  r2?: number;
}

/** Train on synthetic, test on held-out (the paper's MLE). `best` and `mean` are of f1 or r2. Paper: §4.2. */
export interface Utility {
  metric: 'f1' | 'r2';
  best: number;
  bestModel: string;
  mean: number;
  models: Record<string, UtilityScores>;
  ceiling: { best: number; bestModel: string; mean: number; models: Record<string, UtilityScores> };
}

/** Out-of-fold AUC of a classifier two-sample test; 0.5 when the tables are indistinguishable. */
export interface C2st {
  auc: number;
  /** 95 % interval. */
  interval: [number, number];
}

export interface Verdict {
  level: 'good' | 'fair' | 'poor' | 'unknown';
  /** What was found, in words. */
  finding: string;
  /** What to do. */
  advice: string;
}

export interface ColumnShift {
  column: string;
  /** Numeric: (synthetic mean − real mean) / real sd. Label: total variation distance, signless. */
  shift: number;
  real: string;
  synthetic: string;
  /** KSComplement or TVComplement against the held-out rows, in [0, 1]. */
  shape: number;
}

export interface Fidelity {
  /** Mean KSComplement / TVComplement and mean pair trend against held-out rows, as in SDMetrics 0.32.0. */
  columnShapes: number;
  columnPairTrends: number;
  /** The same against the training rows. */
  train: { columnShapes: number; columnPairTrends: number };
  c2st: {
    /** Synthetic against held-out rows. */
    trees: C2st;
    linear: C2st;
    /** Training against held-out rows: what two real tables of these sizes give. */
    null: { trees: C2st; linear: C2st };
    /** Synthetic against training rows; below 0.5 where synthetic rows repeat them. */
    train?: { trees: C2st; linear: C2st };
  };
  shifts: ColumnShift[];
  worstPairs: { columns: [string, string]; trend: number }[];
  /** Pair trends for the heat map, aligned to `pairColumns`; null on the diagonal or where undefined. */
  pairColumns: string[];
  pairMatrix: (number | null)[][];
  /** Labels of the training rows that no synthetic row has. */
  lostLabels: { column: string; label: string; share: number }[];
  /** Columns that differ from the real rows beyond chance, worst first. */
  damage?: Damage[];
  /** Rules between columns that every training row keeps: rows that have their cells, and those that keep them. */
  rules?: { rule: string; synthetic: { of: number; kept: number }; heldOut: { of: number; kept: number } }[];
}

/** What is wrong with one column of the synthetic rows. */
export interface Damage {
  column: string;
  /** No value left; too many or too few missing cells; mean, spread, or share of a label. */
  kind: 'lost' | 'missing' | 'mean' | 'spread' | 'share';
  level: 'fair' | 'poor';
  /** Of means in real standard deviations, of spreads as a logarithm, else a difference of shares; 1 for a lost column. */
  size: number;
  /** In words, after the column's name. */
  finding: string;
}

export interface Quartiles {
  q25: number;
  q50: number;
  q75: number;
}

export interface Privacy {
  /** Shares of synthetic rows, in [0, 1]. */
  exactCopies: number;
  exactCopiesOfHeldOut: number;
  oneColumnOff: number;
  /** For scale: share of held-out rows that occur in train (before any is dropped), or differ in one column at most. */
  heldOutInTrain?: number;
  heldOutOneColumnOff?: number;
  /** Distinct rows over rows. */
  distinct: number;
  /** Share of synthetic rows nearer to train than to held-out, halves of equal size; 0.5 is best. */
  dcrShare: number;
  dcrShareInterval?: [number, number];
  dcr: { raw: { train: Quartiles; heldOut: Quartiles }; scaled: { train: Quartiles; heldOut: Quartiles } };
  /** Scaled distance of each synthetic row to its nearest training / held-out row (for the report's figure). */
  dcrScaled: { train: number[]; heldOut: number[] };
  /** Median of nearest over second-nearest distance to training rows. */
  nearestNeighbourDistanceRatio: number;
  /** Levenshtein membership attack; 0.5 is best. */
  levattAuc: number;
  levattInterval: [number, number];
  /** Attacks with training rows and held-out rows as targets; the risk is the difference. */
  attacks?: Attacks;
  /** Identifier columns with cells of real rows, held-out rows included: in how many synthetic rows. */
  realIdentifiers?: { column: string; rows: number; share: number }[];
  /** Columns with numbers of more than six digits: share that are a training row's, of synthetic and held-out numbers. */
  realNumbers?: { column: string; share: number; heldOutShare: number }[];
  /** Labels of fewer than three real rows that synthetic rows repeat far more often than their share. */
  rareLabels?: { column: string; label: string; realRows: number; rows: number }[];
  /** Tests that say nothing at this size, with the reason. */
  silent: { test: string; reason: string }[];
}

/** Evaluation of one synthetic table. Never NaN: a figure that is undefined is null, with a note. */
export interface Evaluation {
  version: 1;
  target: string;
  task: 'classification' | 'regression';
  rows: { train: number; heldOut: number; synthetic: number };
  /** Held-out rows that also occur in the training table: dropped before any metric. */
  heldOutDropped: number;
  /** The authors' settings (nothing scaled), and sound ones (scaled features). */
  utility: Utility | null;
  utilityScaled: Utility | null;
  fidelity: Fidelity;
  privacy: Privacy;
  /** 2-D map of train, held-out and synthetic rows (UMAP), when asked for. Paper: Fig. 4. */
  map?: { points: { x: number; y: number; of: 'train' | 'heldOut' | 'synthetic' }[] };
  verdicts: { utility: Verdict; fidelity: Verdict; privacy: Verdict };
  /** What was handled on the way: unseen categories, constant columns, a lost class, tiny tables. */
  notes: string[];
}

/** A table's own evaluation, and those of simple generators given the same training rows. */
export interface EvaluationWithBaselines {
  evaluation: Evaluation;
  baselines: { method: string; evaluation: Evaluation }[];
}
