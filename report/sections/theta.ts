import { structureChanges } from '../../mallm/theta/causal-structure.js';
import type { Manifest } from '../../mallm/fit/manifest.js';
import { thetaChanges, type TextChange, type ThetaChanges } from '../../mallm/theta/theta-changes.js';
import { bestTheta, type ThetaFile, type ThetaRecord } from '../../mallm/theta/theta-file.js';
import { details, escape, list, paragraph, table, type Content, type Section } from '../html.js';
import { fixed, percent, percentRange } from '../numbers.js';
import { lineageOf } from '../leaders.js';
import { changeItems, changeText } from './structure.js';

/** Reasons shown at once; the rest folds away. */
const REASONS = 5;
const HEAD = [...['θ', 'made from', 'proposed in', 'score then', 'score now', '95 % interval', 'valid rows', 'edges']];

/** Of a long way to the best, only the last steps are open. */
const OPEN_STEPS = 5;
/** θ listed at once; the table of more folds away. */
const FEW = 16;

/** How θ changed, why, and what it did to the score. Paper: Tables 4 and 10. */
export function thetaSection(theta: ThetaFile, { options }: Manifest): Section {
  const { thetas, best, context } = theta;
  const lineage = lineageOf(theta, best);
  const others = thetas.filter((record) => record.parent !== null && !lineage.includes(record));
  const way = lineage.slice(1);
  const step = (record: ThetaRecord, isOpen: boolean): string =>
    details({ html: summaryOf(record, theta) }, changesOf(record, theta, options.minValidShare), isOpen);
  const part = (title: string, steps: string[]): string =>
    steps.length > 0 ? `<h3>${title}</h3>${steps.join('')}` : '';
  const count = thetas.length === 1 ? 'There is one θ' : `Of ${thetas.length} θ, number ${best} was the best`;
  const figures = table(
    'Every θ and its score',
    HEAD,
    thetas.map((record) => overviewRow(record, theta)),
  );
  const first = thetas[0];
  const body = [
    paragraph(
      `${count}. Then: by the classifier of its own iteration. Now: by the newest one, under which alone scores are compared; lower is better.`,
    ),
    thetas.length > FEW ? details('Every θ and its score', figures) : figures,
    first ? `<h3>The first task</h3><pre>${escape(first.taskInstruction)}</pre>` : '',
    part(
      'The way to the best θ',
      way.map((record, place) => step(record, place >= way.length - OPEN_STEPS)),
    ),
    part(
      'Tried beside it',
      others.map((record) => step(record, false)),
    ),
    first && first.number !== best
      ? details('The best task in full', `<pre>${escape(bestTheta(theta).taskInstruction)}</pre>`)
      : '',
    context.trim() ? details('The context, which stays fixed', `<pre>${escape(context)}</pre>`) : '',
  ];
  return { id: 'theta', name: 'θ', title: 'θ: what changed, why, and to what effect', body: body.join('') };
}

function overviewRow(record: ThetaRecord, { best }: ThetaFile): Content[] {
  const { number, parent, epoch, batch, score, adjustedScore, adjustedInterval, validShare, counted } = record;
  return [
    `θ ${number}${number === best ? ' (best)' : ''}`,
    parent === null ? 'start' : `θ ${parent}`,
    `${epoch}.${batch}`,
    counted ? percent(score) : 'not counted',
    percent(adjustedScore),
    percentRange(adjustedInterval),
    percent(validShare, 0),
    record.causalStructure.length,
  ];
}

function summaryOf(record: ThetaRecord, theta: ThetaFile): string {
  const { number, parent, epoch, batch } = record;
  const best = number === theta.best ? ', the best' : '';
  return `<b>θ ${number}</b> from θ ${parent ?? ''}${best} · epoch ${epoch}, batch ${batch} · ${escape(effectOf(record, parentOf(record, theta)))}`;
}

/** What the change did to the score, in words. */
function effectOf(record: ThetaRecord, parent: ThetaRecord | undefined): string {
  if (!record.counted) return 'did not count';
  const after = record.adjustedScore;
  const before = parent?.adjustedScore ?? null;
  if (after === null) return `score then ${percent(record.score)}, not scored now`;
  if (before === null) return `score ${percent(after)}`;
  const points = 100 * (after - before);
  const overlap = intervalsOverlap(record, parent) ? ' (the intervals overlap)' : '';
  if (Math.abs(points) < 0.05) return `score ${percent(before)} → ${percent(after)}: no change`;
  return `score ${percent(before)} → ${percent(after)}: ${fixed(Math.abs(points), 1)} points ${points < 0 ? 'better' : 'worse'}${overlap}`;
}

function lapseOf({ blind, validShare }: ThetaRecord, minValidShare: number): string {
  if (blind) return 'the discriminator was blind, so that any score is no evidence';
  return `${percent(validShare, 0)} of its rows were valid, ${percent(minValidShare, 0)} are needed`;
}

function intervalsOverlap({ adjustedInterval: after }: ThetaRecord, parent: ThetaRecord | undefined): boolean {
  const before = parent?.adjustedInterval ?? null;
  return after !== null && before !== null && after[0] <= before[1] && before[0] <= after[1];
}

function changesOf(record: ThetaRecord, theta: ThetaFile, minValidShare: number): string {
  const parent = parentOf(record, theta);
  if (!parent) return paragraph('The θ from which it was derived is not known.');
  const { structure, given, task } = thetaChanges(parent, record);
  const lapse = record.counted ? '' : paragraph(`It did not count: ${lapseOf(record, minValidShare)}.`);
  const edges = changeItems(structure);
  return [
    lapse,
    reasons(record, parent),
    `<p><b>Causal structure:</b> ${changeText(structureChanges(parent.causalStructure, record.causalStructure))}.</p>`,
    edges.length > 0 ? `<div class="diff">${edges.map((item) => (item as { html: string }).html).join('')}</div>` : '',
    givenChanges(given),
    `<p><b>Task:</b>${task.every(({ kind }) => kind === 'kept') ? ' unchanged.' : ''}</p>`,
    task.every(({ kind }) => kind === 'kept') ? '' : `<div class="diff">${task.map(changeLine).join('')}</div>`,
  ].join('');
}

/** Columns whose cells came to be drawn in code, and that were left to the model again. */
function givenChanges({ added, removed }: ThetaChanges['given']): string {
  if (added.length + removed.length === 0) return '';
  const lines = [
    ...added.map((name) => `<ins>+ ${escape(name)}</ins>`),
    ...removed.map((name) => `<del>− ${escape(name)}</del>`),
  ];
  return `<p><b>Given columns</b> (drawn in code, not by the model):</p><div class="diff">${lines.join('')}</div>`;
}

function reasons({ told = [] }: ThetaRecord, parent: ThetaRecord): string {
  if (told.length === 0) return paragraph('Why: the optimizer saw scores only.');
  const lines = told.map((line) => line.replace(/^- /, ''));
  const rest = lines.slice(REASONS);
  const more = rest.length > 0 ? details(`${rest.length} more`, list(rest)) : '';
  return `<p><b>Why:</b> the optimizer received what separates the rows of θ ${parent.number} from the real ones:</p>${list(lines.slice(0, REASONS))}${more}`;
}

function changeLine({ kind, text }: TextChange): string {
  if (kind === 'kept') return `<span class="kept">= ${escape(text)}</span>`;
  return kind === 'added' ? `<ins>+ ${escape(text)}</ins>` : `<del>− ${escape(text)}</del>`;
}

function parentOf({ parent }: ThetaRecord, { thetas }: ThetaFile): ThetaRecord | undefined {
  return thetas.find(({ number }) => number === parent);
}
