import type { Manifest } from '../../mallm/fit/manifest.js';
import { paragraph, table, type Section } from '../html.js';
import { count } from '../numbers.js';

const HOW: Record<NonNullable<Manifest['protected']>[number]['how'], string> = {
  pooled: 'labels pooled',
  clamped: 'brought into the range',
  rounded: 'rounded',
  'days-drawn': 'days drawn anew',
  'made-afresh': 'made afresh',
  'left-out': 'left out',
  kept: 'kept, though rare',
};

/** What was done to the training rows before the model saw them; nothing in manifests of older versions. */
export function protectionSection({ protected: protections, options }: Manifest): Section[] {
  if (!protections) return [];
  const rows = protections.map(({ column, how, cells, inWords }) => [column, HOW[how], count(cells), inWords]);
  const bound =
    options.minCount > 1
      ? `Labels and numbers that fewer than ${options.minCount} people have (--min-count) are in no prompt and in no released row, except where it says “kept”.`
      : 'Labels and numbers that one person alone has were not protected (--min-count 1).';
  const body = [
    paragraph(bound),
    rows.length > 0
      ? table('What was protected', ['column', 'how', 'cells', 'in words'], rows)
      : paragraph('There was nothing to protect.'),
  ];
  return [
    { id: 'protection', name: 'Protection', title: 'What was protected in the training rows', body: body.join('') },
  ];
}
