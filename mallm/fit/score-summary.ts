import type { Manifest } from './manifest.js';

/**
 * The first θ against the best one, under one classifier, in words: `77.3 % at first, 74.6 % at best (difference −2.7,
 * 95 % −5.1 to −0.3)`.
 */
export function scoreSummary({ firstAndBest }: Pick<Manifest, 'firstAndBest'>): string {
  if (!firstAndBest) return 'none: no θ counted';
  const { first, best, difference, interval } = firstAndBest;
  if (!interval) return `${percent(first.score)} for the first θ, which is the best: no later one has a lower score`;
  const points = `difference ${hundredfold(difference)}, 95 % ${hundredfold(interval[0])} to ${hundredfold(interval[1])}`;
  return `${percent(first.score)} at first, ${percent(best.score)} at best (${points})`;
}

/** Warning and remedy when the discriminator was blind in some iteration; null when it never was. */
export function blindWarning({ trajectory, options }: Pick<Manifest, 'trajectory' | 'options'>): string | null {
  const blind = trajectory.filter((point) => point.blind).length;
  if (blind === 0) return null;
  const how = blind === trajectory.length ? 'every iteration' : `${blind} of ${trajectory.length} iterations`;
  const others = [
    options.score === 'accuracy' ? '--score auc' : null,
    options.discriminator === 'ensemble' ? null : '--discriminator ensemble',
    '--batch-size with more rows',
  ];
  return `in ${how} the discriminator predicted one class for every row, or failed on its own training rows. Such a score is no evidence: expected a discriminator that separates its own training rows, so the θ concerned do not count. Try ${others.filter(Boolean).join(', or ')}.`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Percentage points with a true minus. */
function hundredfold(share: number): string {
  const text = (100 * share).toFixed(1);
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−');
}
