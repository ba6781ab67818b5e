import { describe, expect, test } from 'vitest';
import { peopleBatches } from '../../../mallm/generator/few-shot-batch.js';
import {
  drawPeopleSizes,
  numberedRows,
  numberedSchema,
  peopleOfReply,
  peoplePartialRows,
} from '../../../mallm/generator/people-rows.js';
import { parseRows } from '../../../mallm/generator/reply.js';
import { generatorMessages } from '../../../mallm/prompts/generator-prompt.js';
import { curate } from '../../../mallm/refinement/curation.js';
import { finishedRows } from '../../../mallm/table/finished-rows.js';
import { inferColumns, readRows } from '../../../mallm/table/inference/schema-inference.js';
import { peopleOf } from '../../../mallm/table/people.js';

const header = ['pid', 'sex', 'visit', 'day', 'crp'];
const records = Array.from({ length: 24 }, (_, person) =>
  Array.from({ length: 1 + (person % 3) }, (_, visit) => [
    `P-${710 + 3 * person}`,
    person % 2 ? 'f' : 'm',
    String(visit + 1),
    String(1 + (person % 7) + 30 * visit),
    String(((person * 7 + visit * 5) % 41) + 1),
  ]),
).flat();
const schema = inferColumns(header, records, { target: 'crp' });
const rows = readRows(schema, header, records);
const people = peopleOf(schema, rows);

test('batches hold whole people, each of them once', () => {
  const batches = peopleBatches(people, { batchSize: 12, seed: 1, epoch: 1 });
  expect(batches).toHaveLength(4);
  expect(batches.flat()).toHaveLength(24);
  expect(new Set(batches.flat(2)).size).toBe(rows.length);
});

describe('a prompt', () => {
  const shown = numberedRows(
    schema,
    [people[2]!, people[5]!].map((places) => places.map((place) => rows[place]!)),
  );
  const sizes = drawPeopleSizes(people, 10, 4);
  const partialRows = peoplePartialRows(schema.group!, sizes, [
    { sex: { is: 'equal', value: 'f' }, crp: { is: 'range', min: 1, max: 9 } },
    { sex: { is: 'equal', value: 'm' }, day: { is: 'range', min: 1, max: 9 } },
  ]);
  const theta = { context: 'visits', schema: numberedSchema(schema, 12), causalStructure: [], taskInstruction: 'go' };
  const [, user] = generatorMessages({ theta, examples: shown, rows: partialRows.length, partialRows });

  test('shows whole people under numbers, and never a key', () => {
    expect(user!.content).not.toMatch(/P-7\d\d/);
    expect(user!.content.match(/^\{"pid":\d/gm)).toEqual([
      '{"pid":1',
      '{"pid":1',
      '{"pid":1',
      '{"pid":2',
      '{"pid":2',
      '{"pid":2',
    ]);
    expect(user!.content).toContain('the same in all rows of a person: \"sex\"');
  });

  test('asks for whole people, whose rows share what is constant and count their visits', () => {
    expect(partialRows.length).toBeGreaterThanOrEqual(10);
    let at = 0;
    sizes.forEach((size, person) => {
      const own = partialRows.slice(at, (at += size));
      expect(own.map(({ pid }) => pid)).toEqual(own.map(() => ({ is: 'equal', value: person + 1 })));
      expect(new Set(own.map(({ sex }) => JSON.stringify(sex))).size).toBe(1);
      expect(own.map(({ visit }) => visit)).toEqual(own.map((_, row) => ({ is: 'equal', value: row + 1 })));
      expect(own.slice(1).some((partial) => 'day' in partial)).toBe(false);
    });
  });
});

describe('a reply', () => {
  const reply = [
    { pid: 1, sex: 'f', visit: 1, day: 33, crp: 4 },
    { pid: 1, sex: 'm', visit: 2, day: 3, crp: 5 },
    { pid: 2, sex: 'm', visit: 1, day: 4, crp: 6 },
    { pid: 3, sex: 'm', visit: 1, day: 5, crp: 7 },
    { pid: 3, sex: 'm', visit: 5, day: 999, crp: 8 },
  ];
  const parsed = parseRows(JSON.stringify({ rows: reply }), { schema: numberedSchema(schema, 3), asked: 5 });
  const made = peopleOfReply(schema, parsed.rows, { sizes: [2, 1, 2], label: 'e1b1-c0' });

  test('is mended where the rows of a person contradict each other', () => {
    expect(made.rows.slice(0, 2)).toEqual([
      ['e1b1-c0-1', 'f', 1, 3, 4],
      ['e1b1-c0-1', 'f', 2, 33, 5],
    ]);
  });

  test('loses a person whose rows are not all valid', () => {
    expect(parsed.rejections).toEqual({ 'out-of-range': 1 });
    expect(made.rejections).toEqual({ 'incomplete-person': 1 });
    expect(made.rows.map(([pid]) => pid)).toEqual(['e1b1-c0-1', 'e1b1-c0-1', 'e1b1-c0-2']);
  });

  test('is curated by whole people', () => {
    const copied = [rows[1]!, [null, 'f', 2, 45, 40]].map((row) => ['c', ...row.slice(1)]);
    const ask = { schema, trainRows: rows, kept: [], conditions: {}, distance: 'off' as const, seed: 1 };
    const { kept, rejections } = curate({ ...ask, rows: [...copied, ...made.rows], wanted: 1, people: true });
    expect(new Set(kept.map(([pid]) => pid)).size).toBe(1);
    expect(kept.some(([pid]) => pid === 'c')).toBe(false);
    const all = curate({ ...ask, rows: [...copied, ...made.rows], wanted: 9 });
    expect(all.kept).toHaveLength(3);
    expect(all.rejections).toEqual({ 'exact-copy': 2 });
    expect(Object.keys(rejections).every((reason) => reason === 'exact-copy')).toBe(true);
  });
});

test('shards that end with a whole person share no key', () => {
  const shard = (start: number): string[] => {
    const drawn = [0, 0, 0, 1, 1, 2].map((person, i) => [String(person), 'f', i + 1, i + 1, 9]);
    return finishedRows(schema, drawn, { start, seed: 5, keys: { pid: [] } }).map(([pid]) => String(pid));
  };
  const [first, second] = [shard(0), shard(4)];
  expect(first.map((key) => first.indexOf(key))).toEqual([0, 0, 0, 3, 3, 5]);
  expect(first.filter((key) => second.includes(key))).toEqual([]);
});
