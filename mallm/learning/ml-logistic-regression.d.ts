/** What is used of ml-logistic-regression 2.0.0, which comes without types. */
declare module 'ml-logistic-regression' {
  import type { Matrix } from 'ml-matrix';

  export interface TwoClassRegression {
    /** One row; null until `train` has run. */
    weights: Matrix | null;
    train(features: Matrix, target: Matrix): void;
  }

  class LogisticRegression {
    static load(model: {
      name: 'LogisticRegression';
      numberClasses: number;
      classifiers: { numSteps: number; learningRate: number }[];
    }): LogisticRegression;
    classifiers: TwoClassRegression[];
  }

  export { LogisticRegression as default };
}
