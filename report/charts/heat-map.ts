import { escape, scrollBox } from '../html.js';
import { fixed } from '../numbers.js';

/** Lowest trend of each step of colour, from none to strongest. */
const STEPS = [0.9, 0.8, 0.65, 0.5];

/** A square of trends as a table: the figure in each cell is its text alternative, the colour only marks low ones. */
export function heatMap(
  label: string,
  names: readonly string[],
  matrix: readonly (readonly (number | null)[])[],
): string {
  const head = names.map((name) => `<th scope="col"><span>${escape(name)}</span></th>`).join('');
  const rows = names.map((name, i) => {
    const cells = names.map((_, j) => cell(i === j ? null : (matrix[i]?.[j] ?? null), i === j));
    return `<tr><th scope="row"><span>${escape(name)}</span></th>${cells.join('')}</tr>`;
  });
  const table = `<table class="heat"><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return `<p class="key">${STEPS.map((step, index) => `<span><i class="swatch h${index}"></i>from ${step}</span>`).join('')}<span><i class="swatch h${STEPS.length}"></i>lower</span></p>${scrollBox(label, table)}`;
}

function cell(trend: number | null, isDiagonal: boolean): string {
  if (trend === null) return `<td class="off">${isDiagonal ? '' : '–'}</td>`;
  const step = STEPS.findIndex((lowest) => trend >= lowest);
  return `<td class="h${step < 0 ? STEPS.length : step}">${fixed(trend).replace(/^0/, '')}</td>`;
}
