import { describe, expect, it } from 'vitest';
import { parseCondition, mergeConditions } from '../../../../mallm/conditions/condition-parser.js';
import { rowSatisfies } from '../../../../mallm/conditions/condition.js';
import { curate } from '../../../../mallm/refinement/curation.js';
import { drawRows } from '../../../../mallm/refinement/draw/draw-rows.js';
import type { RefinedGenerator } from '../../../../mallm/refinement/generator.js';
import { fitRefinedGenerator } from '../../../../mallm/refinement/refinement.js';
import { countRules } from '../../../../mallm/rules/rule-check.js';
import { withRules } from '../../../../mallm/rules/table-rules.js';
import type { Row, TableSchema } from '../../../../mallm/table/dataset.js';
import { formatCell } from '../../../../mallm/table/formats/csv.js';
import { readRows } from '../../../../mallm/table/inference/schema-inference.js';
import { schemaViolation } from '../../../../mallm/table/released-rows.js';
import { ruleText } from '../../../../mallm/table/rule.js';
import { csvOf, typedTable } from '../../../support/tables.js';
import { RULED, rowsOf, type RuledTable, type Written } from '../../../mallm/rules/ruled-tables.js';

function columnsOf(rows: readonly Written[]): Record<string, string[]> {
  return Object.fromEntries(Object.keys(rows[0]!).map((name) => [name, rows.map((row) => row[name]!)]));
}

/** A training table of a process, typed and with its rules, and fresh rows of the same process. */
function prepared(table: RuledTable, count = 150): { schema: TableSchema; trainRows: Row[]; fresh: Row[] } {
  const { schema: typed, rows } = typedTable(csvOf(columnsOf(rowsOf(table, count, 1))), table.target);
  const { schema } = withRules(typed, rows);
  const more = rowsOf(table, 300, 2);
  const names = schema.columns.map(({ name }) => name);
  const fresh = readRows(
    schema,
    names,
    more.map((row) => names.map((name) => row[name]!)),
  );
  return { schema, trainRows: rows, fresh };
}

const perfect = new Map<RuledTable, RefinedGenerator>();

/** The generator of a table's training rows and a perfect model's; fitted once. */
function perfectGenerator(table: RuledTable): RefinedGenerator {
  const { schema, trainRows, fresh } = prepared(table);
  const input = { schema, trainRows, modelRows: fresh, edges: [], distance: 'mild' as const, seed: 3 };
  const known = perfect.get(table) ?? fitRefinedGenerator(input);
  perfect.set(table, known);
  return known;
}

function written(schema: TableSchema, row: Row): Written {
  return Object.fromEntries(schema.columns.map((column, i) => [column.name, formatCell(column, row[i]!)]));
}

describe.each(Object.entries(RULED))('%s', (_, table) => {
  const { schema, trainRows, fresh } = prepared(table);
  const usual = { schema, trainRows, edges: [], distance: 'mild' as const, seed: 3 };
  const kept = (rows: readonly Row[]): boolean[] => rows.map((row) => table.keeps(written(schema, row)));

  it('has its rules found, and no others', () => {
    expect((schema.rules ?? []).map(ruleText).sort()).toEqual([...table.rules].sort());
  });

  it.each([
    ['training rows alone', []],
    ['rows of a perfect model', fresh],
    ['rows of a model that keeps no rule', shuffled(fresh)],
  ])('keeps them in every row that is drawn from %s', (_, modelRows) => {
    const generator = modelRows === fresh ? perfectGenerator(table) : fitRefinedGenerator({ ...usual, modelRows });
    const drawn = drawRows(generator, { count: 400, seed: 4 });
    expect(drawn).toMatchObject({ shortfall: null });
    expect(kept(drawn.rows)).toEqual(Array(400).fill(true));
    expect(drawn.rows.flatMap((row) => schemaViolation(schema, row) ?? [])).toEqual([]);
    for (const { of, kept: count } of countRules(schema, drawn.rows)) expect(count).toBe(of);
  });

  it('takes rows of a perfect model as they are, and mends or drops those that break a rule', () => {
    const ask = { schema, trainRows, kept: [], conditions: {}, distance: 'off' as const, wanted: 100, seed: 1 };
    const whole = fresh.filter((row) => schemaViolation(schema, row) === null);
    const { kept: rows, rejections } = curate({ ...ask, rows: whole });
    expect(rows.length).toBeGreaterThan(50);
    expect(rejections).not.toHaveProperty('broken-rule');
    expect(rejections).not.toHaveProperty('schema-violation');
    const known = new Set(whole.map((row) => JSON.stringify(row)));
    expect(rows.every((row) => known.has(JSON.stringify(row)))).toBe(true);
    const mended = curate({ ...ask, rows: shuffled(whole), wanted: 300 }).kept;
    expect(mended.length).toBeGreaterThan(0);
    expect(kept(mended).every(Boolean)).toBe(true);
  });
});

/** Each column's cells in another order: no rule holds. */
function shuffled(rows: readonly Row[]): Row[] {
  return rows.map((row, i) => row.map((_, column) => rows[(i + 7 * column) % rows.length]![column]!));
}

describe('conditions', () => {
  it.each([
    ['stays with times of admission and discharge', ['discharge < 2023-03-01', 'hours > 100']],
    ['an invoice of quantity times price, with tax', ['gross in 100..120']],
    ['cell counts that add up, some of them missing', ['leukocytes > 100']],
    ['cell counts that add up, some of them missing', ['leukocytes is missing']],
    ['codes with their names and chapters', ['name = "disease of I number 6"']],
    ['codes with their names and chapters', ['chapter = "chapter J"', 'died = 1']],
    ['a share in percent', ['rate > 25', 'tested < 300']],
    ['three dates in order', ['treatment_end < 2020-03-01']],
  ])('on columns of rules are satisfied, and the rules kept: %s, %j', (name, where) => {
    const table = RULED[name]!;
    const { schema } = prepared(table);
    const conditions = mergeConditions(
      schema,
      where.map((text) => parseCondition(schema, text)),
    );
    const { rows, shortfall } = drawRows(perfectGenerator(table), { count: 60, seed: 4, conditions });
    expect(shortfall).toBeNull();
    expect(rows.every((row) => rowSatisfies(schema, row, conditions))).toBe(true);
    expect(rows.every((row) => table.keeps(written(schema, row)))).toBe(true);
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBeGreaterThan(55);
  });
});
