import type { Row } from '../../mallm/table/dataset.js';
import { TableError } from '../../mallm/errors.js';
import type { Evaluation } from '../../mallm/evaluation/result.js';
import { renderEvaluation } from '../../report/index.js';
import { writeWhole } from '../runs/run-folder.js';
import { readTableFile, rowsLike, syntheticRowsLike, typedTable } from './table-file.js';
import type { OfThread } from '../cluster/thread.js';
import { inThread } from '../cluster/thread.js';

/** Three tables with the same columns, of any generator and format. */
export interface EvaluateRequest extends OfThread {
  train: string;
  heldOut: string;
  synthetic: string;
  target: string;
  /** SDV metadata JSON that overrides the inferred columns. */
  schema?: string;
  seed?: number;
  /** Write the evaluation as a page. */
  report?: string;
  /** Write it as JSON. */
  json?: string;
}

/**
 * Utility, fidelity and privacy of a synthetic table against the real rows it is to replace, measured off the event loop.
 * Paper: §4.2.
 * @throws TableError, and Interrupted when the signal aborts; then nothing is written.
 */
export async function evaluate(request: EvaluateRequest): Promise<Evaluation> {
  const { target, schema: metadata, seed = 1 } = request;
  const [trainFile, heldOutFile, syntheticFile] = await Promise.all(
    [request.train, request.heldOut, request.synthetic].map((path) => readTableFile(path)),
  );
  const { schema, rows: train } = await typedTable(trainFile!, { target, metadata });
  const heldOut = some(rowsLike(schema, heldOutFile!, request.heldOut), request.heldOut);
  const synthetic = some(syntheticRowsLike(schema, syntheticFile!, request.synthetic), request.synthetic);
  request.onNotice?.(
    `measuring ${synthetic.length} synthetic rows beside ${train.length} training and ${heldOut.length} held-out rows`,
  );
  const input = { schema, train, heldOut, synthetic, seed, map: request.report !== undefined };
  const evaluation = await inThread(request, (run) => run('evaluateTable', input));
  if (request.json) await writeWhole(request.json, `${JSON.stringify(evaluation, null, 2)}\n`);
  if (request.report) {
    const name = `${syntheticFile!.name} for ${trainFile!.name}`;
    await writeWhole(request.report, renderEvaluation({ name, schema, train, synthetic, evaluation }));
  }
  return evaluation;
}

function some(rows: Row[], path: string): Row[] {
  if (rows.length > 0) return rows;
  throw new TableError({
    problem: `${path} has no rows`,
    expected: 'a table with rows',
    remedy: 'Give a table with rows.',
  });
}
