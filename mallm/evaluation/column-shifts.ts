import type { EvaluationTables } from './tables.js';
import type { EvaluationColumn, TypedTable } from './typed-table.js';
import type { ColumnShift, Fidelity } from './result.js';

/** Labels named in a column's summary: those whose shares differ most. */
const NAMED_LABELS = 3;

/**
 * How far each column of the synthetic rows is shifted from the held-out rows, in column order. Numbers: difference of
 * means in real standard deviations (of the training rows where held-out rows do not vary, of the synthetic ones where
 * no real row does); labels: total variation distance. Aggregates only.
 */
export function columnShifts(tables: EvaluationTables, shapes: readonly (number | null)[]): ColumnShift[] {
  const { columns, heldOut, synthetic, train } = tables;
  return columns.map((column, index): ColumnShift => {
    const [real, made, learned] = [heldOut, synthetic, train].map((table) => table.cells[index]!);
    const shape = shapes[index] ?? Number(allMissing(real!) && allMissing(made!));
    if (column.kind === 'label') {
      const [realText, madeText] = labelSummaries(column, real!, made!);
      return { column: column.name, shift: 1 - shape, real: realText, synthetic: madeText, shape };
    }
    const [a, b] = [moments(real!), moments(made!)];
    const deviation = [a, moments(learned!), b].find(({ count, sd }) => count > 0 && sd > 0)?.sd ?? 1;
    const shift = a.count > 0 && b.count > 0 ? (b.mean - a.mean) / deviation : 0;
    return { column: column.name, shift, real: numberSummary(column, a), synthetic: numberSummary(column, b), shape };
  });
}

/** Labels of the training rows that no synthetic row has, most frequent first. */
export function lostLabels({ columns, train, synthetic }: EvaluationTables): Fidelity['lostLabels'] {
  const lost = columns.flatMap((column, index) => {
    if (column.kind === 'number') return [];
    const made = sharesOf(synthetic.cells[index]!);
    return [...sharesOf(train.cells[index]!)]
      .filter(([code]) => code >= 0 && !made.has(code))
      .map(([code, share]) => ({ column: column.name, label: column.labels[code]!, share }));
  });
  return lost.sort((a, b) => b.share - a.share);
}

/** What makes columns or rows poor ground for comparing, in words. */
export function columnNotes({ columns, train, heldOut, synthetic }: EvaluationTables): string[] {
  const notes: string[] = [];
  const named = (test: (column: EvaluationColumn, index: number) => boolean): string =>
    columns.flatMap((column, index) => (test(column, index) ? [`"${column.name}"`] : [])).join(', ');
  const constant = named((_, index) => isConstant(train, index) && isConstant(heldOut, index));
  if (constant) notes.push(`Constant in the real rows: ${constant}.`);
  const frozen = named((_, index) => isConstant(synthetic, index) && !isConstant(heldOut, index));
  if (frozen) notes.push(`Constant in the synthetic rows alone: ${frozen}.`);
  const unseen = named(({ kind }, index) => {
    const known = new Set(train.cells[index]);
    return kind === 'label' && synthetic.cells[index]!.some((code) => !Number.isNaN(code) && !known.has(code));
  });
  if (unseen) notes.push(`Synthetic rows have labels that no training row has in: ${unseen}.`);
  const missing = named((_, index) =>
    [train, heldOut, synthetic].some((table) => table.cells[index]!.some(Number.isNaN)),
  );
  if (missing) notes.push(`Cells are missing in: ${missing}.`);
  return notes;
}

function isConstant(table: TypedTable, column: number): boolean {
  return new Set(table.cells[column]).size <= 1;
}

function allMissing(cells: Float64Array): boolean {
  return cells.every(Number.isNaN);
}

function moments(cells: Float64Array): { count: number; missing: number; mean: number; sd: number } {
  const values = cells.filter((cell) => !Number.isNaN(cell));
  if (values.length === 0) return { count: 0, missing: 1, mean: 0, sd: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = squares > 1e-18 * mean * mean ? Math.sqrt(squares / values.length) : 0;
  return { count: values.length, missing: 1 - values.length / cells.length, mean, sd };
}

function numberSummary({ date }: EvaluationColumn, { count, missing, mean, sd }: ReturnType<typeof moments>): string {
  const gap = missing > 0 ? `, missing ${percent(missing)}` : '';
  if (count === 0) return 'all missing';
  if (date) return `mean ${dateText(mean)}, sd ${short(sd / 86_400)} days${gap}`;
  return `mean ${short(mean)}, sd ${short(sd)}${gap}`;
}

function labelSummaries({ labels }: EvaluationColumn, real: Float64Array, made: Float64Array): [string, string] {
  const [a, b] = [sharesOf(real), sharesOf(made)];
  const difference = (code: number): number => Math.abs((a.get(code) ?? 0) - (b.get(code) ?? 0));
  const codes = [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => difference(y) - difference(x) || x - y);
  const named = codes.slice(0, NAMED_LABELS);
  const describe = (shares: Map<number, number>): string =>
    named.map((code) => `${code < 0 ? 'missing' : `"${labels[code]!}"`} ${percent(shares.get(code) ?? 0)}`).join(', ');
  return [describe(a), describe(b)];
}

/** Share of each label's code; −1 for missing. */
function sharesOf(cells: Float64Array): Map<number, number> {
  const shares = new Map<number, number>();
  for (const cell of cells) {
    const code = Number.isNaN(cell) ? -1 : cell;
    shares.set(code, (shares.get(code) ?? 0) + 1 / cells.length);
  }
  return shares;
}

function dateText(seconds: number): string {
  const date = new Date(Math.round(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? short(seconds) : date.toISOString().slice(0, 10);
}

function percent(share: number): string {
  const value = 100 * share;
  return `${value > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

function short(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e9 || Math.abs(value) < 1e-3)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}
