import type { Manifest } from '../../mallm/fit/manifest.js';
import type { Rejections } from '../../mallm/rejections.js';
import { SHARPENED_USE } from '../../mallm/refinement/in-words.js';
import { paragraph, table, type Section } from '../html.js';
import { count, counted, percent } from '../numbers.js';

/** Reasons in words, as the parser, the curation and the refined generator count them. */
const REASONS: Record<string, string> = {
  'condition-not-met': 'does not satisfy a condition',
  'control-character': 'holds a control character',
  'cut-off': 'the reply was cut off before a whole row',
  'duplicate-key': 'names a column twice',
  'exact-copy': 'equals a training row',
  'missing-column': 'leaves a column out',
  'missing-not-allowed': 'leaves a cell empty that may not be empty',
  'no-rows': 'the reply had no row',
  'number-of-a-real-row': 'has a number of many digits that a training row has',
  'not-a-date': 'has text where a date is due',
  'not-a-label': 'has something else where a label is due',
  'not-a-number': 'has text where a number is due',
  'not-a-text': 'has something else where text is due',
  'not-an-object': 'is no row at all',
  'broken-rule': 'breaks a rule between columns',
  'broken-json': 'is in JSON that is broken',
  'broken-off': 'was in a reply that broke off',
  'empty-reply': 'was asked for and the reply was empty',
  filtered: 'was in a reply that a content filter took away',
  markdown: 'was asked for and the reply was Markdown without rows',
  'only-thoughts': 'was asked for and the reply was all thoughts',
  prose: 'was asked for and the reply was prose',
  refused: 'was asked for and the model refused',
  'not-in-reply': 'was asked for and not in the reply',
  'out-of-range': 'has a number outside the range of the training rows',
  'partial-row-not-kept': 'changed a cell that was given',
  'repeated-row': 'repeats a row that was kept before',
  'schema-violation': 'breaks the schema',
  'surplus-row': 'was more than asked',
  'too-long': 'has a longer text than any training row',
  'too-near': 'is too near to a training row, by the option “distance”',
  'unknown-column': 'names a column that is not there',
  'unknown-label': 'has a label that no training row has',
  'wrong-number-of-columns': 'has too few or too many cells',
};

/** How many rows were made, kept and released, and why others were not. */
export function rowsSection(manifest: Manifest): Section {
  const { rows, rejections, drawRejections, shortfall, draw, refinement } = manifest;
  const made = rows.accepted + rows.rejected;
  const drawn = sumOf(drawRejections);
  const body = [
    paragraph(
      `${counted(rows.asked, 'row')} asked, ${count(rows.released)} released.${shortfall ? ` Why there are fewer: ${shortfall}` : ''}`,
    ),
    paragraph(
      made === 0
        ? 'The model made no row.'
        : `The model made ${counted(made, 'row')}: ${count(rows.accepted)} passed every check, ${count(rows.rejected)} (${percent(rows.rejected / made)}) did not.`,
    ),
    reasonTable('Why the model’s rows were rejected', 'the model’s row …', rejections),
    draw === 'refined'
      ? paragraph(
          `The released rows were drawn from the refined generator; ${counted(drawn, 'drawn row')} ${drawn === 1 ? 'was' : 'were'} not released.`,
        )
      : '',
    refinement ? paragraph(`${capitalised(refinement.inWords)}.`) : '',
    refinement?.sharpened ? paragraph(`The rows are sharpened: ${SHARPENED_USE}.`) : '',
    reasonTable('Why drawn rows were not released', 'the drawn row …', drawRejections),
    rulesTable(manifest),
  ];
  return { id: 'rows', name: 'Rows', title: 'Rows made, kept and released', body: body.join('') };
}

function reasonTable(label: string, head: string, rejections: Rejections): string {
  const entries = Object.entries(rejections).filter(([, times]) => times > 0);
  if (entries.length === 0) return '';
  const rows = entries
    .sort(([, a], [, b]) => b - a)
    .map(([reason, times]) => [REASONS[reason] ?? reason.replaceAll('-', ' '), count(times), reason]);
  return table(label, [head, 'rows', 'in the manifest'], rows);
}

function rulesTable({ rules = [], rows }: Manifest): string {
  if (rules.length === 0) return '';
  const lines = rules.map(({ rule, of, kept }) => [
    rule,
    `${count(kept)} of ${counted(of, 'row')}${of < rows.released ? ' that have its cells' : ''}`,
  ]);
  return table('Rules between columns, which every training row keeps', ['rule', 'kept in'], lines);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sumOf(rejections: Rejections): number {
  return Object.values(rejections).reduce((sum, times) => sum + times, 0);
}
