import { describe, expect, it } from 'vitest';
import type { LabelColumn, NumericColumn, Row } from '../../../mallm/table/dataset.js';
import { splitTable } from '../../../mallm/table/held-out.js';
import { csvOf, cycle } from '../../support/tables.js';
import { parseCsv } from '../../../mallm/table/formats/csv.js';

const ROWS = 100;
const HELD_OUT = { share: 0.2, seed: 1 };

/** A row number, labels of which every other row has one of its own, a number, and a target. */
function tableOf(change: (row: number, age: string) => string = (_, age) => age) {
  return parseCsv(
    Buffer.from(
      csvOf({
        row: Array.from({ length: ROWS }, (_, row) => String((row * 37) % ROWS)),
        site: Array.from({ length: ROWS }, (_, row) => (row % 2 ? `only-${row}` : `common-${row % 4}`)),
        age: Array.from({ length: ROWS }, (_, row) => change(row, String(20 + ((row * 7) % 60)))),
        outcome: cycle(['yes', 'no', 'no'], ROWS),
      }),
    ),
  );
}

const rowNumbers = (rows: Row[]): Set<number> => new Set(rows.map((row) => row[0] as number));

describe('splitTable', () => {
  const { schema, trainRows, heldOutRows } = splitTable(tableOf(), { target: 'outcome' }, HELD_OUT);

  it('sets the share apart, every row on one side', () => {
    expect([trainRows.length, heldOutRows!.length]).toEqual([80, 20]);
    expect(rowNumbers([...trainRows, ...heldOutRows!]).size).toBe(ROWS);
  });

  it('lists no label that only held-out rows have, and leaves such a row its label', () => {
    const { categories } = schema.columns[1] as LabelColumn;
    expect([...categories].sort()).toEqual([...new Set(trainRows.map((row) => row[1] as string))].sort());
    const unseen = heldOutRows!.map((row) => row[1] as string).filter((site) => !categories.includes(site));
    expect(unseen.length).toBeGreaterThan(3);
    expect(unseen.every((site) => site.startsWith('only-'))).toBe(true);
  });

  it('takes ranges from the training rows alone', () => {
    const extreme = [...rowNumbers(heldOutRows!)][0]!;
    const widened = tableOf((row, age) => ((row * 37) % ROWS === extreme ? '999' : age));
    const split = splitTable(widened, { target: 'outcome' }, HELD_OUT);
    expect((split.schema.columns[2] as NumericColumn).max).toBeLessThan(100);
    expect(split.heldOutRows!.some((row) => row[2] === 999)).toBe(true);
  });

  it('takes a held-out cell that is not of the kind of the training rows as missing', () => {
    const stray = [...rowNumbers(heldOutRows!)][0]!;
    const strayed = tableOf((row, age) => ((row * 37) % ROWS === stray ? 'about forty' : age));
    const split = splitTable(strayed, { target: 'outcome' }, HELD_OUT);
    const age = split.schema.columns.findIndex(({ name }) => name === 'age');
    expect(split.schema.columns[age]).toMatchObject({ kind: 'numeric', nullable: false });
    expect(split.heldOutRows!.filter((row) => row[age] === null)).toHaveLength(1);
  });

  it('gives the same split for the same seed, another for another', () => {
    const again = (seed: number) => splitTable(tableOf(), { target: 'outcome' }, { share: 0.2, seed }).heldOutRows;
    expect(again(1)).toEqual(heldOutRows);
    expect(again(2)).not.toEqual(heldOutRows);
  });

  it('sets none apart when none are wanted', () => {
    expect(splitTable(tableOf(), { target: 'outcome' }, null)).toMatchObject({ heldOutRows: null });
  });
});
