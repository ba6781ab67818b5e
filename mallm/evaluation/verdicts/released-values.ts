import type { Cell, Row, TableSchema } from '../../table/dataset.js';
import type { Privacy } from '../result.js';
import type { EvaluationTables } from '../tables.js';
import type { EvaluationColumn } from '../typed-table.js';

/** Digits up to which many people share a number. */
const FEW_DIGITS = 6;

/** A label held by fewer rows than this is rare. */
const RARE = 3;

/** Chance below which a rare label's repeats are no chance. */
const UNLIKELY = 1e-3;

/** Identifiers of released rows that are in the real rows, held-out ones included: by column, those there are. */
export function realIdentifiers(
  schema: TableSchema,
  { train, heldOut, synthetic }: Record<'train' | 'heldOut' | 'synthetic', readonly Row[]>,
): NonNullable<Privacy['realIdentifiers']> {
  return schema.columns.flatMap((column, index) => {
    if (column.kind !== 'identifier') return [];
    const known = new Set([...train, ...heldOut].flatMap((row) => textOf(row[index])));
    const released = synthetic.flatMap((row) => textOf(row[index]));
    const rows = released.filter((text) => known.has(text)).length;
    return rows === 0 ? [] : [{ column: column.name, rows, share: rows / synthetic.length }];
  });
}

function textOf(cell: Cell | undefined): string[] {
  const text = cell === null || cell === undefined ? '' : String(cell).trim();
  return text === '' ? [] : [text];
}

/**
 * Share of the synthetic numbers of more than six digits that are a training row's, beside the same share of held-out
 * numbers; by column, those that have such numbers. Dates are left out: a day is shared by nature.
 */
export function realNumbers({
  columns,
  train,
  heldOut,
  synthetic,
}: EvaluationTables): NonNullable<Privacy['realNumbers']> {
  return columns.flatMap(({ name, kind, date }, index) => {
    if (kind === 'label' || date) return [];
    const known = new Set(longNumbers(train.cells[index]!));
    const shareOf = (cells: Float64Array): number => {
      const present = cells.filter((cell) => !Number.isNaN(cell));
      return present.length === 0 ? 0 : longNumbers(present).filter((text) => known.has(text)).length / present.length;
    };
    const [share, heldOutShare] = [shareOf(synthetic.cells[index]!), shareOf(heldOut.cells[index]!)];
    return known.size === 0 ? [] : [{ column: name, share, heldOutShare }];
  });
}

/** Numbers of more than six significant digits, at fifteen. */
function longNumbers(cells: Float64Array): string[] {
  return Array.from(cells).flatMap((cell) => {
    if (Number.isNaN(cell)) return [];
    const text = Number(cell.toPrecision(15)).toExponential();
    return text.slice(0, text.indexOf('e')).replace(/\D/g, '').length > FEW_DIGITS ? [text] : [];
  });
}

/** Labels of fewer than three real rows that synthetic rows repeat far more often than their share. */
export function repeatedRareLabels({
  columns,
  train,
  heldOut,
  synthetic,
}: EvaluationTables): NonNullable<Privacy['rareLabels']> {
  const rows = train.rows + heldOut.rows;
  return columns.flatMap((column, index) => {
    if (column.kind === 'number') return [];
    const [made, real] = [countsOf(column, synthetic.cells[index]!), countsOf(column, train.cells[index]!)];
    const apart = countsOf(column, heldOut.cells[index]!);
    return column.labels.flatMap((label, code) => {
      const held = real[code]! + apart[code]!;
      if (real[code] === 0 || held >= RARE || made[code]! < RARE) return [];
      return chanceOfAtLeast(made[code]!, held + made[code]!, synthetic.rows / (rows + synthetic.rows)) < UNLIKELY
        ? [{ column: column.name, label, realRows: held, rows: made[code]! }]
        : [];
    });
  });
}

function countsOf({ labels }: EvaluationColumn, cells: Float64Array): number[] {
  const counts = labels.map(() => 0);
  for (const cell of cells) if (!Number.isNaN(cell)) counts[cell]! += 1;
  return counts;
}

/** Of a binomial count: so many of the rows with a label are synthetic where the label's share is that of real rows. */
function chanceOfAtLeast(count: number, trials: number, share: number): number {
  let chance = 0;
  let term = share ** trials;
  for (let hits = trials; hits >= count; hits--) {
    chance += term;
    term *= (hits / (trials - hits + 1)) * ((1 - share) / share);
  }
  return chance;
}
