import { describe, expect, it } from 'vitest';
import { drawRows } from '../../../mallm/refinement/draw/draw-rows.js';
import { curate } from '../../../mallm/refinement/curation.js';
import { fitRefinedGenerator } from '../../../mallm/refinement/refinement.js';
import { columnNamed, type Row } from '../../../mallm/table/dataset.js';
import { protectTable } from '../../../mallm/table/protection/protect-table.js';
import { createRandom } from '../../../mallm/random.js';
import { csvOf, cycle, typedTable, type TypedTable } from '../../support/tables.js';

/** Drawn rows of a table, as a fit without a model's rows has them. */
function drawn(table: TypedTable, minCount = 3, count = 600): Row[] {
  const { schema, rows } = protectTable(table.schema, table.rows, { minCount, seed: 1 });
  const input = { schema, trainRows: rows, modelRows: [], edges: [], distance: 'mild' as const, seed: 3 };
  return drawRows(fitRefinedGenerator(input), { count, seed: 4 }).rows;
}

function tableOf(columns: Record<string, string[]>): TypedTable {
  const rows = Object.values(columns)[0]!.length;
  return typedTable(csvOf({ ...columns, y: cycle(['no', 'yes', 'no'], rows) }), 'y');
}

const random = createRandom(11);
const ages = Array.from({ length: 80 }, () => String(20 + 60 * random.uniform()));
const amounts = Array.from({ length: 80 }, () => (100_000 + 900_000 * random.uniform()).toFixed(2));
const prices = cycle(['9.99', '14.99', '24.5', '9.99', '19.95', '4.25'], 80);

describe('numbers of so many digits that they name a row', () => {
  it.each([
    ['ages with 13 decimals', ages],
    ['amounts in cents', amounts],
    ['amounts that two rows have', cycle(amounts.slice(0, 40), 80)],
  ])('are never those of a training row: %s', (_, texts) => {
    for (const minCount of [1, 3]) {
      const real = new Set(texts.map(Number));
      const numbers = drawn(tableOf({ n: texts, price: prices }), minCount).map((row) => Number(row[0]));
      expect(numbers.filter((number) => real.has(number))).toEqual([]);
      expect(new Set(numbers).size).toBeGreaterThan(500);
    }
  });

  it('prices that repeat by nature are drawn as they are', () => {
    const numbers = new Set(drawn(tableOf({ price: prices, n: amounts })).map((row) => row[0]));
    expect([...numbers].every((number) => prices.includes(String(number)))).toBe(true);
  });

  it("a model's row that has one is not kept", () => {
    const { schema, rows: trainRows } = tableOf({ n: amounts, price: prices });
    const rows: Row[] = [
      [trainRows[0]![0]!, 14.99, 'yes'],
      [500_000.01, 14.99, 'yes'],
    ];
    const given = { schema, trainRows, kept: [], rows, conditions: {}, distance: 'off' as const, wanted: 2, seed: 1 };
    expect(curate(given)).toEqual({ kept: [[500_000.01, 14.99, 'yes']], rejections: { 'number-of-a-real-row': 1 } });
  });
});

describe('the ends that extreme numbers were brought to', () => {
  const sizes = Array.from({ length: 79 }, (_, i) => String(100 + 10 * i));
  const table = tableOf({ n: [...sizes, '90000'], price: prices });

  it('bound what is drawn', () => {
    const { schema } = protectTable(table.schema, table.rows, { minCount: 3, seed: 1 });
    const numbers = drawn(table).map((row) => Number(row[0]));
    expect(columnNamed(schema, 'n')).toMatchObject({ min: 120, max: 870 });
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(120);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(870);
  });

  it('are no more frequent than other numbers', () => {
    const numbers = drawn(table).map((row) => Number(row[0]));
    for (const end of [120, 870]) {
      expect(numbers.filter((number) => number === end).length / numbers.length).toBeLessThan(0.025);
    }
  });
});
