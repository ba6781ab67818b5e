import type { Row, TableSchema } from '../table/dataset.js';
import { columnNotes } from './column-shifts.js';
import { measureFidelity } from './fidelity.js';
import { mapRows } from './map.js';
import { measurePrivacy } from './privacy.js';
import { realIdentifiers } from './verdicts/released-values.js';
import type { Evaluation } from './result.js';
import { ruleFigures } from './rules.js';
import { evaluationTables } from './tables.js';
import { measureUtility } from './utility.js';
import { verdictsOf } from './verdicts/verdicts.js';

/** The three tables of one schema, and the seed of folds, forests, halves and map. */
export interface EvaluationInput {
  schema: TableSchema;
  /** Rows the generator learned from. */
  train: readonly Row[];
  /** Real rows it never saw; those that occur in train are dropped first. */
  heldOut: readonly Row[];
  synthetic: readonly Row[];
  seed: number;
  /** Whether to draw the map too (seconds more). */
  map?: boolean;
}

/**
 * Utility, fidelity and privacy of synthetic rows, with a verdict for each. Deterministic for a seed, and never NaN: what
 * cannot be measured is null, left out, or named in `notes` or `privacy.silent`. About a second for 100 training, 200
 * held-out and 100 synthetic rows: keep it off the event loop.
 * @throws TableError when a table is empty or the target is neither a number nor a label.
 *
 * Paper: §4.2.
 */
export function evaluateTable(input: EvaluationInput): Evaluation {
  const tables = evaluationTables(input);
  const { plain, scaled, notes } = measureUtility(tables, input.seed);
  const measured = {
    rows: { train: tables.train.rows, heldOut: tables.heldOut.rows, synthetic: tables.synthetic.rows },
    utility: plain,
    utilityScaled: scaled,
    fidelity: { ...measureFidelity(tables, input.seed), rules: ruleFigures(input.schema, input) },
    privacy: { ...measurePrivacy(tables, input.seed), realIdentifiers: realIdentifiers(input.schema, input) },
  };
  const map = input.map ? mapRows(tables, input.seed) : null;
  return {
    version: 1,
    target: input.schema.target,
    task: tables.task,
    heldOutDropped: tables.heldOutDropped,
    ...measured,
    ...(map ? { map } : {}),
    verdicts: verdictsOf(measured),
    notes: [...tables.notes, ...columnNotes(tables), ...notes],
  };
}
