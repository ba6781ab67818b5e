import type { Manifest } from './manifest.js';
import type { Rejections } from '../rejections.js';

/** The commonest reasons in words, the most frequent first: `not-in-reply 42, out-of-range 6`; empty without any. */
export function commonReasons(rejections: Rejections, most = 3): string {
  return Object.entries(rejections)
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}

/**
 * Warning and remedy when the share of valid model rows is below `minValidShare`, so that scores say little of the model;
 * null otherwise, and when no row was made.
 */
export function poorYield(manifest: Pick<Manifest, 'rows' | 'rejections' | 'options' | 'draw'>): string | null {
  const { rows, rejections, options, draw } = manifest;
  const made = rows.accepted + rows.rejected;
  if (made === 0 || rows.accepted >= options.minValidShare * made) return null;
  const share = Math.round((100 * rows.accepted) / made);
  const source = draw === 'refined' ? ', and the released rows owe more to the training rows than to the model' : '';
  return `only ${share} % of the model's rows were valid (most often: ${commonReasons(rejections)}): scores say little${source}. ${remedyFor(rejections, options)}`;
}

/** The option that takes away the commonest fault, where there is one. */
function remedyFor(rejections: Rejections, options: Manifest['options']): string {
  const [worst] = Object.entries(rejections).sort(([, a], [, b]) => b - a)[0]!;
  const fewer = options.rowsPerRequest > 5 ? 'fewer rows a request (--rows-per-request 5)' : null;
  const remedies: Record<string, string | null> = {
    'partial-row-not-kept': options.partialRows ? 'no given cells (--no-partial-rows)' : null,
    'not-in-reply': fewer,
    'cut-off': fewer,
    'not-json': fewer,
  };
  return `Try ${[remedies[worst], 'a stronger model'].filter(Boolean).join(', or ')}.`;
}
