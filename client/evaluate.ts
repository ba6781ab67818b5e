import { TableError } from '../mallm/errors.js';
import { evaluateTable } from '../mallm/evaluation/evaluate.js';
import type { Evaluation } from '../mallm/evaluation/result.js';
import { renderEvaluation } from '../report/index.js';
import { writeWhole } from './run-folder.js';
import { readTableFile, rowsLike, typedTable } from './table-file.js';

/** Three tables with the same columns, of any generator. */
export interface EvaluateRequest {
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

/** Utility, fidelity and privacy of a synthetic table against the real rows it stands in for. Paper: §4.2. */
export async function evaluate(request: EvaluateRequest): Promise<Evaluation> {
  const { target, schema: metadata, seed = 1 } = request;
  const [trainFile, heldOutFile, syntheticFile] = await Promise.all(
    [request.train, request.heldOut, request.synthetic].map(readTableFile),
  );
  const { schema, rows: train } = await typedTable(trainFile!, { target, metadata });
  const heldOut = rowsLike(schema, heldOutFile!, request.heldOut);
  const synthetic = rowsLike(schema, syntheticFile!, request.synthetic);
  if (synthetic.length === 0) {
    throw new TableError({
      problem: `${request.synthetic} has no rows`,
      expected: 'a table of synthetic rows',
      remedy: 'Give a table with rows.',
    });
  }
  const evaluation = evaluateTable({ schema, train, heldOut, synthetic, seed, map: request.report !== undefined });
  if (request.json) await writeWhole(request.json, `${JSON.stringify(evaluation, null, 2)}\n`);
  if (request.report) {
    const name = `${syntheticFile!.name} for ${trainFile!.name}`;
    await writeWhole(request.report, renderEvaluation({ name, schema, train, synthetic, evaluation }));
  }
  return evaluation;
}
