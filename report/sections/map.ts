import type { Evaluation } from '../../mallm/evaluation/result.js';
import { rowMap } from '../charts/row-map.js';
import { figure, paragraph, type Section } from '../html.js';
import { counted } from '../numbers.js';

const SIDES = [
  ['train', 'Training rows', 'circles'],
  ['heldOut', 'Held-out rows', 'squares'],
  ['synthetic', 'Synthetic rows', 'triangles'],
] as const;

/** Rows of all three tables in one plane, or null without a map. Paper: Fig. 4. */
export function mapSection({ map }: Evaluation): Section | null {
  if (!map || map.points.length === 0) return null;
  const panels = SIDES.map(([side, name, shapes]) => {
    const own = map.points.filter(({ of }) => of === side).length;
    const others = counted(map.points.length - own, 'other row');
    const caption = { html: `<b>${name}</b> ${own} as ${shapes}; ${others} as faint dots` };
    return figure(
      caption,
      rowMap(map.points, side, `Map of rows: ${own} ${name.toLowerCase()} marked among ${others}.`),
    );
  });
  const text =
    'Rows that are alike lie near each other (UMAP, fitted to all rows together; the axes have no unit). Good synthetic rows fill the same places as the held-out rows, and do not sit on the training rows. A map may mislead in detail: judge by the figures above.';
  return {
    id: 'map',
    name: 'Map',
    title: 'Map of the rows',
    body: `${paragraph(text)}<div class="grid">${panels.join('')}</div>`,
  };
}
