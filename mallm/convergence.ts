/** Gains below this are no gain. */
const TOLERANCE = 1e-6;

/**
 * The scores of a fit with one more, as few as `hasConverged` needs: the lowest of the old ones, then the last `patience`.
 * However long the fit, no more than `patience` + 1 of them are kept.
 */
export function withBestScore(bestScores: readonly number[], score: number, patience: number): number[] {
  const scores = [...bestScores, score];
  const old = scores.slice(0, scores.length - patience);
  return old.length > 1 ? [Math.min(...old), ...scores.slice(old.length)] : scores;
}

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
