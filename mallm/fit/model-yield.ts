import { NoModelRowsError } from '../errors.js';
import type { Rejections } from '../rejections.js';
import type { Manifest } from './manifest.js';

/** Share of the rows asked for in the first step, below which a fit does not go on: it would be a table without a model. */
const LEAST_SHARE = 0.05;

/** Reasons for a whole reply, in words; what to do about them is in `remedies`. */
const WHOLE_REPLIES: Record<string, string> = {
  refused: 'it refused',
  filtered: 'a content filter took its replies away',
  'only-thoughts': 'its thoughts used up the reply',
  'empty-reply': 'its replies were empty',
  prose: 'it wrote prose and no rows',
  markdown: 'it wrote Markdown without rows',
  'broken-json': 'its JSON was broken',
  'cut-off': 'its replies were cut off before a whole row',
  'broken-off': 'its replies broke off before a whole row',
  'no-rows': 'its replies had an empty list of rows',
  'not-in-reply': 'its replies lacked the rows',
  'partial-row-not-kept': 'it changed the cells that were given',
};

type Options = Pick<Manifest['options'], 'rowsPerRequest' | 'partialRows'>;

/** The commonest reasons in words, the most frequent first: `not-in-reply 42, out-of-range 6`; empty without any. */
export function commonReasons(rejections: Rejections, most = 3): string {
  return Object.entries(rejections)
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}

/**
 * A warning that so few rows of the model were valid that θ was hardly scored by them, with the remedy;
 * null where at least as large a share was valid as a θ needs to count.
 */
export function poorYield(manifest: Pick<Manifest, 'rows' | 'rejections' | 'options' | 'draw'>): string | null {
  const { rows, rejections, options, draw } = manifest;
  const made = rows.accepted + rows.rejected;
  if (made === 0 || rows.accepted >= options.minValidShare * made) return null;
  const share = Math.round((100 * rows.accepted) / made);
  const source = draw === 'refined' ? ', and the released rows owe more to the training rows than to the model' : '';
  return `only ${share} % of the model's rows were valid (most often: ${commonReasons(rejections)}): scores say little${source}. ${remedyFor(rejections, options)}`;
}

/**
 * Holds a fit whose model gives no rows, after its first step.
 *
 * @param made rows of the model so far, accepted and rejected, and why.
 * @throws NoModelRowsError with the reason in words and what to do.
 */
export function assertModelRows(
  { accepted, rejected, rejections }: { accepted: number; rejected: number; rejections: Rejections },
  options: Options,
): void {
  if (rejected === 0 || accepted >= Math.max(1, LEAST_SHARE * (accepted + rejected))) return;
  const [worst] = worstOf(rejections);
  const why = WHOLE_REPLIES[worst] ?? 'its rows were not valid';
  throw new NoModelRowsError({
    problem: `the model gave ${accepted === 0 ? 'no valid row' : `${accepted} valid rows`} of ${accepted + rejected} asked, so the fit was stopped after its first step: ${why} (${commonReasons(rejections)})`,
    remedy: `${remedyFor(rejections, options)} --show-reply shows what it wrote. --allow-without-model goes on all the same.`,
  });
}

/** The option that takes away the commonest fault, where there is one. */
function remedyFor(rejections: Rejections, options: Options): string {
  const [worst] = worstOf(rejections);
  const fewer = options.rowsPerRequest > 5 ? 'fewer rows a request (--rows-per-request 5)' : null;
  const less = 'less thinking (--reasoning-effort low, or the switch of the endpoint with --extra-body)';
  const remedies: Record<string, string | null> = {
    'partial-row-not-kept': options.partialRows ? 'no given cells (--no-partial-rows)' : null,
    'not-in-reply': fewer,
    'cut-off': fewer,
    'broken-off': fewer,
    'broken-json': fewer,
    'only-thoughts': less,
    refused: 'a context that says that the rows are to be invented (--context)',
    filtered: 'another context (--context)',
    prose: 'an endpoint that takes a JSON schema',
    markdown: 'an endpoint that takes a JSON schema',
  };
  return `Try ${[remedies[worst], 'a stronger model'].filter(Boolean).join(', or ')}.`;
}

function worstOf(rejections: Rejections): [reason: string, count: number] {
  return Object.entries(rejections).sort(([, a], [, b]) => b - a)[0] ?? ['', 0];
}
