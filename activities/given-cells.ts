import type { PartialRow } from '../mallm/conditions/condition.js';
import type { Row } from '../mallm/table/dataset.js';
import { drawPartialRows } from '../mallm/generator/partial-rows.js';
import type { RunPlan, StoredTheta } from '../mallm/fit/plan.js';
import { seedOf } from '../mallm/random.js';
import type { CallsOfTheta, GenerateRowsInput, ModelCall } from '../workflows/activity-contract.js';

/** Steps whose cells are kept: the calls of a step are spread over many activities, several steps side by side. */
const STEPS_KEPT = 8;

interface Ask {
  plan: RunPlan;
  trainRows: Row[];
  theta: StoredTheta;
  input: GenerateRowsInput;
  ofTheta: CallsOfTheta;
  call: ModelCall;
}

const drawn = new Map<string, PartialRow[]>();

/**
 * Given cells of one call: the conditions of a sampling run, or, where the options say so, cells drawn from the marginals.
 * These are drawn for the whole step at once, so that every label gets its share over all calls, and kept for its other
 * calls; all θ of a step get the same.
 */
export function givenCells(ask: Ask): PartialRow[] | undefined {
  const { plan, input, call } = ask;
  if (Object.keys(input.conditions).length > 0) return Array.from({ length: call.rows }, () => input.conditions);
  if (!plan.options.partialRows) return undefined;
  return cellsOfStep(ask).slice(call.first, call.first + call.rows);
}

function cellsOfStep({ plan, trainRows, theta, input, ofTheta }: Ask): PartialRow[] {
  const key = [input.plan.sha256, input.step, ofTheta.theta.ref.sha256, ofTheta.rowsOfStep].join();
  const known = drawn.get(key);
  if (known) return known;
  const cells = drawPartialRows({
    schema: plan.schema,
    rows: trainRows,
    edges: theta.causalStructure,
    count: ofTheta.rowsOfStep,
    columns: theta.givenColumns,
    seed: seedOf(plan.options.seed, 'partial', input.step),
  });
  drawn.set(key, cells);
  if (drawn.size > STEPS_KEPT) drawn.delete(drawn.keys().next().value!);
  return cells;
}
