import type { CsvDialect, Row, TableSchema } from '../table/dataset.js';
import type { ColumnProtection } from '../table/protection/column-protection.js';
import type { FitOptions } from '../options.js';
import { givenColumns } from '../theta/given-columns.js';
import type { Ref } from '../reference.js';
import { evolvingParts } from '../theta/theta.js';
import type { Edge, EvolvingTheta, Theta } from '../theta/theta.js';

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
  /** Columns to give to begin with, from a θ given by hand; null gives the target and the roots. */
  givenColumns: string[] | null;
  options: FitOptions;
  /** What was protected in the training rows, and columns that are kept as they are; plans of older versions lack them. */
  protections?: ColumnProtection[];
  keepColumns?: string[];
  /** Keys of real rows that are not among the training rows, by column name: none to give out. */
  keysLeftOut?: Record<string, string[]>;
  /** Go on when the model gives (nearly) no valid rows; plans of older versions lack it. */
  allowWithoutModel?: boolean;
  train: Ref;
  /** Real rows kept out of the fit altogether, for the evaluation; null when there are none. */
  heldOut: Ref | null;
}

/** One θ as it is stored; its context and schema are in the plan. */
export interface StoredTheta extends EvolvingTheta {
  number: number;
  parent: number | null;
  epoch: number;
  batch: number;
  /** Differences of its parent's rows from the real ones, as the optimizer received them; aggregates only. */
  told: string[];
}

/** Rows of one group of model calls, in the order of the calls. */
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
  /** How many of the group's rows came of this call. */
  rows?: number;
  /** Valid rows that did not keep their given cells: they fill no slot, but belong to the model's pool. */
  unplaced?: Row[];
}

/** Edges that a fit begins with, unless they are to be searched in the training rows: then null. */
export function edgesToBeginWith({
  causalStructure,
  options,
}: Pick<RunPlan, 'causalStructure' | 'options'>): Edge[] | null {
  if (causalStructure !== null) return causalStructure;
  if (options.structure === 'hill-climbing') return null;
  return options.structure === 'given' ? options.edges : [];
}

/** What evolves of the first θ. Paper: §3.2.1. */
export function firstParts(plan: Omit<RunPlan, 'runId' | 'train' | 'heldOut'>, causalStructure: Edge[]): EvolvingTheta {
  const { schema, options, taskInstruction } = plan;
  const given = options.partialRows ? (plan.givenColumns ?? givenColumns(schema, causalStructure)) : undefined;
  return evolvingParts({ causalStructure, taskInstruction, givenColumns: given });
}

export function thetaOf({ context, schema }: RunPlan, stored: StoredTheta): Theta {
  return { context, schema, ...evolvingParts(stored) };
}
