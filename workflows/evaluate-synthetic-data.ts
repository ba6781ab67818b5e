import { computeActivities } from './activity-proxies.js';
import type { EvaluateInput } from './contract.js';
import type { Ref } from '../mallm/workflow.js';

/** Utility, fidelity and privacy of a generated table against its held-out rows. Paper: §4.2. */
export async function evaluateSyntheticData(input: EvaluateInput): Promise<Ref> {
  return computeActivities().evaluateSynthetic(input);
}
