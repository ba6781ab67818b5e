import { describe, expect, it } from 'vitest';
import { countRepeats, fingerprintSet, fingerprintsOf } from '../../activities/fingerprints.js';
import type { Row } from '../../mallm/table/dataset.js';
import { createRandom } from '../../mallm/random.js';
import { typedTable } from '../support/tables.js';

const { schema } = typedTable(
  Buffer.from(
    `id,age,sex\n${Array.from({ length: 20 }, (_, i) => `P-${1000 + 37 * i},${30 + (i % 7)},${i % 2 ? 'F' : 'M'}\n`).join('')}`,
  ),
  'sex',
);
const none = fingerprintSet([]);
const read = (rows: Row[]) => {
  const fingerprints = fingerprintsOf(schema, rows);
  return { rows: rows.length, read: () => Promise.resolve(fingerprints) };
};

describe('the repeats of a table', () => {
  it('are rows of equal content, whatever their identifiers are, within a part and across parts', async () => {
    expect(schema.columns[0]!.kind).toBe('identifier');
    const parts: Row[][] = [
      [
        ['P-1', 30, 'F'],
        ['P-2', 30, 'F'],
        ['P-3', null, 'F'],
      ],
      [
        ['P-4', 30, 'F'],
        ['P-5', null, 'M'],
        ['P-6', null, 'F'],
        ['P-7', null, 'M'],
      ],
    ];
    expect(await countRepeats(parts.map(read), none)).toEqual({ ofTraining: 0, repeated: 4, acrossParts: 2 });
    const training = fingerprintSet([fingerprintsOf(schema, [['P-1001', 30, 'F']])]);
    expect(await countRepeats(parts.map(read), training)).toMatchObject({ ofTraining: 3, repeated: 4 });
  });

  it.each([100, 1000, 20_000])('are counted exactly, with %d rows to a pass', async (rowsAPass) => {
    const random = createRandom(rowsAPass);
    const parts = Array.from({ length: 7 }, () =>
      Array.from({ length: 1500 }, (): Row => [null, random.integer(3000), random.pick(['F', 'M'])]),
    );
    const seen = new Map<string, number>();
    const expected = { ofTraining: 0, repeated: 0, acrossParts: 0 };
    for (const [part, rows] of parts.entries()) {
      for (const row of rows) {
        const first = seen.get(JSON.stringify(row));
        if (first === undefined) seen.set(JSON.stringify(row), part);
        else expected.repeated++;
        if (first !== undefined && first !== part) expected.acrossParts++;
      }
    }
    expect(expected.acrossParts).toBeGreaterThan(1000);
    expect(await countRepeats(parts.map(read), none, rowsAPass)).toEqual(expected);
  });

  it('are none in a table without rows', async () => {
    expect(await countRepeats([read([])], none)).toEqual({ ofTraining: 0, repeated: 0, acrossParts: 0 });
  });
});
