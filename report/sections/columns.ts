import type { Row, TableSchema } from '../../mallm/table/dataset.js';
import type { ColumnShift, Evaluation } from '../../mallm/evaluation/result.js';
import { BAR_KEY, barPairs } from '../charts/bars.js';
import { columnBins } from '../column-bins.js';
import { escape, figure, type Section } from '../html.js';
import { fixed } from '../numbers.js';

/** Every column, real beside synthetic, as shares of rows. */
export function columnsSection(
  schema: TableSchema,
  real: readonly Row[],
  synthetic: readonly Row[],
  evaluation: Evaluation | null,
): Section {
  const shifts = new Map(evaluation?.fidelity.shifts.map((shift) => [shift.column, shift]));
  const figures = schema.columns.map((column, index) => {
    const pairs = columnBins(schema, index, real, synthetic);
    const target = column.name === schema.target ? ', target' : '';
    const caption = `<b>${escape(column.name)}</b> ${column.kind}${target}${shapeText(shifts.get(column.name))}`;
    const body = pairs
      ? barPairs(column.name, pairs)
      : `<p>${column.kind === 'identifier' ? 'Made afresh for each row, never taken from the real ones' : 'Free text'}: not compared.</p>`;
    return figure({ html: caption }, body);
  });
  const rows = `<p>Shares of ${real.length} real and ${synthetic.length} synthetic rows. “Shape” is how alike the two distributions are against the held-out rows, 1 at best.</p>`;
  return {
    id: 'columns',
    name: 'Columns',
    title: 'Columns, real beside synthetic',
    body: `${evaluation ? rows : rows.replace(/ “Shape”.*<\/p>/, '</p>')}${BAR_KEY}<div class="grid">${figures.join('')}</div>`,
  };
}

function shapeText(shift: ColumnShift | undefined): string {
  return shift ? ` · shape ${fixed(shift.shape)}` : '';
}
