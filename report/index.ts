import type { Row, TableSchema } from '../mallm/table/dataset.js';
import type { Evaluation } from '../mallm/evaluation/result.js';
import type { Section } from './html.js';
import type { ReportInput } from './input.js';
import { page } from './page.js';
import { baselinesSection } from './sections/baselines.js';
import { columnsSection } from './sections/columns.js';
import { exposureSection } from './sections/exposure.js';
import { fidelitySection } from './sections/fidelity.js';
import { mapSection } from './sections/map.js';
import { overviewSection } from './sections/overview.js';
import { privacySection } from './sections/privacy.js';
import { protectionSection } from './sections/protection.js';
import { rowsSection } from './sections/rows.js';
import { scoreSection } from './sections/score.js';
import { settingsSection } from './sections/settings.js';
import { structureSection } from './sections/structure.js';
import { thetaSection } from './sections/theta.js';
import { utilitySection } from './sections/utility.js';
import { verdictsSection } from './sections/verdicts.js';

export type { ReportInput } from './input.js';

const SIMULATED =
  '<p class="banner" role="note">SIMULATED: no language model was asked. These rows show how the tool works and mean nothing.</p>';

/**
 * The report of a run as one self-contained HTML page: no script, no request, no real row. Pure: the same input gives
 * the same page. Without an evaluation the parts that need held-out rows are left out.
 */
export function renderReport(input: ReportInput): string {
  const { manifest, theta, evaluation, baselines, schema, train, synthetic } = input;
  const judged = evaluation ? judgement(evaluation, baselines, schema, train) : [];
  const sections = [
    overviewSection(input),
    ...judged.slice(0, 1),
    scoreSection(theta, manifest),
    structureSection(theta, manifest),
    thetaSection(theta, manifest),
    columnsSection(schema, train, synthetic, evaluation),
    ...judged.slice(1),
    exposureSection(manifest),
    ...protectionSection(manifest),
    rowsSection(manifest),
    settingsSection(manifest),
  ];
  return page(`Synthetic ${manifest.name}`, manifest.simulated ? SIMULATED : '', sections);
}

/** The evaluation of a synthetic table from any source, as one page of the same kind. */
export function renderEvaluation(input: {
  name: string;
  schema: TableSchema;
  train: Row[];
  synthetic: Row[];
  evaluation: Evaluation;
}): string {
  const { name, schema, train, synthetic, evaluation } = input;
  const [verdicts, ...rest] = judgement(evaluation, [], schema, train);
  return page(`Evaluation of ${name}`, '', [verdicts!, columnsSection(schema, train, synthetic, evaluation), ...rest]);
}

/** What needs an evaluation, the verdicts first. */
function judgement(
  evaluation: Evaluation,
  baselines: ReportInput['baselines'],
  schema: TableSchema,
  train: readonly Row[],
): Section[] {
  return [
    verdictsSection(evaluation),
    utilitySection(evaluation, baselines),
    fidelitySection(schema, train, evaluation),
    privacySection(evaluation),
    mapSection(evaluation),
    baselinesSection(evaluation, baselines),
  ].filter((section) => section !== null);
}
