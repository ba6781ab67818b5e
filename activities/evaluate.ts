import type { Row } from '../mallm/table/dataset.js';
import type { RunPlan } from '../mallm/fit/plan.js';
import type { Ref } from '../mallm/reference.js';
import type { EvaluateInput, Part } from '../workflows/contract.js';
import type { Dependencies } from './dependencies.js';
import { sampleKeys } from '../store/keys.js';
import { getBytes, getObject, putVersion } from '../store/object.js';

/** Rows of a large table that are looked at: metrics on more say nothing more, and cost more than the fit. */
const MAX_ROWS = 2000;

/**
 * Evaluates a generated table against the training and held-out rows of its run. Paper: §4.2.
 * @returns the reference of the `EvaluationWithBaselines`.
 */
export async function evaluateSynthetic({ openStore, compute }: Dependencies, input: EvaluateInput): Promise<Ref> {
  const store = openStore(input.store);
  const plan = await getObject<RunPlan>(store, input.plan);
  if (!plan.heldOut) throw new Error('this run has no held-out rows');
  const [train, heldOut] = await Promise.all([
    getObject<Row[]>(store, plan.train),
    getObject<Row[]>(store, plan.heldOut),
  ]);
  let csv = '';
  let rows = 0;
  for (const part of await getObject<Part[]>(store, input.parts)) {
    if (rows >= MAX_ROWS) break;
    csv += (await getBytes(store, part.ref)).toString('utf8');
    rows += part.rows;
  }
  const evaluation = await compute.run('evaluateCsv', {
    schema: plan.schema,
    dialect: plan.dialect,
    train,
    heldOut,
    csv,
    limit: MAX_ROWS,
    seed: input.seed,
  });
  return putVersion(store, sampleKeys(input.runId, input.sampleId).evaluation, evaluation);
}
