/** How well a classifier separates real from synthetic rows (L(f) of the paper); lower is better. */
export interface Score {
  /** Fraction in [0, 1]: an accuracy, or an AUC of at least 0.5. */
  value: number;
  /** 95 % interval. */
  interval: Interval;
}

export type Interval = [low: number, high: number];

/** A score less another one under the same classifier, with its 95 % interval: below 0 the second θ is the better. */
export interface Difference {
  value: number;
  interval: Interval;
}
