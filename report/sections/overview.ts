import { emptiedLines } from '../../mallm/fit/emptied.js';
import { poorYield } from '../../mallm/fit/model-yield.js';
import { blindWarning, scoreSummary } from '../../mallm/fit/score-summary.js';
import type { Content, Section } from '../html.js';
import { escape, list, paragraph, tiles } from '../html.js';
import type { ReportInput } from '../input.js';
import { count } from '../numbers.js';
import { exposureText } from './exposure.js';
import { levelMark } from './verdicts.js';

const DISTANCES = {
  off: 'off: exact copies are dropped',
  mild: 'mild: not among the nearest 15 %',
  strict: 'strict: not among the nearest 35 %',
};

/** What a reader wants to know first. */
export function overviewSection(input: ReportInput): Section {
  const { manifest, evaluation } = input;
  const { rows, calls, tokens, table, seed, draw, distance, shortfall, cost } = manifest;
  const entries: [string, Content][] = [
    ['rows released', `${count(rows.released)} of ${count(rows.asked)}`],
    ['training rows', count(table.rows)],
    ['columns', count(table.columns)],
    ['target', table.target],
    ['model calls', count(calls)],
    ['tokens', count(tokens.prompt + tokens.completion)],
    ...(cost ? [['cost', `${cost.amount.toFixed(2)} ${cost.currency}`] as [string, Content]] : []),
    ['rows drawn from', draw === 'refined' ? 'refined generator' : 'the model'],
    ['distance to real rows', DISTANCES[distance]],
    ['generator model', manifest.models.generator],
    ['optimizer model', manifest.models.optimizer],
    ['seed', String(seed)],
  ];
  const lines: Content[] = [`Score by the newest classifier: ${scoreSummary(manifest)}.`, exposureText(manifest)];
  if (evaluation) lines.unshift({ html: verdictLine(evaluation.verdicts) });
  else
    lines.unshift(
      'Not evaluated: the run had no held-out rows. Give some with --held-out, and this page judges the table.',
    );
  const yielded = poorYield(manifest);
  const weak = yielded ? `<p><b>The model hardly took part:</b> ${escape(yielded)}</p>` : '';
  const unseeing = blindWarning(manifest);
  const blind = unseeing ? `<p><b>The discriminator was blind:</b> ${escape(unseeing)}</p>` : '';
  const without = manifest.withoutModel
    ? '<p><b>Without a model:</b> no θ had enough valid rows to count. The rows are drawn from the training rows alone.</p>'
    : '';
  const ended = manifest.ended ? `<p><b>Ended early:</b> ${escape(manifest.ended)}</p>` : '';
  const emptied = emptiedLines(manifest)
    .map((line) => `<p><b>A column came out empty:</b> ${escape(line)}</p>`)
    .join('');
  const short = shortfall ? `<p><b>Fewer rows than asked:</b> ${escape(shortfall)}</p>` : '';
  return {
    id: 'overview',
    name: 'Overview',
    title: 'Overview',
    body: emptied + without + blind + weak + ended + short + list(lines) + tiles(entries) + conditions(manifest),
  };
}

function verdictLine(verdicts: NonNullable<ReportInput['evaluation']>['verdicts']): string {
  const marks = (['utility', 'fidelity', 'privacy'] as const).map(
    (name) => `${name} ${levelMark(verdicts[name].level)}`,
  );
  return `${marks.join(', ')}: see <a href="#verdicts">Verdicts</a>.`.replace('utility', 'Utility');
}

function conditions({ conditions = [], unseen = [] }: Partial<ReportInput['manifest']>): string {
  if (conditions.length === 0) return '';
  const never = unseen.length > 0 ? `${paragraph('No training row shows:')}${list(unseen)}` : '';
  return `<h3>Conditions</h3>${paragraph('Every released row was checked to satisfy all of these. Figures that compare with real rows compare with all of them, so they differ by the conditions too.')}${list(conditions)}${never}`;
}
