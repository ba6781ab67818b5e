import type { PartialRow } from '../mallm/conditions/condition.js';
import type { FitShape } from '../mallm/fit/fit-shape.js';
import type { Rejections } from '../mallm/rejections.js';
import type { Ref } from '../mallm/reference.js';
import type { Budget, Spending } from '../mallm/fit/spending.js';
import type { Standing } from '../mallm/fit/standing.js';
import type { DistanceLevel } from '../mallm/refinement/row-distance.js';

export type { FitShape } from '../mallm/fit/fit-shape.js';

/** Activities that call a model; the queue of workflows gives its name to the others. */
export const modelQueue = (taskQueue: string): string => `${taskQueue}-models`;
/** Activities that compute or read and write the store. */
export const computeQueue = (taskQueue: string): string => `${taskQueue}-compute`;

/** Names of the workflows: those under which workflows/index.ts exports them. */
export const OPTIMIZE_THETA = 'optimizeTheta';
export const GENERATE_SYNTHETIC_DATA = 'generateSyntheticData';
export const GENERATE_SHARD = 'generateShard';
export const EVALUATE_SYNTHETIC_DATA = 'evaluateSyntheticData';
/** What a schedule starts; the server adds the time of the slot to the id. */
export const REGENERATE = 'regenerate';

export const fitWorkflowId = (runId: string): string => `fit-${runId}`;
export const sampleWorkflowId = (runId: string, sampleId: string): string => `sample-${runId}-${sampleId}`;
export const regenerateWorkflowId = (schedule: string): string => `regenerate-${schedule}`;
export const evaluateWorkflowId = (runId: string, sampleId: string): string => `evaluate-${runId}-${sampleId}`;

/** Names, in the store, the steps that ask the model for rows of a sample: `sample-first-s0-r1`. */
export const sampleSteps = (sampleId: string): string => `sample-${sampleId}-`;
export const sampleStep = (sampleId: string, shard: number, round: number): string =>
  `${sampleSteps(sampleId)}s${shard}-r${round}`;

/** Names of signals, queries and updates. */
export const PAUSE = 'pause';
export const RESUME = 'resume';
export const STOP_EARLY = 'stopEarly';
export const PROGRESS = 'progress';
export const SLOT_PROGRESS = 'slotProgress';
export const SET_LIMITS = 'setLimits';

/**
 * The argument of every signal. Workers with keys take a signal only with it: what has no payload has no seal.
 */
export interface SealedSignal {
  /** Its name: a payload that was sealed for something else is no signal. */
  signal: string;
  /** Another one for each signal. */
  nonce: string;
}

/** Rows of one shard of a generated table. */
export const ROWS_PER_SHARD = 10_000;

export interface OptimizeThetaInput {
  runId: string;
  /** The store that all refs of this run point into. */
  store: string;
  plan: Ref;
  shape: FitShape;
  /** Where an earlier run of this fit stopped. */
  carry?: FitCarry;
  /** Fails when it is blocked, instead of waiting for `resume`; what was paid for is stored, and it may be run again. */
  unattended?: boolean;
}

/** One θ by its number, and the stored object that holds it. */
export interface Candidate {
  number: number;
  ref: Ref;
}

/** A batch of training rows: which epoch, and which batch of it; both count from 1. */
export interface BatchPosition {
  epoch: number;
  batch: number;
}

/** Names a batch in the store: `e1b2`. */
export const stepOf = ({ epoch, batch }: BatchPosition): string => `e${epoch}b${batch}`;

/**
 * The fit between two batches: what one run of the workflow passes to the next, and what a checkpoint holds. The epoch
 * and the batch are those to do next; after the last batch the epoch is one more than there are.
 * Its size does not grow with the number of batches.
 */
export interface FitCarry extends BatchPosition, Standing {
  /** Batches scored so far; they number the checkpoints. */
  step: number;
  /** What the next batch begins with: the optimizer proposes candidates, or rows are generated from those below. */
  next: 'propose' | 'generate';
  /** What rows were last generated from; before the first batch the first θ. */
  candidates: Candidate[];
  /** θ records, pairs, discriminator: one immutable object for each batch. */
  state: Ref;
  /** Number of the next θ. */
  nextTheta: number;
  spending: Spending;
  accepted: number;
  rejected: number;
  rejections: Rejections;
  /** With the limits in force: changed ones outlive a continued run. */
  shape: FitShape;
}

export interface OptimizeThetaResult {
  state: Ref;
  best: Candidate;
  spending: Spending;
  accepted: number;
  rejected: number;
  rejections: Rejections;
  ended: 'epochs' | 'converged' | 'stopped' | 'budget';
  /** The limits in force at the end: they may have been changed while the fit ran. */
  limits?: RunLimits;
}

/** What a run shows while it goes on. */
export interface Progress {
  phase: 'structure' | 'fit' | 'sample' | 'write' | 'evaluate' | 'done';
  status: 'running' | 'paused' | 'blocked' | 'stopping';
  /** Why the run is blocked: quota, key; null otherwise. */
  blocked: string | null;
  epoch: number;
  epochs: number;
  batch: number;
  batches: number;
  score: number | null;
  best: number | null;
  accepted: number;
  rejected: number;
  spending: Spending;
  /** Share of the phase that is done, in [0, 1]. */
  done: number;
  /** Rows asked and released, and how many a second came lately (null before that is known), while sampling. */
  rows?: { asked: number; released: number; perSecond: number | null };
}

/** What a user may change while a run goes on. */
export interface RunLimits {
  inFlight: number;
  budget: Budget;
}

/** A change to the limits: what is left out stays. */
export interface Limits {
  maxCalls?: number | null;
  maxTokens?: number | null;
  maxCost?: number | null;
  inFlight?: number;
}

/** What a sampling run and each of its shards have in common. */
export interface SampleCommon {
  runId: string;
  sampleId: string;
  store: string;
  plan: Ref;
  /** The θ that is asked, when rows are drawn by the model. */
  theta: Candidate;
  draw: 'refined' | 'model';
  distance: DistanceLevel;
  /** Draws the target sharper than it is; absent: faithfully. */
  sharpen?: boolean;
  conditions: PartialRow;
  seed: number;
  inFlight: number;
  rowsPerRequest: number;
  budget: Budget;
  /** Rows that are asked for, of the table and of each shard, count people; absent: rows, and no person is cut. */
  people?: true;
}

/** What goes from one run of the sampling workflow to the next. Its size does not grow with the table. */
export interface SampleCarry {
  /** The next shard to do: all before it are in the store. */
  next: number;
  released: number;
  spending: Spending;
  limits: RunLimits;
}

export interface SampleInput extends SampleCommon {
  /** State of the finished fit: its rows are the prior of the refined generator. */
  state: Ref;
  rows: number;
  rowsPerShard: number;
  /** Where an earlier run of this workflow stopped. */
  carry?: SampleCarry;
  /** As of a fit: it fails when it is blocked. */
  unattended?: boolean;
}

/** One part of a generated table: rows as CSV without a header. */
export interface Part {
  ref: Ref;
  rows: number;
  /** People, where these are counted. */
  people?: number;
  /** Eight bytes a row, equal for rows of equal content. */
  fingerprints: Ref;
  /** By rule of the schema: rows that have its cells, and those of them that keep it. */
  rules?: { of: number; kept: number }[];
}

export interface SampleResult {
  /** The list of parts, in their order (`Part[]`). */
  parts: Ref;
  asked: number;
  released: number;
  /** Rows looked at and not released, by reason. */
  rejections: Rejections;
  shortfall: string | null;
  /** Released rows that equal a training row, or an earlier row of the table; whether that is in the nature of the table. */
  repeats: { ofTraining: number; repeated: number; acrossParts: number; byNature: boolean };
  generator: Ref | null;
  spending: Spending;
}

export interface ShardInput extends SampleCommon {
  shard: number;
  /** Index of the shard's first row in the whole table, and rows wanted. */
  first: number;
  rows: number;
}

/** A shard that is drawn from the refined generator. */
export interface RefinedShardInput extends ShardInput {
  generator: Ref;
}

export interface ShardResult {
  part: Part;
  rejections: Rejections;
  /** Why there are fewer rows than wanted, in words, or null. */
  shortfall: string | null;
  spending: Spending;
}

export interface EvaluateInput {
  runId: string;
  sampleId: string;
  store: string;
  plan: Ref;
  /** The list of parts (`Part[]`), and how many rows they hold. */
  parts: Ref;
  rows: number;
  seed: number;
}
