import type { Row, TableSchema } from '../../mallm/table/dataset.js';
import { isLabel } from '../../mallm/table/dataset.js';
import type { Evaluation, Fidelity } from '../../mallm/evaluation/result.js';
import { heatMap } from '../charts/heat-map.js';
import { intervalPlot } from '../charts/interval-plot.js';
import { namedLabels } from '../column-bins.js';
import { details, figure, list, paragraph, prose, table, type Content, type Section } from '../html.js';
import { counted, fixed, percent, signed } from '../numbers.js';

/** Columns in the heat map; of a wider table those with the lowest trends. */
const MOST_COLUMNS = 24;
/** Longer lists of labels are not summed up in words. */
const FEW_LABELS = 12;

/** How like the held-out rows the synthetic rows are: overall, column by column, pair by pair. */
export function fidelitySection(schema: TableSchema, train: readonly Row[], { fidelity }: Evaluation): Section {
  const { columnShapes, columnPairTrends, train: toTrain } = fidelity;
  const overall = table(
    'Shapes and pair trends',
    ['', 'against held-out rows', 'against training rows'],
    [
      ['column shapes (1 is best)', fixed(columnShapes, 3), fixed(toTrain.columnShapes, 3)],
      ['column pair trends (1 is best)', fixed(columnPairTrends, 3), fixed(toTrain.columnPairTrends, 3)],
    ],
  );
  const body = [
    `<div class="two"><div>${overall}${lost(schema, train, fidelity)}</div>${twoSampleFigure(fidelity)}</div>`,
    damaged(fidelity),
    ruleTable(fidelity),
    `<h3>Shift of every column, worst first</h3>`,
    paragraph(
      'A number: how many standard deviations of the real rows its mean lies too high (+) or too low (−). A label: share of rows that would have to change (total variation). Shape: 1 is the same distribution.',
    ),
    shiftTable(schema, fidelity),
    `<h3>Pairs of columns</h3>`,
    `<div class="beside"><div>${worstPairs(fidelity)}</div>${pairs(fidelity)}</div>`,
  ];
  return { id: 'fidelity', name: 'Fidelity', title: 'Fidelity: how like the real rows', body: body.join('') };
}

function twoSampleFigure({ c2st }: Fidelity): string {
  const estimates = [
    { name: 'boosted trees, this table', ...c2st.trees, isOurs: true },
    { name: 'boosted trees, two real tables', ...c2st.null.trees, isOurs: false },
    { name: 'linear model, this table', ...c2st.linear, isOurs: true },
    { name: 'linear model, two real tables', ...c2st.null.linear, isOurs: false },
  ].map(({ auc, ...rest }) => ({ ...rest, value: auc }));
  const against = c2st.train
    ? ` Against the training rows: trees ${fixed(c2st.train.trees.auc)}, linear ${fixed(c2st.train.linear.auc)}.`
    : '';
  return figure(
    `Classifier two-sample test of synthetic against held-out rows (C2ST): out-of-fold AUC with its 95 % interval; 0.5 is guessing. Squares: this table. Circles: training against held-out rows.${against}`,
    intervalPlot(estimates, 0.5),
  );
}

/** Columns that differ from the real rows beyond chance. */
function damaged({ damage = [] }: Fidelity): string {
  if (damage.length === 0) return '';
  const items = damage.map(({ column, finding }) => prose(`“${column}” ${finding}.`));
  return `<h3>Damaged columns</h3>${paragraph('Beyond chance, and beyond what matters, against training and held-out rows together; worst first.')}${list(items)}`;
}

/** Rules between columns, in synthetic and held-out rows. */
function ruleTable({ rules = [] }: Fidelity): string {
  if (rules.length === 0) return '';
  const kept = ({ of, kept }: { of: number; kept: number }): string => (of === 0 ? '–' : `${kept} of ${of}`);
  const lines = rules.map(({ rule, synthetic, heldOut }) => [rule, kept(synthetic), kept(heldOut)]);
  return `<h3>Rules between columns</h3>${paragraph('Every training row keeps them. Rows that keep each, of those that have its cells:')}${table('Rules between columns', ['rule', 'synthetic rows', 'held-out rows'], lines)}`;
}

function shiftTable(schema: TableSchema, { shifts, damage = [] }: Fidelity): string {
  const lost = new Set(damage.filter(({ kind }) => kind === 'lost').map(({ column }) => column));
  const rows = shifts
    .toSorted((a, b) => a.shape - b.shape)
    .map(({ column, shift, shape, real, synthetic }) => {
      const found = schema.columns.find(({ name }) => name === column);
      const labels = found && isLabel(found) ? found.categories : null;
      const words =
        labels && labels.length > FEW_LABELS ? [`${labels.length} labels`, 'see Columns'] : [real, synthetic];
      const amount = lost.has(column) ? 'lost' : labels ? percent(shift, 0) : `${signed(shift)}\u00a0sd`;
      return [column, amount, fixed(shape), ...words.map(long)];
    });
  return table('Shift of every column', ['column', 'shift', 'shape', 'held-out rows', 'synthetic rows'], rows);
}

function worstPairs({ worstPairs: worst }: Fidelity): string {
  if (worst.length === 0) return paragraph('No pair could be compared.');
  const rows = worst.map(({ columns, trend }) => [`${columns[0]} and ${columns[1]}`, fixed(trend)]);
  return (
    paragraph(
      'How similar the association of two columns is in the held-out and the synthetic rows; 1 is the same. The worst of the pairs that are associated in the real rows:',
    ) + table('Worst pairs', ['pair', 'trend'], rows)
  );
}

function pairs({ pairColumns, pairMatrix }: Fidelity): string {
  const worstOf = (index: number): number => Math.min(1, ...(pairMatrix[index] ?? []).map((trend) => trend ?? 1));
  const chosen = pairColumns
    .map((_, index) => index)
    .sort((a, b) => worstOf(a) - worstOf(b))
    .slice(0, MOST_COLUMNS)
    .sort((a, b) => a - b);
  const names = chosen.map((index) => pairColumns[index]!);
  const matrix = chosen.map((i) => chosen.map((j) => pairMatrix[i]?.[j] ?? null));
  const part =
    chosen.length < pairColumns.length
      ? ` The ${chosen.length} of ${pairColumns.length} columns with the lowest trends.`
      : '';
  return figure(
    `Trend of every pair of columns; the darker the cell, the lower. A dash: cannot be compared.${part}`,
    heatMap('Trend of every pair of columns', names, matrix),
    'wide',
  );
}

/** Labels no synthetic row has; those of few real rows in long lists are only counted. */
function lost(schema: TableSchema, train: readonly Row[], { lostLabels }: Fidelity): string {
  if (lostLabels.length === 0) return paragraph('No label of the training rows is lost.');
  const items = schema.columns.flatMap((column, index): Content[] => {
    const labels = lostLabels.filter((label) => label.column === column.name);
    if (!isLabel(column) || labels.length === 0) return [];
    const named = new Set(
      namedLabels(
        column,
        train.map((row) => row[index] ?? null),
      ),
    );
    const shown = labels
      .filter(({ label }) => named.has(label))
      .map(({ label, share }) => `“${label}” (${percent(share)})`);
    const rare = labels.length - shown.length;
    return [`${column.name}: ${[...shown, ...(rare > 0 ? [counted(rare, 'rare label')] : [])].join(', ')}`];
  });
  const summary = `${counted(lostLabels.length, 'label')} of the training rows that no synthetic row has`;
  return details(summary, list(items), lostLabels.length <= 8);
}

function long(text: string): Content {
  return { html: `<span class="long">${prose(text).html}</span>` };
}
