/**
 * Whether a fit no longer gains: in none of the last `patience` iterations a new θ has become the best, all θ being scored
 * by the newest classifier. A patience of 0 never converges.
 *
 * Paper: §3.2 (until the accuracy no longer improves), without a number of iterations.
 */
export function hasConverged(iterationsWithoutGain: number, patience: number): boolean {
  return patience > 0 && iterationsWithoutGain >= patience;
}
