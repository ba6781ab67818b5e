import { describe, expect, it } from 'vitest';
import { assertCausalStructure } from '../../../mallm/theta/causal-structure.js';
import type { Row } from '../../../mallm/table/dataset.js';
import { createRandom } from '../../../mallm/random.js';
import { searchStructure, structureScore } from '../../../mallm/theta/structure-search.js';
import { fileBytes, typedTable } from '../../support/tables.js';
import { codedTable, label, numeric, readLearners, schemaOf } from '../learning/learner-fixtures.js';

interface StructureOracle {
  name: string;
  columns: string[];
  codes: number[][];
  graphs: { edges: [number, number][]; bic: number }[];
  best: number;
}

const oracles = readLearners('structure.json') as StructureOracle[];
const text = ({ from, to }: { from: string; to: string }): string => `${from} -> ${to}`;

describe('structureScore', () => {
  it.each(oracles)('is the BIC that numpy computes ($name)', ({ columns, codes, graphs }) => {
    const { schema, rows } = codedTable(columns, codes);
    for (const { edges, bic } of graphs) {
      const named = edges.map(([from, to]) => ({ from: columns[from]!, to: columns[to]! }));
      expect(structureScore(schema, rows, named)).toBeCloseTo(bic, 6);
    }
  });
});

describe('searchStructure', () => {
  it.each(oracles)('comes within 0.5 % of the best graph there is ($name)', ({ columns, codes, best, graphs }) => {
    const { schema, rows } = codedTable(columns, codes);
    const edges = searchStructure(schema, rows);
    const score = structureScore(schema, rows, edges);
    expect(() => assertCausalStructure(schema, edges)).not.toThrow();
    expect(score).toBeLessThanOrEqual(best + 1e-6);
    expect(best - score).toBeLessThan(0.005 * Math.abs(best));
    expect(score).toBeGreaterThan(graphs[0]!.bic);
  });

  it.each(oracles.slice(0, 2))('finds the best graph of small tables ($name)', ({ columns, codes, best }) => {
    const { schema, rows } = codedTable(columns, codes);
    expect(structureScore(schema, rows, searchStructure(schema, rows))).toBeCloseTo(best, 6);
  });

  it('recovers edges of the Asia network from 50 rows', () => {
    const { schema, rows } = typedTable(fileBytes('test/fixtures/tables/asia-train-50.csv'), 'Dyspnea');
    const edges = searchStructure(schema, rows).map(text);
    expect(edges).toEqual(
      expect.arrayContaining([
        'smoke -> bronchitis',
        'lung cancer -> either tuberculosis or lung cancer',
        'bronchitis -> Dyspnea',
      ]),
    );
    expect(edges.length).toBeLessThanOrEqual(5);
  });

  it('gives numeric columns edges', () => {
    const { schema, rows } = typedTable(fileBytes('test/fixtures/tables/insurance-train-100.csv'), 'charges');
    const edges = searchStructure(schema, rows).map((edge) => [edge.from, edge.to].sort().join(' '));
    expect(edges).toEqual(expect.arrayContaining(['charges smoker', 'age charges']));
  });

  it('finds no edges between columns that are not related, nor in tables of three rows or none', () => {
    const random = createRandom(5);
    const schema = schemaOf(numeric('a'), label('b', ['x', 'y']), numeric('c', true));
    const rows: Row[] = Array.from({ length: 200 }, () => [
      random.normal(),
      random.pick(['x', 'y']),
      random.uniform() < 0.1 ? null : random.normal(),
    ]);
    expect(searchStructure(schema, rows)).toEqual([]);
    expect(searchStructure(schema, rows.slice(0, 3))).toEqual([]);
    expect(searchStructure(schema, [])).toEqual([]);
  });

  it('sees that cells are missing together', () => {
    const random = createRandom(6);
    const schema = schemaOf(label('ward', ['a', 'b']), numeric('pulse', true));
    const rows: Row[] = Array.from({ length: 120 }, () => {
      const ward = random.pick(['a', 'b']);
      return [ward, ward === 'a' && random.uniform() < 0.8 ? null : random.normal()];
    });
    expect(searchStructure(schema, rows).map(text)).toEqual(['ward -> pulse']);
  });

  it('gives the same edges for the same seed, whatever the order of the rows', () => {
    const { schema, rows } = typedTable(fileBytes('test/fixtures/tables/adult-train-100.csv'), 'Income');
    const edges = searchStructure(schema, rows, { seed: 4 });
    expect(searchStructure(schema, rows, { seed: 4 })).toEqual(edges);
    expect(searchStructure(schema, createRandom(1).shuffle(rows), { seed: 4 })).toEqual(edges);
  });

  it('searches 14 columns of 800 rows in under a second, give or take a busy machine', () => {
    const random = createRandom(3);
    const columns = Array.from({ length: 14 }, (_, index) => numeric(`c${index}`));
    const rows: Row[] = Array.from({ length: 800 }, () => {
      const cells: number[] = [];
      for (let index = 0; index < 14; index++) {
        cells.push((index > 0 ? cells[random.integer(index)]! : 0) + random.normal());
      }
      return cells;
    });
    const start = performance.now();
    expect(searchStructure(schemaOf(...columns), rows).length).toBeGreaterThan(3);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
