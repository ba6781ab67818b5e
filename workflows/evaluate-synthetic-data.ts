import { setHandler } from '@temporalio/workflow';
import type { Ref } from '../mallm/workflow.js';
import { computeActivities } from './activity-proxies.js';
import type { EvaluateInput, Progress } from './contract.js';
import { sampleProgress } from './progress.js';
import { progressQuery } from './run-control.js';

/** Utility, fidelity and privacy of a generated table against its held-out rows. Paper: §4.2. */
export async function evaluateSyntheticData(input: EvaluateInput): Promise<Ref> {
  const progress: Progress = { ...sampleProgress(input.rows), phase: 'evaluate' };
  setHandler(progressQuery, () => progress);
  return computeActivities().evaluateSynthetic(input);
}
