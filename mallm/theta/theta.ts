import type { TableSchema } from '../table/dataset.js';
import { ThetaError } from '../errors.js';

/** One arrow of the causal structure, by column names. */
export interface Edge {
  from: string;
  to: string;
}

/**
 * The text that is optimised (Eq. 1): context, schema, causal structure and task instruction.
 * Context and schema stay fixed; the causal structure (a DAG), the task instruction and the given columns evolve.
 *
 * Paper: §3.2.1, Eq. 1.
 * Departs: θ also names the columns whose cells are drawn in code, since no wording makes a model draw a column with its
 * true shares.
 */
export interface Theta {
  context: string;
  schema: TableSchema;
  causalStructure: Edge[];
  taskInstruction: string;
  /** Columns given to the generator in partial rows; absent where all chance is left to the model. */
  givenColumns?: string[];
}

/** What differs from one θ of a fit to another. */
export type EvolvingTheta = Pick<Theta, 'causalStructure' | 'taskInstruction' | 'givenColumns'>;

/** The evolving parts alone, of any object that has them. */
export function evolvingParts({ causalStructure, taskInstruction, givenColumns }: EvolvingTheta): EvolvingTheta {
  return { causalStructure, taskInstruction, ...(givenColumns && { givenColumns }) };
}

/** Longest task instruction that is accepted, characters. Departs: the authors' θ grew to 6,900, with orders that no completion can carry out. */
export const MAX_TASK_LENGTH = 1500;

/** @throws ThetaError when the task instruction is empty, a placeholder without a word (small models copy "..."), or too long. */
export function assertTaskInstruction(text: string): void {
  const length = text.trim().length;
  const empty = !/\p{L}/u.test(text);
  if (!empty && length <= MAX_TASK_LENGTH) return;
  throw new ThetaError({
    problem: empty ? 'the task instruction is empty' : 'the task instruction is too long',
    expected: `1 to ${MAX_TASK_LENGTH} characters${empty ? ' with words among them' : ''}`,
    got: String(length),
    remedy: empty ? 'Say what the writing model should heed.' : 'Say the same in fewer words.',
  });
}
