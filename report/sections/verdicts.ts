import type { Evaluation, Verdict } from '../../mallm/evaluation/result.js';
import { list, paragraph, prose, type Section } from '../html.js';
import { counted } from '../numbers.js';

/** A sign beside the word, for those who see no colour. */
const SIGNS: Record<Verdict['level'], string> = { good: '✓', fair: '~', poor: '✗', unknown: '?' };

/** What was found, in words, and what to do; what was handled on the way. */
export function verdictsSection({ verdicts, notes, rows }: Evaluation): Section {
  const cards = (['utility', 'fidelity', 'privacy'] as const).map((name) => card(name, verdicts[name]));
  const compared = `Judged on ${counted(rows.synthetic, 'synthetic row')}, ${counted(rows.train, 'training row')} and ${counted(rows.heldOut, 'held-out row')}, which no generator saw.`;
  const body = `<div class="verdicts">${cards.join('')}</div>${paragraph(compared)}${list(notes.map(prose))}`;
  return { id: 'verdicts', name: 'Verdicts', title: 'Verdicts', body };
}

/** The level of a verdict as a sign and a word. */
export function levelMark(level: Verdict['level']): string {
  return `<b class="${level}">${SIGNS[level]} ${level}</b>`;
}

function card(name: string, { level, finding, advice }: Verdict): string {
  const title = name[0]!.toUpperCase() + name.slice(1);
  return `<div class="verdict ${level}"><h3>${title}: ${levelMark(level)}</h3><p>${prose(finding).html}</p><p><b>What to do:</b> ${prose(advice).html}</p></div>`;
}
