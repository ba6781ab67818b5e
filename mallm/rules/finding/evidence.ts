import type { Rule } from '../../table/rule.js';
import type { RuleCount } from '../rule-check.js';

/** A rule that was found, with the training rows in which it applies and holds. */
export interface FoundRule extends RuleCount {
  rule: Rule;
}

/**
 * A rule is found where it would hold by chance with a probability below 2 to the power of this, all candidates of its
 * kind counted.
 */
const BITS = 12;
/** Most rows, as a share, that break a rule which is named but not enforced. */
const MOST_BROKEN = 0.05;
/** Fewest rows in which a rule applies. */
export const FEWEST_ROWS = 10;

/** Bits of evidence that a rule needs when so many were tried. */
export function bitsNeeded(candidates: number): number {
  return BITS + Math.log2(Math.max(1, candidates));
}

/** Rows of so many that may break a rule for it to be worth naming. */
export function mostBroken(rows: number): number {
  return Math.floor(MOST_BROKEN * rows);
}
