import type { TableSchema } from './dataset.js';

/** One arrow of the causal structure, by column names. */
export interface Edge {
  from: string;
  to: string;
}

/**
 * The text that is optimised (Eq. 1): context, schema, causal structure and task instruction.
 * Context and schema stay fixed; the causal structure (a DAG) and the task instruction evolve.
 *
 * Paper: §3.1, Eq. 1.
 */
export interface Theta {
  context: string;
  schema: TableSchema;
  causalStructure: Edge[];
  taskInstruction: string;
}

/** Longest task instruction that is accepted, characters. Departs: the authors' θ grew to 6,900; orders nobody can carry out. */
export const MAX_TASK_LENGTH = 1500;
