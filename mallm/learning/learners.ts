import type { BoostedTrees } from './boosted-trees.js';
import { fitBoostedTrees, predictBoostedTrees } from './boosted-trees.js';
import { createRandom } from '../random.js';
import type { LogisticWeights } from './logistic-regression.js';
import { fitLogisticRegression, predictLogisticRegression } from './logistic-regression.js';
import type { NeuralNetwork } from './neural-network.js';
import { fitNeuralNetwork, predictNeuralNetwork } from './neural-network.js';

/** Paper: Suppl. 2.2 (depth 3, eta 0.3). */
const TREES = { depth: 3, learningRate: 0.3, objective: 'logistic' } as const;
/** Rounds of the first fit and of each later one; of an earlier model, the oldest trees beyond the greatest number go. */
const ROUNDS = { first: 30, later: 5, most: 80 };
const LOGISTIC = { ridge: 5, steps: 100 };
/** Share of an earlier model's say that is left in the next: θ moves on, and so do the faults of its rows. */
const MEMORY = { logistic: 0.9, trees: 0.7 };
const EPOCHS = { first: 30, later: 10 };

/** A fitted model of each kind that was asked for; plain JSON. */
export interface Models {
  'logistic-regression'?: LogisticWeights;
  'boosted-trees'?: BoostedTrees;
  'neural-network'?: NeuralNetwork;
}

/** The kinds of classifier, and the mean of two of them. Paper: Table 6. */
export type DiscriminatorKind = 'logistic-regression' | 'boosted-trees' | 'neural-network' | 'ensemble';

/**
 * Fits the models of a kind to separate class 1 (real) from class 0 (synthetic), both classes of equal weight in all
 * whatever their numbers of rows, going on from earlier models where there are any. Deterministic for a seed.
 *
 * @throws NumericError when a feature or a weight is not finite.
 */
export function fitModels(
  kind: DiscriminatorKind,
  x: Float64Array[],
  y: Float64Array,
  { previous = {}, seed }: { previous?: Models; seed: number },
): Models {
  const rowWeights = balancedWeights(y);
  const models: Models = {};
  for (const member of membersOf(kind)) {
    if (member === 'logistic-regression') {
      const start = previous[member]?.map((weight) => weight * MEMORY.logistic);
      models[member] = fitLogisticRegression(x, y, { ...LOGISTIC, rowWeights, start });
    } else if (member === 'boosted-trees') {
      models[member] = fitTrees(x, y, rowWeights, previous[member]);
    } else {
      const start = previous[member];
      const epochs = start ? EPOCHS.later : EPOCHS.first;
      models[member] = fitNeuralNetwork(x, y, { rowWeights, epochs, random: createRandom(seed), start });
    }
  }
  return models;
}

/** Probability of class 1, one a row: the mean over the models. 0.5 where there is none. */
export function predictModels(models: Models, x: Float64Array[]): Float64Array {
  const { 'logistic-regression': weights, 'boosted-trees': trees, 'neural-network': network } = models;
  const predictions = [
    ...(weights ? [predictLogisticRegression(weights, x)] : []),
    ...(trees ? [predictBoostedTrees(trees, x)] : []),
    ...(network ? [predictNeuralNetwork(network, x)] : []),
  ];
  if (predictions.length === 0) return new Float64Array(x.length).fill(0.5);
  return Float64Array.from(
    x,
    (_, row) => predictions.reduce((sum, values) => sum + values[row]!, 0) / predictions.length,
  );
}

function membersOf(kind: DiscriminatorKind): (keyof Models)[] {
  return kind === 'ensemble' ? ['logistic-regression', 'boosted-trees'] : [kind];
}

function fitTrees(x: Float64Array[], y: Float64Array, weights: Float64Array, previous?: BoostedTrees): BoostedTrees {
  if (!previous) return fitBoostedTrees(x, y, { ...TREES, rounds: ROUNDS.first, weights });
  const kept = previous.trees.slice(Math.max(0, previous.trees.length + ROUNDS.later - ROUNDS.most));
  const faded = kept.map((tree) => ({ ...tree, value: tree.value.map((value) => value * MEMORY.trees) }));
  return fitBoostedTrees(x, y, { ...TREES, rounds: ROUNDS.later, weights, startFrom: { ...previous, trees: faded } });
}

/** Weights under which the two classes weigh the same, one a row on average. */
function balancedWeights(y: Float64Array): Float64Array {
  const real = y.reduce((sum, value) => sum + value, 0);
  return y.map((value) => y.length / 2 / (value === 1 ? real : y.length - real));
}
