import { describe, expect, test } from 'vitest';
import { drawRows } from '../../../mallm/refinement/draw/draw-rows.js';
import { fitRefinedGenerator } from '../../../mallm/refinement/refinement.js';
import { columnNamed } from '../../../mallm/table/dataset.js';
import { finishedRows, identifiersOf } from '../../../mallm/table/finished-rows.js';
import { formatCell } from '../../../mallm/table/formats/csv.js';
import { protectTable } from '../../../mallm/table/protection/protect-table.js';
import { createRandom } from '../../../mallm/random.js';
import { csvOf, cycle, typedTable } from '../../support/tables.js';

/** One table for each kind of column, from the cells as they are read to those that are released, drawn without a model. */
const ROWS = 120;
const random = createRandom(5);
const each = (make: (row: number) => string): string[] => Array.from({ length: ROWS }, (_, row) => make(row));
const rest = {
  size: each(() => String(Math.round(20 + 60 * random.uniform()))),
  y: cycle(['no', 'yes', 'no'], ROWS),
};

interface Released {
  kind: string;
  texts: string[];
}

function released(cells: readonly string[], metadata?: object, name = 'x'): Released {
  const quoted = cells.map((text) => `"${text}"`);
  const json = metadata && { columns: { [name]: metadata } };
  const table = typedTable(csvOf({ [name]: quoted, ...rest }), 'y', json);
  const { schema, rows } = protectTable(table.schema, table.rows, { minCount: 3, seed: 1 });
  const input = { schema, trainRows: rows, modelRows: [], edges: [], distance: 'off' as const, seed: 1 };
  const drawn = drawRows(fitRefinedGenerator(input), { count: 600, seed: 2 }).rows;
  const finished = finishedRows(schema, drawn, { seed: 3, keys: identifiersOf(schema, rows) });
  const column = columnNamed(schema, name);
  return { kind: column.kind, texts: finished.map((row) => formatCell(column, row[0]!)) };
}

function shares(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1 / texts.length;
  return counts;
}

/** Shares of real and released texts, cut to what `part` gives, are nearly the same. */
function expectShares(real: readonly string[], made: readonly string[], part = (text: string): string => text): void {
  const [a, b] = [shares(real.map(part)), shares(made.map(part))];
  expect(Object.keys(b).sort()).toEqual(Object.keys(a).sort());
  for (const [text, share] of Object.entries(a)) expect(Math.abs(share - b[text]!), text).toBeLessThan(0.1);
}

const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);

describe('a number column with a few cells that are no numbers', () => {
  const cells = each((row) =>
    row % 12 === 0 ? '<0.1' : row % 15 === 7 ? '>500' : row === 50 ? 'lost tube' : `${row}.5`,
  );

  test('stays one: the frequent ones keep their share, the single one is missing', () => {
    const { kind, texts } = released(cells);
    expect(kind).toBe('numeric');
    const part = (text: string): string => (isNumber(text) ? 'number' : text);
    expectShares(
      cells.map((text) => (text === 'lost tube' ? '' : text)),
      texts.includes('') ? texts : [...texts, ''],
      part,
    );
    const numbers = texts.filter(isNumber).map(Number);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(1.5);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(119.5);
    expect(numbers.every((value) => Number.isInteger(value * 2))).toBe(true);
  });
});

describe('formatted numbers', () => {
  test.each([
    ['prices in pounds', (row: number) => `£${(1200 + row * 13).toLocaleString('en-US')}.50`, /^£\d,\d{3}\.[05]0$/],
    ['shares', (row: number) => `${10 + (row % 60)},${row % 10} %`, /^\d\d,\d %$/],
    ['doses', (row: number) => `${50 + 5 * (row % 30)} mg`, /^\d{2,3} mg$/],
    [
      'losses in brackets',
      (row: number) => (row % 3 ? `${row + 10}.25` : `(${row + 10}.25)`),
      /^(\d+\.\d\d|\(\d+\.\d\d\))$/,
    ],
    ['German amounts', (row: number) => `${1 + (row % 9)}.${100 + row},75`, /^\d\.\d{3},\d\d$/],
    ['signed changes', (row: number) => `${row % 2 ? '+' : '-'}${(row % 40) + 1}.5`, /^[+-]\d+\.5$/],
    ['tiny numbers', (row: number) => `${(row % 9) + 1}.5e-07`, /^\d\.\d?e-0[78]|0$/],
  ])('%s are numbers, and come out in their format', (_, make, format) => {
    const { kind, texts } = released(each(make));
    expect(kind).toBe('numeric');
    expect(texts.filter((text) => !format.test(text))).toEqual([]);
  });
});

describe('codes that stand for missing', () => {
  test.each([
    [
      '−999 among temperatures',
      (row: number) => (row % 10 === 3 ? '-999' : (36 + (row % 30) / 10).toFixed(1)),
      ['-999'],
    ],
    [
      'letters of SAS',
      (row: number) => (row % 9 === 1 ? '.R' : row % 14 === 5 ? '.D' : String(100 + row)),
      ['.D', '.R'],
    ],
    [
      'a day that never comes',
      (row: number) => (row % 8 === 2 ? '2999-12-31' : `2020-0${(row % 9) + 1}-1${row % 10}`),
      ['2999-12-31'],
    ],
  ])('%s keep their share and are never averaged', (_, make, codes) => {
    const cells = each(make);
    const { kind, texts } = released(cells);
    expect(['numeric', 'datetime']).toContain(kind);
    expectShares(cells, texts, (text) => (codes.includes(text) ? text : 'value'));
    const real = cells
      .filter((text) => !codes.includes(text))
      .sort((a, b) => (isNumber(a) ? Number(a) - Number(b) : a < b ? -1 : 1));
    const [least, most] = [real[0]!, real.at(-1)!];
    for (const text of texts.filter((each) => !codes.includes(each))) {
      if (isNumber(least)) expect(Number(text) >= Number(least) && Number(text) <= Number(most)).toBe(true);
      else expect(text >= least && text <= most).toBe(true);
    }
  });
});

describe('many labels', () => {
  test('stay labels: those of three people and more one by one, the rarer ones together', () => {
    const codes = Array.from({ length: 45 }, (_, code) => `K${20 + code}.${code % 10}`);
    const cells = each((row) => (row < 90 ? codes[row % 15]! : codes[15 + (row - 90)]!));
    const { kind, texts } = released(cells);
    expect(kind).toBe('categorical');
    expectShares(
      cells.map((code, row) => (row < 90 ? code : 'other')),
      texts,
    );
  });
});

describe('words that also mean missing', () => {
  test('are labels where the metadata says categorical', () => {
    const cells = cycle(['None', 'NA', 'mild', 'severe'], ROWS);
    const { texts } = released(cells, { sdtype: 'categorical' });
    expectShares(cells, texts);
  });

  test('an order is kept; an sdtype that is not known is refused, with what may be meant', () => {
    const cells = cycle(['low', 'high', 'middle'], ROWS);
    expect(released(cells, { sdtype: 'categorical', order: ['low', 'middle', 'high'] }).kind).toBe('ordered');
    expect(() => released(cells, { sdtype: 'ordinal' })).toThrow(/"categorical" with an "order"/);
    expect(
      released(
        each((row) => (47 + row / 100).toFixed(2)),
        { sdtype: 'latitude' },
      ).kind,
    ).toBe('numeric');
  });
});

describe('keys', () => {
  test('of three shapes keep shapes and shares, and none is one of the table', () => {
    const make = (row: number): string =>
      row % 6 === 0 ? `EXT-${1000 + row * 7}` : row % 3 === 1 ? `${row + 100}/B` : `ML${10_000 + row * 31}`;
    const cells = each(make);
    const { kind, texts } = released(cells, undefined, 'order_no');
    expect(kind).toBe('identifier');
    expectShares(cells, texts, (text) => text.replace(/\d+/g, '9'));
    expect(texts.filter((text) => cells.includes(text))).toEqual([]);
    expect(new Set(texts).size).toBe(600);
  });
});

describe('dates', () => {
  test('with two offsets, and without a day, keep the shares of each', () => {
    const zoned = each(
      (row) => `2022-0${(row % 9) + 1}-1${row % 10}T0${row % 9}:30:00${row % 4 ? '+02:00' : '-03:00'}`,
    );
    expectShares(zoned, released(zoned).texts, (text) => text.slice(19));
    const partial = each((row) =>
      row % 5 === 0 ? `20${10 + (row % 9)}` : `20${10 + (row % 9)}-0${(row % 9) + 1}-1${row % 10}`,
    );
    const { kind, texts } = released(partial);
    expect(kind).toBe('datetime');
    expectShares(partial, texts, (text) => String(text.length));
  });

  test('times of day are times', () => {
    const { kind, texts } = released(
      each((row) => `${String(6 + (row % 14)).padStart(2, '0')}:${String((row * 5) % 60).padStart(2, '0')}`),
    );
    expect(kind).toBe('datetime');
    expect(texts.every((text) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text))).toBe(true);
  });
});

describe('number grids', () => {
  test.each([
    ['quarters', (row: number) => String(((row * 7) % 90) / 4), 0.25],
    ['tens', (row: number) => String(((row * 11) % 50) * 10), 10],
    ['halves in the format of the table', (row: number) => `${((row * 7) % 60) / 2} kg`, 0.5],
  ])('%s: all that is released lies on them', (_, make, step) => {
    const { texts } = released(each(make));
    expect(texts.map((text) => parseFloat(text) / step).filter((value) => !Number.isInteger(value))).toEqual([]);
  });
});

describe('persons', () => {
  test.each([
    [
      'Last Name',
      (row: number) => `Sample${String.fromCharCode(97 + (row % 26))}${String.fromCharCode(97 + (row % 7))}`,
      'name',
    ],
    [
      'patient',
      (row: number) => `Anna${String.fromCharCode(97 + (row % 26))} Groß${String.fromCharCode(97 + (row % 25))}`,
      'name',
    ],
    ['kontakt', (row: number) => `p${row}@praxis.example`, 'email'],
    ['Telefonnummer', (row: number) => `+43 664 ${100_000 + row * 37}`, 'phone'],
    ['Anschrift', (row: number) => `Hauptstraße ${row + 1}, Graz`, 'address'],
    ['prénom', (row: number) => ['Léa', 'Hugo', 'Emma', 'Louis', 'Chloé', 'Jules'][row % 6]!, 'name'],
  ])('%s: in no prompt, made afresh', (name, make, personal) => {
    const cells = each(make).map((text) => `"${text}"`);
    const table = typedTable(csvOf({ [name]: cells, ...rest }), 'y');
    const { schema, protections } = protectTable(table.schema, table.rows, { minCount: 3, seed: 1 });
    expect(columnNamed(schema, name)).toMatchObject({ kind: 'identifier', personal });
    expect(protections[0]).toMatchObject({ column: name, how: 'made-afresh', cells: ROWS });
    const fresh = finishedRows(schema, table.rows, { seed: 1, keys: identifiersOf(schema, table.rows) });
    const real = new Set(table.rows.map((row) => row[0]));
    expect(fresh.filter((row) => real.has(row[0]))).toEqual([]);
  });

  test.each([
    ['drug_name', ['Aspirin', 'Ibuprofen', 'Metformin', 'Insulin', 'Heparin', 'Digoxin']],
    ['patient', ['new', 'known', 'referred']],
    ['mobile', ['yes', 'no']],
  ])('%s names things', (name, labels) => {
    const { schema } = typedTable(csvOf({ [name]: cycle(labels, ROWS), ...rest }), 'y');
    expect(columnNamed(schema, name).kind).not.toBe('identifier');
  });
});
