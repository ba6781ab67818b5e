import type { Row, TableSchema } from '../mallm/table/dataset.js';
import type { Evaluation } from '../mallm/evaluation/result.js';
import type { Manifest } from '../mallm/fit/manifest.js';
import type { ThetaFile } from '../mallm/theta/theta-file.js';

/** Everything the report shows. Rows are drawn as aggregates only; the page contains no row of the training table. */
export interface ReportInput {
  manifest: Manifest;
  theta: ThetaFile;
  schema: TableSchema;
  /** Training rows, and released rows (a large table's first ones). */
  train: Row[];
  synthetic: Row[];
  /** Null when the run has no held-out rows. */
  evaluation: Evaluation | null;
  /** The same training rows given to simple generators, evaluated alike; empty without held-out rows. */
  baselines: { method: string; evaluation: Evaluation }[];
}
