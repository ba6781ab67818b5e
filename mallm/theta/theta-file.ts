import { evolvingParts } from './theta.js';
import type { EvolvingTheta, Theta } from './theta.js';

/** One θ of a fit, numbered in the order of proposal; number 0 is the first. */
export interface ThetaRecord extends EvolvingTheta {
  number: number;
  /** The θ it was made from; null for the first. */
  parent: number | null;
  epoch: number;
  batch: number;
  /** What the optimizer received about the parent's rows, a line each; absent without feedback. */
  told?: string[];
  /** Score by the classifier of its own iteration, with its 95 % interval; null when it does not count. */
  score: number | null;
  interval: [number, number] | null;
  /** Score by the newest classifier, with its 95 % interval; null when it does not count or is out of the running. */
  adjustedScore: number | null;
  adjustedInterval: [number, number] | null;
  /** Share of the rows asked that were valid, in [0, 1]. */
  validShare: number;
  /** Whether enough rows were valid, and the classifier was not blind. */
  counted: boolean;
  /** It does not count because the classifier was blind. */
  blind?: true;
}

/** The first θ that counted and the best one, scored by one and the same classifier. */
export interface FirstAndBest {
  first: ScoreOfTheta;
  best: ScoreOfTheta;
  /** Score of the best less that of the first: below 0 the fit gained. */
  difference: number;
  /** 95 % interval of the difference; null when the first θ is the best. */
  interval: [number, number] | null;
}

interface ScoreOfTheta {
  /** Number of the θ. */
  theta: number;
  score: number;
  interval: [number, number];
}

/** `theta.json`: the best θ and how the fit came to it. Paper: Tables 4 and 10. */
export interface ThetaFile {
  version: 1;
  context: string;
  schema: Theta['schema'];
  /** Number of the best θ. */
  best: number;
  /** Null when no θ counted. */
  firstAndBest?: FirstAndBest | null;
  thetas: ThetaRecord[];
}

/** The best θ of a file as one value. */
export function bestTheta(file: ThetaFile): Theta {
  const record = file.thetas.find(({ number }) => number === file.best) ?? file.thetas[0]!;
  return { context: file.context, schema: file.schema, ...evolvingParts(record) };
}
