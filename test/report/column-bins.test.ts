import { describe, expect, it } from 'vitest';
import type { Row } from '../../mallm/table/dataset.js';
import { columnBins, namedLabels } from '../../report/column-bins.js';
import { dateEdges } from '../../report/date-bins.js';
import { csvOf, cycle, typedTable } from '../support/tables.js';
import { fixtureTables } from './report-input.js';

const numbers = (count: number, of: (index: number) => number | string): string[] =>
  Array.from({ length: count }, (_, index) => String(of(index)));

function binsOf(cells: string[], synthetic: Row[] = []) {
  const { schema, rows } = typedTable(csvOf({ x: cells, y: cycle(['a', 'b'], cells.length) }), 'y');
  return { column: schema.columns[0]!, bins: columnBins(schema, 0, rows, synthetic)! };
}

describe('columnBins', () => {
  it.each(['adult', 'insurance'] as const)('holds every row of %s once, in every column', (name) => {
    const { schema, train, synthetic } = fixtureTables(name, name === 'adult' ? 'Income' : 'charges');
    for (const index of schema.columns.keys()) {
      const bins = columnBins(schema, index, train, synthetic)!;
      const sum = (side: 'real' | 'synthetic'): number => bins.reduce((total, bin) => total + bin[side], 0);
      expect(sum('real')).toBeCloseTo(1, 9);
      expect(sum('synthetic')).toBeCloseTo(1, 9);
      expect(bins.length).toBeLessThanOrEqual(22);
    }
  });

  it('names no value of a number that only one row has', () => {
    const { bins } = binsOf(numbers(30, (index) => (17.137 + index * 3.271).toFixed(3)));
    expect(bins.map(({ label }) => label).slice(0, 2)).toEqual(['10 to 20', '20 to 30']);
  });

  it('shows few whole numbers one by one, with those between that no row has', () => {
    const { bins } = binsOf(cycle(['0', '1', '3', '5'], 40));
    expect(bins.map(({ label, real }) => `${label} ${real}`)).toEqual([
      '0 0.25',
      '1 0.25',
      '2 0',
      '3 0.25',
      '4 0',
      '5 0.25',
    ]);
  });

  it('says which whole numbers are in a bin', () => {
    const { bins } = binsOf(numbers(80, (index) => 20 + ((7 * index) % 75)));
    expect(bins[0]).toMatchObject({ label: '20 to 29', real: 12 / 80 });
    expect(bins.at(-1)!.label).toBe('90 to 99');
  });

  it('sets the value apart that most rows have, and joins bins without a row', () => {
    const { bins } = binsOf(numbers(50, (index) => (index < 45 ? 0 : 9000 + 10 * index)));
    expect(bins.map(({ label }) => label)).toEqual(['exactly 0', '0 to 8999', '9000 to 9999']);
    expect(bins[0]!.real).toBeCloseTo(0.9, 9);
  });

  it('counts rare labels of a long list together, and names those of a short one', () => {
    const long = [
      ...cycle(
        numbers(11, (index) => `common ${index}`),
        44,
      ),
      'rare one',
      'rare two',
      'rare two',
      'rare three',
    ];
    const { bins, column } = binsOf(long);
    expect(column.kind).toBe('categorical');
    expect(JSON.stringify(bins)).not.toMatch(/rare (one|two|three)/);
    expect(bins.at(-1)).toMatchObject({ label: '3 rarer labels', real: 4 / 48 });
    expect(binsOf([...cycle(['a', 'b'], 40), 'once']).bins.map(({ label }) => label)).toContain('once');
  });

  it('counts missing cells and what the training rows do not have', () => {
    const { bins } = binsOf(
      [...cycle(['a', 'b'], 30), '', ''],
      [
        ['new', 'a'],
        [null, 'b'],
      ],
    );
    expect(bins.slice(-2)).toEqual([
      { label: 'anything else', real: 0, synthetic: 0.5 },
      { label: 'missing', real: 2 / 32, synthetic: 0.5 },
    ]);
  });

  it('compares no identifier and no free text', () => {
    const { schema, rows } = typedTable(
      csvOf({ id: numbers(30, (i) => `P${1000 + 7 * i}`), n: cycle(['1', '2'], 30), y: cycle(['a', 'b'], 30) }),
      'y',
    );
    expect(schema.columns[0]!.kind).toBe('identifier');
    expect(columnBins(schema, 0, rows, rows)).toBeNull();
  });
});

describe('namedLabels', () => {
  it('asks for three real rows when the list is long', () => {
    const categories = Array.from({ length: 20 }, (_, index) => `l${index}`);
    const column = {
      kind: 'categorical',
      categories,
      name: 'x',
      description: '',
      nullable: false,
      missingToken: '',
    } as const;
    expect(namedLabels({ ...column, categories }, ['l5', 'l5', 'l5', 'l7', 'l7', 'l9'])).toEqual(['l5']);
  });
});

describe('dateEdges', () => {
  const at = (text: string): number => Date.parse(text) / 1000;
  it.each([
    ['2020-01-03', '2021-06-30', '2020-01'],
    ['1900-05-05', '2020-01-01', '1900'],
    ['2020-01-03T10:00:00Z', '2020-01-03T10:07:00Z', '2020-01-03 10:00'],
    ['2020-01-03', '2020-01-09', '2020-01-03'],
    ['2020-01-03', '2020-01-03', '2020-01-03 00:00'],
  ])('cuts %s to %s at round dates', (from, to, first) => {
    const { edges, write } = dateEdges(at(from), at(to));
    expect(edges[0]).toBeLessThanOrEqual(at(from));
    expect(edges.at(-1)).toBeGreaterThan(at(to));
    expect(edges).toEqual([...new Set(edges)].sort((a, b) => a - b));
    expect(edges.length).toBeLessThanOrEqual(14);
    expect(write(edges[0]!)).toBe(first);
  });
});
