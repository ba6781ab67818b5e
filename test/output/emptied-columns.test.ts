import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptiedLines } from '../../mallm/fit/emptied.js';
import type { RunPlan } from '../../mallm/fit/plan.js';
import { emptiedColumns } from '../../output/emptied-columns.js';
import { folderStore } from '../../store/folder-store.js';
import { putBytes, putObject } from '../../store/object.js';
import type { Part } from '../../workflows/contract.js';
import { csvOf, cycle, typedTable } from '../support/tables.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mallm-emptied-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const table = typedTable(
  csvOf({
    size: cycle(['1.5', '2', '7'], 30),
    lab: cycle(['pending', '4.5', '3.5', '5', '2.25', '9.5', '8', '7.75', '6', '1.5'], 30),
    seldom: cycle(['3.5', ...cycle([''], 29)], 30),
    empty: cycle([''], 30),
    y: cycle(['no', 'yes'], 30),
  }),
  'y',
);

/** The emptied columns of a released table, given as the lines of its parts. */
async function emptied(...texts: string[]): Promise<string[]> {
  const store = folderStore(await mkdtemp(join(root, 'store-')));
  const train = await putObject(store, 'train.json', table.rows);
  const parts = await Promise.all(
    texts.map(async (text, i): Promise<Part> => {
      const rows = text.split('\n').length - 1;
      const ref = await putBytes(store, `part-${i}.csv`, Buffer.from(text));
      return { ref, rows, fingerprints: ref };
    }),
  );
  return emptiedColumns(store, { ...table, train } as unknown as RunPlan, parts);
}

describe('columns without a value in any released row', () => {
  it('are named, with what to do, when the training rows have one; a code beside the numbers is no value', async () => {
    expect(await emptied('2,pending,,,yes\n2,,,,no\n'.repeat(4), '7,pending,,,yes\n')).toEqual(['lab']);
    expect(await emptied(',4.5,,,yes\n')).toEqual(['size']);
    expect(emptiedLines({ emptied: ['lab'] })[0]).toMatch(/"lab" has no value .* error of mallm-gan.*--schema/);
    expect(emptiedLines({})).toEqual([]);
  });

  it('are none when one part has a value, by chance in few rows, or without any row', async () => {
    expect(await emptied('2,,,,yes\n', '2,4.5,,,no\n')).toEqual([]);
    expect(await emptied('2,4.5,,,no\n'.repeat(40))).toEqual([]);
    expect(await emptied('2,4.5,,,no\n'.repeat(500))).toEqual(['seldom']);
    expect(await emptied('')).toEqual([]);
  });
});
