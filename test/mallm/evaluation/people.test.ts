import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { evaluateTable } from '../../../mallm/evaluation/evaluate.js';
import { evaluationTables } from '../../../mallm/evaluation/tables.js';
import { stratifiedFolds } from '../../../mallm/evaluation/two-sample-test.js';
import type { Row, TableSchema } from '../../../mallm/table/dataset.js';
import { parseTable } from '../../../mallm/table/formats/read-table.js';
import { splitTable } from '../../../mallm/table/held-out.js';

/** cgd with some 40 % of its subjects held out, and the training rows for synthetic ones. */
async function cgd(): Promise<{ schema: TableSchema; train: Row[]; heldOut: Row[]; synthetic: Row[] }> {
  const table = await parseTable(readFileSync('test/fixtures/tables/cgd.csv'));
  const { schema, trainRows, heldOutRows } = splitTable(table, { target: 'status' }, { share: 0.4, seed: 2 });
  return { schema, train: trainRows, heldOut: heldOutRows!, synthetic: trainRows };
}

test('folds hold whole people', async () => {
  const { train, heldOut } = evaluationTables({ ...(await cgd()), seed: 1 });
  const folds = stratifiedFolds(train, heldOut, 1);
  const foldOf = new Map(folds.flatMap((rows, fold) => rows.map((row) => [row, fold] as const)));
  expect(foldOf.size).toBe(train.rows + heldOut.rows);
  for (const [table, first] of [[train, 0] as const, [heldOut, train.rows] as const]) {
    const folded = new Map<number, Set<number>>();
    table.person!.forEach((person, row) =>
      folded.set(person, (folded.get(person) ?? new Set()).add(foldOf.get(first + row)!)),
    );
    expect(folded.size).toBeLessThan(table.rows);
    expect([...folded.values()].every(({ size }) => size === 1)).toBe(true);
  }
});

test('two halves of real subjects are not told apart by what stays with a subject', async () => {
  const input = { ...(await cgd()), seed: 1 };
  const rowByRow = { ...input, schema: { ...input.schema, group: undefined } };
  const [byPeople, byRows] = [input, rowByRow].map((each) => evaluateTable(each).fidelity.c2st.null.trees.auc);
  expect(byRows).toBeGreaterThan(0.72);
  expect(byPeople).toBeLessThan(0.65);
});

test('held-out rows of subjects that are in train are dropped', async () => {
  const input = await cgd();
  const mixed = { ...input, heldOut: [...input.heldOut, ...input.train.slice(0, 5)], seed: 1 };
  const { heldOut, notes } = evaluationTables(mixed);
  expect(heldOut.rows).toBe(input.heldOut.length);
  expect(notes.join(' ')).toContain('5 held-out rows are of people who have rows in train');
});
