import { NumericError } from '../errors.js';
import type { Random } from '../random.js';

/** Units of the hidden layer. */
const HIDDEN = 8;
/** Rows a step of gradient descent. */
const BATCH = 16;
/** Adam: step size and the decay of its two averages. */
const RATE = 0.01;
const [BETA_1, BETA_2, EPSILON] = [0.9, 0.999, 1e-8];
/** Share of a weight that each step takes away, in step sizes (decoupled weight decay). */
const WEIGHT_DECAY = 0.05;

/** One hidden layer of tanh units and a logistic output; plain JSON. */
export interface NeuralNetwork {
  features: number;
  /** For each hidden unit its bias and one weight a feature, one unit after the other; then the output's bias and one weight a unit. */
  parameters: number[];
}

export interface NeuralOptions {
  /** Weight of each row. */
  rowWeights: ArrayLike<number>;
  /** Walks over the rows. */
  epochs: number;
  random: Random;
  /** Network to go on from; small random weights when left out. */
  start?: NeuralNetwork;
}

/**
 * Fits the network by Adam on small batches, in seeded order.
 *
 * @param x Features, one array a row, finite and on comparable scales.
 * @param y 1 or 0 a row.
 * @throws NumericError when a resulting weight is not finite.
 */
export function fitNeuralNetwork(
  x: readonly Float64Array[],
  y: ArrayLike<number>,
  { rowWeights, epochs, random, start }: NeuralOptions,
): NeuralNetwork {
  const features = x[0]?.length ?? 0;
  const parameters = Float64Array.from(start?.parameters ?? randomParameters(features, random));
  const adam = createAdam(parameters);
  const gradient = new Float64Array(parameters.length);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = random.shuffle(x.map((_, row) => row));
    for (let from = 0; from < order.length; from += BATCH) {
      const batch = order.slice(from, from + BATCH);
      gradient.fill(0);
      for (const row of batch) addGradient(gradient, parameters, x[row]!, y[row]!, rowWeights[row]! / batch.length);
      adam(gradient);
    }
  }
  if (!parameters.every(Number.isFinite)) {
    throw new NumericError({ problem: 'a weight of the neural network is not a finite number' });
  }
  return { features, parameters: Array.from(parameters) };
}

/** Probability of class 1, one a row. */
export function predictNeuralNetwork({ parameters }: NeuralNetwork, x: readonly Float64Array[]): Float64Array {
  const flat = Float64Array.from(parameters);
  return Float64Array.from(x, (row) => forward(flat, row).probability);
}

function randomParameters(features: number, random: Random): number[] {
  const hidden = Array.from({ length: HIDDEN }, () => [
    0,
    ...Array.from({ length: features }, () => random.normal() / Math.sqrt(features)),
  ]).flat();
  return [...hidden, 0, ...Array.from({ length: HIDDEN }, () => random.normal() / Math.sqrt(HIDDEN))];
}

function forward(parameters: Float64Array, row: Float64Array): { activations: Float64Array; probability: number } {
  const activations = new Float64Array(HIDDEN);
  const width = row.length + 1;
  const output = HIDDEN * width;
  let margin = parameters[output]!;
  for (let unit = 0; unit < HIDDEN; unit++) {
    let sum = parameters[unit * width]!;
    for (let j = 0; j < row.length; j++) sum += row[j]! * parameters[unit * width + j + 1]!;
    const activation = Math.tanh(sum);
    activations[unit] = activation;
    margin += activation * parameters[output + unit + 1]!;
  }
  return { activations, probability: 1 / (1 + Math.exp(-margin)) };
}

/** Adds one row's gradient of the log loss, times its weight. */
function addGradient(
  gradient: Float64Array,
  parameters: Float64Array,
  row: Float64Array,
  target: number,
  weight: number,
): void {
  const { activations, probability } = forward(parameters, row);
  const width = row.length + 1;
  const output = HIDDEN * width;
  const error = (probability - target) * weight;
  gradient[output]! += error;
  for (let unit = 0; unit < HIDDEN; unit++) {
    const activation = activations[unit]!;
    gradient[output + unit + 1]! += error * activation;
    const below = error * parameters[output + unit + 1]! * (1 - activation * activation);
    gradient[unit * width]! += below;
    for (let j = 0; j < row.length; j++) if (row[j] !== 0) gradient[unit * width + j + 1]! += below * row[j]!;
  }
}

/** One step of Adam with decoupled weight decay on `parameters`, in place. Paper: Kingma & Ba 2015; Loshchilov & Hutter 2019. */
function createAdam(parameters: Float64Array): (gradient: Float64Array) => void {
  const first = new Float64Array(parameters.length);
  const second = new Float64Array(parameters.length);
  let step = 0;
  return (gradient) => {
    step += 1;
    const [bias1, bias2] = [1 - BETA_1 ** step, 1 - BETA_2 ** step];
    for (let i = 0; i < parameters.length; i++) {
      first[i] = BETA_1 * first[i]! + (1 - BETA_1) * gradient[i]!;
      second[i] = BETA_2 * second[i]! + (1 - BETA_2) * gradient[i]! ** 2;
      const move = first[i]! / bias1 / (Math.sqrt(second[i]! / bias2) + EPSILON);
      parameters[i]! -= RATE * (move + WEIGHT_DECAY * parameters[i]!);
    }
  };
}
