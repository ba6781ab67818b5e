import { solveSupportVectors, type SupportVectors } from './support-vector-solver.js';

/** One binary machine a pair of classes, in the order 0-1, 0-2, …, 1-2, …. */
export interface SupportVectorMachine {
  classes: number;
  gamma: number;
  /** Decision above 0 is for the pair's first class. */
  pairs: { first: number; second: number; machine: SupportVectors }[];
}

/**
 * Fits a support vector classifier as scikit-learn does: RBF kernel with gamma 1 / (features × variance of the matrix),
 * C = 1, tolerance 1e-3, one machine for each pair of classes. `y` holds class numbers from 0, each at least once.
 * Deterministic. Time and memory grow with the square of the rows.
 */
export function fitSupportVectorMachine(
  x: readonly Float64Array[],
  y: ArrayLike<number>,
  classes: number,
): SupportVectorMachine {
  const gamma = gammaOf(x);
  const pairs: SupportVectorMachine['pairs'] = [];
  for (let first = 0; first < classes; first++) {
    for (let second = first + 1; second < classes; second++) {
      const rows = Array.from(x.keys()).filter((row) => y[row] === first || y[row] === second);
      const signs = Float64Array.from(rows, (row) => (y[row] === first ? 1 : -1));
      const machine = solveSupportVectors(
        rows.map((row) => x[row]!),
        signs,
        gamma,
      );
      pairs.push({ first, second, machine });
    }
  }
  return { classes, gamma, pairs };
}

/** The class most pairs vote for, and a score for each class that ranks rows as the decision function does. */
export function predictSupportVectorMachine(
  { classes, gamma, pairs }: SupportVectorMachine,
  x: readonly Float64Array[],
): { predicted: Int32Array; scores: Float64Array[] } {
  const scores: Float64Array[] = [];
  const predicted = Int32Array.from(x, (row) => {
    const votes = new Float64Array(classes);
    const sums = new Float64Array(classes);
    for (const { first, second, machine } of pairs) {
      const decision = decisionOf(machine, gamma, row);
      votes[decision > 0 ? first : second]! += 1;
      sums[first]! += decision;
      sums[second]! -= decision;
    }
    scores.push(sums.map((sum, label) => (classes === 2 ? sum : votes[label]! + sum / (3 * (Math.abs(sum) + 1)))));
    return votes.indexOf(Math.max(...votes));
  });
  return { predicted, scores };
}

function gammaOf(x: readonly Float64Array[]): number {
  const features = x[0]!.length;
  const cells = x.length * features;
  let mean = 0;
  for (const row of x) for (const value of row) mean += value / cells;
  let variance = 0;
  for (const row of x) for (const value of row) variance += (value - mean) ** 2 / cells;
  return variance > 0 ? 1 / (features * variance) : 1;
}

function decisionOf({ vectors, coefficients, offset }: SupportVectors, gamma: number, row: Float64Array): number {
  let decision = -offset;
  for (let i = 0; i < vectors.length; i++) {
    const vector = vectors[i]!;
    let squares = 0;
    for (let j = 0; j < row.length; j++) squares += (vector[j]! - row[j]!) ** 2;
    decision += coefficients[i]! * Math.exp(-gamma * squares);
  }
  return decision;
}
