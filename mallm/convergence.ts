/** Gains below this are no gain. */
const TOLERANCE = 1e-6;

/**
 * Whether the best score no longer improves: none of the last `patience` iterations is better than the best before them.
 * Scores are one an iteration, in order, lower is better; they may rise when old pairs are scored again. A patience of 0
 * never converges.
 *
 * Paper: §3.2.2 (until the accuracy no longer improves).
 */
export function hasConverged(bestScores: readonly number[], patience: number): boolean {
  if (patience === 0 || bestScores.length <= patience) return false;
  const before = Math.min(...bestScores.slice(0, -patience));
  const since = Math.min(...bestScores.slice(-patience));
  return since >= before - TOLERANCE;
}
