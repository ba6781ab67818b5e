import { fidelityVerdict } from './fidelity-verdict.js';
import { privacyVerdict } from './privacy-verdict.js';
import type { Evaluation } from '../result.js';
import { utilityVerdict } from './utility-verdict.js';

/** What was measured, with the sizes that say how far to trust it. */
type Measured = Pick<Evaluation, 'utility' | 'utilityScaled' | 'fidelity' | 'privacy' | 'rows'>;

/** A verdict for each heading: what was found, in words, and what to do about it. */
export function verdictsOf(measured: Measured): Evaluation['verdicts'] {
  const { utility, utilityScaled, fidelity, privacy, rows } = measured;
  return {
    utility: utilityVerdict(utilityScaled ?? utility, rows.heldOut, fidelity),
    fidelity: fidelityVerdict(fidelity),
    privacy: privacyVerdict(privacy),
  };
}
