import { evolvingParts } from './theta.js';
import type { EvolvingTheta, Theta } from './theta.js';

/** One θ of a fit, numbered in the order of proposal; number 0 is the first. */
export interface ThetaRecord extends EvolvingTheta {
  number: number;
  /** The θ it was made from; null for the first. */
  parent: number | null;
  epoch: number;
  batch: number;
  /** What the optimizer was told gave the parent's rows away, a line each; absent without feedback. */
  told?: string[];
  /** Score when it was first scored, and re-scored by the newest discriminator; null when its rows did not count. */
  score: number | null;
  adjustedScore: number | null;
  interval: [number, number] | null;
  /** Share of the rows asked that were valid, in [0, 1]. */
  validShare: number;
  /** Whether enough rows were valid for it to count. */
  counted: boolean;
}

/** `theta.json`: the best θ and how the fit came to it. Paper: Tables 4 and 10. */
export interface ThetaFile {
  version: 1;
  context: string;
  schema: Theta['schema'];
  /** Number of the best θ. */
  best: number;
  thetas: ThetaRecord[];
}

/** The best θ of a file as one value. */
export function bestTheta(file: ThetaFile): Theta {
  const record = file.thetas.find(({ number }) => number === file.best) ?? file.thetas[0]!;
  return { context: file.context, schema: file.schema, ...evolvingParts(record) };
}
