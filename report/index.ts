import type { Row, TableSchema } from '../mallm/dataset.js';
import type { Evaluation, Verdict } from '../mallm/evaluation/result.js';
import { scoreChart, structureGraph } from './charts.js';
import { columnFigures } from './columns.js';
import { escape, percent, section, table } from './html.js';
import type { ReportInput } from './input.js';
import { page } from './page.js';

export type { ReportInput } from './input.js';

/** The report of a run as one self-contained HTML page. Pure: the same input gives the same page. */
export function renderReport(input: ReportInput): string {
  const { manifest, evaluation, schema, train, synthetic } = input;
  const parts: [string, string, string][] = [
    ['overview', 'Overview', overview(input)],
    ...(evaluation
      ? [['verdicts', 'Verdicts', evaluationBody(evaluation, input.baselines)] as [string, string, string]]
      : []),
    [
      'score',
      'Score over iterations',
      `<figure>${scoreChart(manifest.trajectory)}<figcaption>Dots: score of each iteration with its 95 % interval. Line: the best so far. Lower is better; 0.5 is guessing.</figcaption></figure>`,
    ],
    ['structure', 'Causal structure', structures(input)],
    ['theta', 'θ before and after', thetas(input)],
    ['columns', 'Columns, real beside synthetic', columnFigures(schema, train, synthetic)],
    ['exposure', 'What was sent where', exposure(input)],
  ];
  const banner = manifest.simulated
    ? '<p class="banner" role="note">SIMULATED: no language model was asked. These rows show how the tool works and mean nothing.</p>'
    : '';
  return page(
    `Synthetic ${manifest.name}`,
    banner,
    parts.map(([id, title, body]) => ({ id, title, html: section(id, title, body) })),
  );
}

/** The evaluation of anybody's synthetic table as one page. */
export function renderEvaluation(input: {
  name: string;
  schema: TableSchema;
  train: Row[];
  synthetic: Row[];
  evaluation: Evaluation;
}): string {
  const { name, schema, train, synthetic, evaluation } = input;
  const parts: [string, string, string][] = [
    ['verdicts', 'Verdicts', evaluationBody(evaluation, [])],
    ['columns', 'Columns, real beside synthetic', columnFigures(schema, train, synthetic)],
  ];
  return page(
    `Evaluation of ${name}`,
    '',
    parts.map(([id, title, body]) => ({ id, title, html: section(id, title, body) })),
  );
}

function overview({ manifest }: ReportInput): string {
  const { rows, calls, tokens, trajectory, table: source, seed, draw, distance, shortfall } = manifest;
  const tiles: [string, string][] = [
    ['rows released', `${rows.released} of ${rows.asked}`],
    ['training rows', String(source.rows)],
    ['best score', percent(trajectory.at(-1)?.best ?? null)],
    ['model rows rejected', `${rows.rejected} of ${rows.accepted + rows.rejected}`],
    ['calls', String(calls)],
    ['tokens', String(tokens.prompt + tokens.completion)],
    ['drawn from', draw === 'refined' ? 'refined generator' : 'the model'],
    ['distance', distance],
    ['seed', String(seed)],
  ];
  const list = tiles.map(([term, value]) => `<div><dt>${escape(term)}</dt><dd>${escape(value)}</dd></div>`).join('');
  return `<dl class="tiles">${list}</dl>${shortfall ? `<p><b>Fewer rows than asked:</b> ${escape(shortfall)}</p>` : ''}`;
}

function evaluationBody(evaluation: Evaluation, baselines: ReportInput['baselines']): string {
  const { verdicts, notes } = evaluation;
  const one = (name: string, { level, finding, advice }: Verdict): string =>
    `<div class="verdict ${level}"><h3>${name}: ${level}</h3><p>${escape(finding)} ${escape(advice)}</p></div>`;
  const rows = [{ method: 'this table', evaluation }, ...baselines].map(({ method, evaluation: e }) => [
    method,
    e.utility ? e.utility.best.toFixed(3) : '–',
    e.utility ? e.utility.mean.toFixed(3) : '–',
    e.fidelity.columnShapes.toFixed(3),
    e.fidelity.columnPairTrends.toFixed(3),
    e.fidelity.c2st.trees.auc.toFixed(3),
    e.privacy.dcrShare.toFixed(3),
    percent(e.privacy.exactCopies),
    e.privacy.levattAuc.toFixed(3),
  ]);
  const metric = evaluation.utility?.metric ?? 'utility';
  const head = [
    '',
    `best ${metric}`,
    `mean ${metric}`,
    'shapes',
    'pairs',
    'C2ST (0.5)',
    'DCR share (0.5)',
    'copies',
    'LevAtt (0.5)',
  ];
  const ceiling = evaluation.utility
    ? `<p>The real training rows reach ${metric} ${evaluation.utility.ceiling.best.toFixed(3)} at best, ${evaluation.utility.ceiling.mean.toFixed(3)} on average.</p>`
    : '';
  return `${one('Utility', verdicts.utility)}${one('Fidelity', verdicts.fidelity)}${one('Privacy', verdicts.privacy)}${table(head, rows)}${ceiling}${notes.length ? `<ul>${notes.map((note) => `<li>${escape(note)}</li>`).join('')}</ul>` : ''}`;
}

function structures({ theta, schema }: ReportInput): string {
  const names = schema.columns.map(({ name }) => name);
  const first = theta.thetas[0]?.causalStructure ?? [];
  const last = theta.thetas.find(({ number }) => number === theta.best)?.causalStructure ?? first;
  return `<div class="two"><figure><figcaption><b>First</b></figcaption>${structureGraph(names, first)}</figure><figure><figcaption><b>Best</b> (new edges in green)</figcaption>${structureGraph(names, last, first)}</figure></div>`;
}

function thetas({ theta }: ReportInput): string {
  const first = theta.thetas[0]?.taskInstruction ?? '';
  const best = theta.thetas.find(({ number }) => number === theta.best);
  return `<p>θ number ${theta.best} of ${theta.thetas.length} was the best.</p><div class="two"><div><h3>First task instruction</h3><pre>${escape(first)}</pre></div><div><h3>Best task instruction</h3><pre>${escape(best?.taskInstruction ?? first)}</pre></div></div>`;
}

function exposure({ manifest }: ReportInput): string {
  const rows = manifest.exposure.map((host) => [
    host.host,
    host.role,
    host.model,
    host.calls,
    host.promptTokens + host.completionTokens,
    host.realRows,
    host.realRowsSent,
  ]);
  return table(['host', 'role', 'model', 'calls', 'tokens', 'different real rows', 'times a real row was sent'], rows);
}
