import {
  fitBoostedClasses,
  fitBoostedTrees,
  predictBoostedClasses,
  predictBoostedTrees,
} from '../learning/boosted-trees.js';
import { fitLinearRegression, predictLinearRegression } from './learners/linear-regression.js';
import { fitLogisticRegression, predictLogisticRegression } from './learners/logistic-regression.js';
import { fitRandomForest, predictRandomForest } from './learners/random-forest.js';
import { fitSupportVectorMachine, predictSupportVectorMachine } from './learners/support-vector-machine.js';

/** What is learned from, what is predicted, and the seed of a model that draws. */
export interface Lesson {
  x: Float64Array[];
  y: ArrayLike<number>;
  testX: Float64Array[];
  /** Number of classes, each at least once in `y`; 1 for regression. */
  classes: number;
  seed: number;
}

/** Class (or value) of each row, and one score a class for ranking. */
export interface Prediction {
  predicted: ArrayLike<number>;
  scores: ArrayLike<number>[];
}

/** A model of the utility heading. */
export interface UtilityModel {
  name: string;
  /** Whether scaling the features can change what it predicts. */
  feelsScale: boolean;
  predict: (lesson: Lesson) => Prediction;
}

/** Boosted trees of the authors' code. */
const BOOSTING = { rounds: 100, depth: 3, learningRate: 0.1 };

/** Paper: §4.2; parameters of the authors' code. */
export const CLASSIFIERS: readonly UtilityModel[] = [
  { name: 'logisticRegression', feelsScale: true, predict: logisticRegression },
  { name: 'randomForest', feelsScale: false, predict: forestClassifier },
  { name: 'supportVectorMachine', feelsScale: true, predict: supportVectorMachine },
  { name: 'boostedTrees', feelsScale: false, predict: boostedClassifier },
];

/** Paper: §4.2; parameters of the authors' code. */
export const REGRESSORS: readonly UtilityModel[] = [
  { name: 'linearRegression', feelsScale: false, predict: linearRegression },
  { name: 'randomForest', feelsScale: false, predict: forestRegressor },
  { name: 'boostedTrees', feelsScale: false, predict: boostedRegressor },
];

function logisticRegression({ x, y, testX, classes }: Lesson): Prediction {
  return byProbability(predictLogisticRegression(fitLogisticRegression(x, y, classes), testX));
}

function forestClassifier({ x, y, testX, classes, seed }: Lesson): Prediction {
  return byProbability(predictRandomForest(fitRandomForest(x, y, { classes, seed }), testX));
}

function supportVectorMachine({ x, y, testX, classes }: Lesson): Prediction {
  return predictSupportVectorMachine(fitSupportVectorMachine(x, y, classes), testX);
}

function boostedClassifier({ x, y, testX, classes }: Lesson): Prediction {
  if (classes > 2) return byProbability(predictBoostedClasses(fitBoostedClasses(x, y, classes, BOOSTING), testX));
  const model = fitBoostedTrees(x, y, { ...BOOSTING, objective: 'logistic' });
  return byProbability(Array.from(predictBoostedTrees(model, testX), (p) => Float64Array.of(1 - p, p)));
}

function linearRegression({ x, y, testX }: Lesson): Prediction {
  return { predicted: predictLinearRegression(fitLinearRegression(x, y), testX), scores: [] };
}

function forestRegressor({ x, y, testX, seed }: Lesson): Prediction {
  const means = predictRandomForest(fitRandomForest(x, y, { classes: null, seed }), testX);
  return { predicted: means.map((mean) => mean[0]!), scores: [] };
}

function boostedRegressor({ x, y, testX }: Lesson): Prediction {
  const model = fitBoostedTrees(x, y, { ...BOOSTING, objective: 'squared' });
  return { predicted: predictBoostedTrees(model, testX), scores: [] };
}

/** The first class of highest probability. */
function byProbability(scores: Float64Array[]): Prediction {
  return { predicted: Int32Array.from(scores, (row) => row.indexOf(Math.max(...row))), scores };
}
