import type { TableFormat } from '../output/table-content.js';
import type { PartialRow } from '../mallm/conditions/condition.js';
import type { Ref } from '../mallm/reference.js';
import type { Budget, Spending } from '../mallm/fit/spending.js';
import type { DistanceLevel } from '../mallm/refinement/row-distance.js';
import type { FitCarry, FitShape, OptimizeThetaResult, SampleCommon, SampleResult } from './contract.js';

/** What a schedule regenerates from, and how: one immutable object of the store. */
export interface ScheduleSpec {
  version: 1;
  name: string;
  /** Prefix of all its objects in the store; another one for each schedule that was ever made. */
  prefix: string;
  fit: FitInUse;
  /** URL of the folder or bucket prefix that outputs are written to. */
  out: string;
  rows: number;
  draw: 'refined' | 'model';
  distance: DistanceLevel;
  conditions: PartialRow;
  /** How the table is written. Schedules made before there was a choice have none: `csv`. */
  format?: TableFormat;
  /** Outputs that are kept, newest first; null keeps all. */
  keep: number | null;
  refit: RefitRule;
}

/** When θ is fitted anew before rows are drawn. */
export interface RefitRule {
  /** Where the workers read the table (absolute path or `s3://…`), to see whether it changed; null does not look. */
  table: string | null;
  /** Share of a changed table that is held out; null keeps the held-out rows of the first fit. */
  heldOutShare: number | null;
  /** Quality of the last output below which θ is fitted anew; null never. */
  below: number | null;
  /** Bounds of each refit. */
  budget: Pick<Budget, 'maxCalls' | 'maxTokens' | 'maxCost'>;
}

/** A finished fit that rows are drawn from. */
export interface FitInUse {
  runId: string;
  name: string;
  createdAt: string;
  plan: Ref;
  shape: FitShape;
  fitted: OptimizeThetaResult;
  /** SHA-256 of the table it was made of; null when it was not read. */
  table: string | null;
}

/** A fit that is to be made. */
export interface PlannedRefit extends Omit<FitInUse, 'fitted'> {
  cause: 'table' | 'quality';
}

export interface RegenerateInput {
  schedule: string;
  store: string;
  spec: Ref;
}

/** What is known after a slot, and decides on the next one. */
export interface SlotState {
  fit: FitInUse;
  /** A refit that was begun and not finished: the next slot goes on with it. */
  refit: PlannedRefit | null;
  /** Quality of the last output, and whether it came right after a refit for quality's sake. */
  quality: { value: number; refitted: boolean } | null;
}

/** What a slot came to. `skipped` made no output and failed in nothing; `blocked` waits for quota, a key or a disk. */
export type SlotOutcome = 'regenerated' | 'refitted' | 'skipped' | 'blocked' | 'failed' | 'cancelled';

/** The account of one slot, kept in the store. */
export interface SlotRecord {
  version: 1;
  /** The time the schedule meant, ISO 8601 in UTC, to the second. */
  slot: string;
  startedAt: string;
  finishedAt: string;
  outcome: SlotOutcome;
  why: string;
  output: SlotOutput | null;
  /** Model calls that were paid for. */
  spending: Spending;
  state: SlotState;
}

export interface SlotOutput {
  /** URL of the output's folder. */
  url: string;
  rows: number;
  shortfall: string | null;
  /** See `mallm/quality.ts`; null without held-out rows. */
  quality: number | null;
}

/** What is to be done in a slot, as decided from the last record and the table. */
export interface OpenedSlot {
  state: SlotState;
  why: string;
  /** The output of this slot is there already. */
  output: SlotOutput | null;
  refit: (PlannedRefit & { carry?: FitCarry }) | null;
  sample: SlotSample;
  /** Whether there are held-out rows to evaluate the output with. */
  evaluated: boolean;
}

/** What is drawn in a slot, but for the θ it is drawn from. */
export interface SlotSample extends Pick<
  SampleCommon,
  'sampleId' | 'draw' | 'distance' | 'conditions' | 'seed' | 'inFlight' | 'rowsPerRequest'
> {
  rows: number;
}

/** What a slot that is under way does now. */
export interface SlotProgress {
  doing: 'deciding' | 'refitting' | 'drawing' | 'evaluating' | 'writing';
  why: string;
}

export interface OpenSlotInput extends RegenerateInput {
  slot: string;
}

export interface WriteOutputInput {
  store: string;
  spec: Ref;
  slot: string;
  outcome: 'regenerated' | 'refitted';
  why: string;
  fit: FitInUse;
  sample: SlotSample;
  drawn: SampleResult;
  evaluated: Ref | null;
  /** An input, not read from a clock: a repeated write gives the same files. */
  finishedAt: string;
}

export interface CloseSlotInput {
  store: string;
  spec: Ref;
  /** The account of the slot; without a state it was not opened, and leaves things as they were. */
  record: Omit<SlotRecord, 'state'> & { state: SlotState | null };
}
