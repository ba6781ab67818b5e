import { describeColumn } from '../table/column-description.js';
import { edgeLine, edgeLines } from './edge-text.js';
import { NO_TEXT } from './theta-document-reader.js';
import { thetaChanges } from './theta-changes.js';
import type { TextChange } from './theta-changes.js';
import type { Edge } from './theta.js';
import { bestTheta } from './theta-file.js';
import type { ThetaFile, ThetaRecord } from './theta-file.js';

export { parseThetaDocument } from './theta-document-reader.js';

const SIGNS = { kept: ' ', removed: '-', added: '+' };

/**
 * `theta.md`: the best θ, and how the fit came to it, as Markdown for people. `parseThetaDocument` reads it back.
 *
 * Paper: Tables 4 and 10.
 */
export function thetaDocument(file: ThetaFile): string {
  const { context, schema, causalStructure, taskInstruction, givenColumns } = bestTheta(file);
  const columns = schema.columns.filter(({ kind }) => kind !== 'identifier');
  const edges = causalStructure.length === 0 ? edgeLines([]) : causalStructure.map((edge) => `- ${edgeLine(edge)}`);
  const lines = [
    '# θ',
    '',
    ...introduction(file),
    ...section('Context', [protectedText(context)]),
    ...section('Columns', [
      'For reading only: the table decides.',
      '',
      ...columns.map((column) => `- ${JSON.stringify(column.name)}: ${describeColumn(column)}`),
    ]),
    ...section('Causal structure', edges),
    ...(givenColumns ? section('Given columns', givenLines(givenColumns)) : []),
    ...section('Task', [protectedText(taskInstruction)]),
    ...section('Trajectory', overview(file)),
    ...file.thetas.flatMap((record) => chapter(record, file)),
  ];
  return `${lines.join('\n')}\n`;
}

function introduction(file: ThetaFile): string[] {
  const record = file.thetas.find(({ number }) => number === file.best);
  const score = record?.adjustedScore ?? null;
  const text = score === null ? 'not scored' : `score ${decimals(score)}${intervalText(record!.adjustedInterval)}`;
  const target = JSON.stringify(file.schema.target);
  return [
    `The best of ${file.thetas.length} θ is number ${file.best}: ${text}. ${comparison(file)}A score is how well a classifier separates synthetic rows from real ones: lower is better, 0.5 is guessing.`,
    '',
    'The sections Context, Causal structure, Given columns and Task may be edited by hand; a new fit starts from them with',
    `\`mallm-gan fit TABLE.csv --target ${target} --theta theta.md\`.`,
  ];
}

/** The best θ against the first, under one classifier. */
function comparison({ firstAndBest }: ThetaFile): string {
  if (!firstAndBest) return '';
  const { first, difference, interval } = firstAndBest;
  if (!interval) return 'It is the first: no later one has a lower score. ';
  const points = `${signed(difference)} (95 % interval ${signed(interval[0])} to ${signed(interval[1])})`;
  return `By the same classifier the first, number ${first.theta}, has ${decimals(first.score)}: a difference of ${points}. `;
}

function section(title: string, body: string[]): string[] {
  return ['', `## ${title}`, '', ...body];
}

/** Keeps a line that begins with `#` from being a heading; the reader takes the backslash away. */
function protectedText(text: string): string {
  return text.trim() === '' ? NO_TEXT : text.trim().replace(/^\\*#/gm, '\\$&');
}

function overview({ thetas, best }: ThetaFile): string[] {
  const rows = thetas.map((record) => {
    const { number, parent, epoch, batch, score, adjustedScore, adjustedInterval, validShare } = record;
    const name = number === best ? `**${number}** (best)` : String(number);
    const scores = [scoreText(score), scoreText(adjustedScore), boundsText(adjustedInterval)];
    return `| ${[name, parent ?? '–', epoch, batch, ...scores, percent(validShare)].join(' | ')} |`;
  });
  return [
    'Score: by the classifier of its own iteration. Adjusted: by the newest one, with its 95 % interval; compare these.',
    '',
    '| θ | made from | epoch | batch | score | adjusted | 95 % interval | valid rows |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ];
}

/** What one θ changed against the θ it was made from, and what that did to the score. */
function chapter(record: ThetaRecord, { thetas }: ThetaFile): string[] {
  const parent = thetas.find(({ number }) => number === record.parent);
  const title = parent ? `### θ ${record.number}, made from θ ${parent.number}` : `### θ ${record.number}, the first`;
  const lines = ['', title, '', `- ${effect(record, parent)}`];
  if (!parent) return [...lines, ...wholeOf(record)];
  const { structure, given, task } = thetaChanges(parent, record);
  const edges = (what: string, changed: Edge[]): string[] => changed.map((edge) => `- edge ${what}: ${edgeLine(edge)}`);
  return [
    ...lines,
    ...(record.told ?? []).map((line) => `- the optimizer received: ${line.replace(/^- /, '')}`),
    ...edges('added', structure.added),
    ...edges('removed', structure.removed),
    ...edges('turned round', structure.reversed),
    ...given.added.map((name) => `- column given: ${JSON.stringify(name)}`),
    ...given.removed.map((name) => `- column no longer given: ${JSON.stringify(name)}`),
    ...taskDiff(task),
  ];
}

function wholeOf(record: ThetaRecord): string[] {
  return [
    ...record.causalStructure.map((edge) => `- edge: ${edgeLine(edge)}`),
    ...(record.givenColumns ?? []).map((name) => `- column given: ${JSON.stringify(name)}`),
    ...quoted(record),
  ];
}

function givenLines(names: string[]): string[] {
  const columns = names.length === 0 ? [NO_TEXT] : names.map((name) => `- ${JSON.stringify(name)}`);
  return [
    'Their cells are drawn in code, with the shares of the training rows; the model completes the rows.',
    '',
    ...columns,
  ];
}

function effect(record: ThetaRecord, parent: ThetaRecord | undefined): string {
  if (record.blind) return 'not counted: the classifier was blind';
  if (!record.counted) return `not counted: only ${percent(record.validShare)} of its rows were valid`;
  const mine = record.adjustedScore;
  const before = parent?.adjustedScore ?? null;
  if (mine === null) return `score ${scoreText(record.score)}${intervalText(record.interval)}, not scored since`;
  const score = `score ${decimals(mine)}${intervalText(record.adjustedInterval)}`;
  if (before === null || !parent) return score;
  const gain = before - mine;
  const verdict =
    Math.abs(gain) < 0.0005 ? 'no better and no worse' : `${decimals(Math.abs(gain))} ${gain > 0 ? 'better' : 'worse'}`;
  return `${score}: ${verdict} than θ ${parent.number} (${decimals(before)})`;
}

function taskDiff(task: TextChange[]): string[] {
  if (task.every(({ kind }) => kind === 'kept')) return ['- task unchanged'];
  return ['- task:', '', '```diff', ...task.map(({ kind, text }) => `${SIGNS[kind]} ${text}`), '```'];
}

function quoted({ taskInstruction }: ThetaRecord): string[] {
  return ['- task:', '', ...taskInstruction.split('\n').map((line) => `> ${line}`)];
}

function intervalText(interval: ThetaRecord['interval']): string {
  return interval ? ` (95 % interval ${boundsText(interval)})` : '';
}

function boundsText(interval: ThetaRecord['interval']): string {
  return interval ? `${decimals(interval[0])} to ${decimals(interval[1])}` : '–';
}

function scoreText(score: number | null): string {
  return score === null ? '–' : decimals(score);
}

function decimals(value: number): string {
  return value.toFixed(3);
}

function signed(value: number): string {
  return decimals(value).replace('-', '−');
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
