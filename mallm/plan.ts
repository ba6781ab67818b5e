import type { CsvDialect, Row, TableSchema } from './dataset.js';
import type { FitOptions } from './options.js';
import type { Ref } from './reference.js';
import type { Theta } from './theta.js';

/** Everything a fit was started with: one immutable object, read by every activity of the run. */
export interface RunPlan {
  version: 1;
  runId: string;
  /** Name of the table, for people. */
  name: string;
  schema: TableSchema;
  dialect: CsvDialect;
  context: string;
  taskInstruction: string;
  /** Edges to begin with, from a θ given by hand; null searches as `options.structure` says. */
  causalStructure: Theta['causalStructure'] | null;
  options: FitOptions;
  train: Ref;
  /** Real rows kept out of the fit altogether, for the evaluation; null when there are none. */
  heldOut: Ref | null;
}

/** One θ as it is stored; its context and schema stand in the plan. */
export interface StoredTheta {
  number: number;
  parent: number | null;
  epoch: number;
  batch: number;
  causalStructure: Theta['causalStructure'];
  taskInstruction: string;
  /** What the optimizer was told of its parent's rows; aggregates only. */
  told: string[];
}

/** Rows that one group of model calls gave, in the order of the calls. */
export interface StoredRows {
  theta: number;
  rows: Row[];
  /** Rows asked of the model. */
  asked: number;
  calls: StoredCall[];
}

/** One model call as far as the exposure report needs it. */
export interface StoredCall {
  host: string;
  model: string;
  simulated: boolean;
  promptTokens: number;
  completionTokens: number;
  /** Training rows shown in the prompt, by index. */
  shown: number[];
}

export function thetaOf(plan: RunPlan, { causalStructure, taskInstruction }: StoredTheta): Theta {
  return { context: plan.context, schema: plan.schema, causalStructure, taskInstruction };
}
