import type { PartialRow } from '../mallm/conditions/condition.js';
import type { Standing } from '../mallm/fit/standing.js';
import type { Spending } from '../mallm/fit/spending.js';
import type { DistanceLevel } from '../mallm/refinement/row-distance.js';
import type { Ref } from '../mallm/reference.js';
import type { Rejections } from '../mallm/rejections.js';
import type { BatchPosition, Candidate, FitCarry, Part, SampleResult, ShardResult } from './contract.js';

/** Inputs and results of the activities of a fit, a table and its evaluation; those of a schedule: schedule-contract.ts. */

/** What an activity of a run has to find: its plan, in its store. */
export interface OfRun {
  runId: string;
  store: string;
  plan: Ref;
}

/** One table drawn from the fit of a run. */
export interface OfSample extends OfRun {
  sampleId: string;
}

/** One shard of it. */
export interface OfShard extends OfSample {
  shard: number;
  /** Index of its first row in the whole table, and rows wanted; of its first person, and people, where these count. */
  first: number;
  rows: number;
  people?: true;
}

export interface FirstThetaResult {
  theta: Ref;
  state: Ref;
}

export interface ProposeThetasInput extends OfRun {
  /** State of the fit after the batch whose score the optimizer receives. */
  state: Ref;
  /** Number of the first θ to be made, how many, and how many calls at once at most. */
  first: number;
  count: number;
  parallel: number;
  /** Rows to generate from the new θ in the same activity, and from others after them; null leaves it to `generateRows`. */
  rows: RowsOfProposals | null;
}

export interface RowsOfProposals extends BatchPosition {
  step: string;
  ofEach: Omit<CallsOfTheta, 'theta'>;
  others: Candidate[];
}

export interface ProposeThetasResult {
  candidates: Candidate[];
  /** Null when no rows were asked for, or the proposals took as long as an activity may. */
  generated: GenerateRowsResult | null;
  /** Of all calls. */
  spending: Spending;
}

export interface GenerateRowsInput extends OfRun, BatchPosition {
  /** Names the step in the store: `e1b2`, `sample-x-s0-r1`. */
  step: string;
  thetas: CallsOfTheta[];
  /** Calls in flight at once at most. */
  parallel: number;
  conditions: PartialRow;
  /** Of a final generation: examples are taken from one walk over all training rows; without it, from the batch. */
  finalPass?: FinalPass;
}

/** A step's part of the walk over all training rows. */
export interface FinalPass {
  /** Fixes the order of the training rows. */
  seed: number;
  /** Calls of this walk that come before the step's first. */
  callsBefore: number;
}

/** Model calls of one activity for one θ. */
export interface CallsOfTheta {
  theta: Candidate;
  calls: ModelCall[];
  /** Rows that all calls of this θ in this step ask for together, those of other activities included. */
  rowsOfStep: number;
}

/** One model call: its number within the step, the place of its first row among the step's rows, and rows to ask for. */
export interface ModelCall {
  index: number;
  first: number;
  rows: number;
}

export interface GenerateRowsResult {
  /** Stored rows of each θ. */
  rows: { number: number; ref: Ref }[];
  accepted: number;
  rejected: number;
  rejections: Rejections;
  spending: Spending;
}

export interface ScoreBatchInput extends OfRun, BatchPosition {
  /** The fit after this batch, but for its state and standing, which are those of before. */
  carry: FitCarry;
  /** Rows of the candidates that have any. */
  rows: { theta: Candidate; rows: Ref[] }[];
}

/** What a batch changes in the fit beyond its counters. */
export interface ScoreBatchResult extends Standing {
  state: Ref;
}

export interface SaveCheckpointInput extends OfRun {
  carry: FitCarry;
}

export interface PrepareGeneratorInput extends OfRun {
  state: Ref;
  distance: DistanceLevel;
  /** Draws the target sharper than it is; absent: faithfully. */
  sharpen?: boolean;
}

export interface DrawShardInput extends OfShard {
  generator: Ref;
  conditions: PartialRow;
  seed: number;
}

export interface CurateRowsInput extends OfShard {
  round: number;
  /** Rows kept in earlier rounds; null in the first. */
  kept: Ref | null;
  /** Rows that the model gave in this round. */
  given: Ref[];
  conditions: PartialRow;
  distance: DistanceLevel;
  seed: number;
}

export interface CurateRowsResult {
  kept: Ref;
  part: Part;
  rejections: Rejections;
}

export interface CloseShardInput extends OfShard {
  result: ShardResult;
}

export interface AssembleTableInput extends OfSample {
  rows: number;
  rowsPerShard: number;
  /** Both count people. */
  people?: true;
  /** Shards that were done; those after them were not begun. */
  shards: number;
  stopped: boolean;
}

export type AssembleTableResult = Omit<SampleResult, 'generator'>;
