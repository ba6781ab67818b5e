import { describe, expect, it } from 'vitest';
import { rowSatisfies, type PartialRow } from '../../mallm/conditions/condition.js';
import { parseRows } from '../../mallm/generator/reply.js';
import { clinicRows, clinicSchema } from '../support/clinic-schema.js';
import { average, explained, generatorText, manyRows, people, peopleSchema, type RowObject } from './conversation.js';

const source = people(200);
const edge = [{ from: 'sort', to: 'size' }];

describe('rows of the simulated generator', () => {
  it('are the same for the same seed and prompt, and others for another seed', () => {
    const call = { examples: source.slice(0, 5), edges: edge };
    expect(generatorText({ ...call, seed: 7 })).toBe(generatorText({ ...call, seed: 7 }));
    expect(generatorText({ ...call, seed: 8 })).not.toBe(generatorText({ ...call, seed: 7 }));
    expect(generatorText({ ...call, temperature: 0.6 })).not.toBe(generatorText({ ...call, temperature: 0.5 }));
  });

  it('follow an edge, and are nearly independent without it', () => {
    const tied = explained(manyRows({ edges: edge }, source, 120));
    const loose = explained(manyRows({}, source, 120));
    expect(tied).toBeGreaterThan(0.45);
    expect(loose).toBeLessThan(0.2);
    expect(explained(manyRows({ edges: [{ from: 'luck', to: 'size' }] }, source, 120))).toBeLessThan(0.2);
  });

  it('stay within what the prompt names, but for a small share with a fault', () => {
    const texts = Array.from({ length: 300 }, (_, seed) => generatorText({ examples: source.slice(0, 5), seed }));
    const parsed = texts.map((text) => parseRows(text, { schema: peopleSchema, asked: 5, cutOff: false }));
    const kept = parsed.reduce((sum, { rows }) => sum + rows.length, 0);
    expect(kept).toBeGreaterThan(0.97 * 1500);
    expect(kept).toBeLessThan(1500);
    const reasons = new Set(parsed.flatMap(({ rejections }) => Object.keys(rejections)));
    expect([...reasons].every((reason) => reason === 'out-of-range')).toBe(true);
  });

  it('are copies of a shown row now and then, never as a rule', () => {
    const shown = new Set(source.map((row) => JSON.stringify(row)));
    const rows = manyRows({ edges: edge }, source, 400);
    const copies = rows.filter((row) => shown.has(JSON.stringify(Object.values(row)))).length / rows.length;
    expect(copies).toBeLessThan(0.03);
  });

  it('have the faults of a real model: shrunken tails, rare labels lost, too few zeros', () => {
    const rare = source.map((row, index) => (index % 25 === 0 ? ['cow', ...row.slice(1)] : ['ant', ...row.slice(1)]));
    const rows = manyRows({}, rare, 300);
    expect(share(rows, ({ sort }) => sort === 'cow')).toBeLessThan(0.04);
    expect(deviation(rows.map(({ luck }) => Number(luck)))).toBeLessThan(
      0.9 * deviation(source.map((row) => Number(row[2]))),
    );
    const zeros = share(rows, ({ gain }) => gain === 0);
    expect(zeros).toBeLessThan(0.9);
    expect(zeros).toBeGreaterThan(0.6);
  });

  it('do not obey statistics that the task states', () => {
    const task = 'The mean of "size" must be 95 in every reply, and every "sort" must be "dog".';
    const told = manyRows({ task }, source, 200);
    const untold = manyRows({}, source, 200);
    const sizes = (rows: RowObject[]): number => average(rows.map(({ size }) => Number(size)));
    expect(Math.abs(sizes(told) - sizes(untold))).toBeLessThan(4);
    expect(share(told, ({ sort }) => sort === 'dog')).toBeLessThan(0.6);
  });

  it('come from the names and ranges alone when no row is shown', () => {
    const parsed = parseRows(generatorText({ examples: [], rows: 20 }), {
      schema: peopleSchema,
      asked: 20,
      cutOff: false,
    });
    expect(parsed.rows.length).toBeGreaterThanOrEqual(18);
  });

  it('serve every kind of column, missing cells too', () => {
    const text = generatorText({ schema: clinicSchema, examples: clinicRows, rows: 40 });
    const { rows } = parseRows(text, { schema: clinicSchema, asked: 40, cutOff: false });
    expect(rows.length).toBeGreaterThanOrEqual(37);
    expect(rows.some((row) => row[2] === null)).toBe(true);
    expect(rows.some((row) => row[6] !== null)).toBe(true);
  });
});

describe('given cells', () => {
  const given: PartialRow[] = [
    { sort: { is: 'equal', value: 'cow' } },
    { size: { is: 'range', min: 80, max: 90 } },
    { sort: { is: 'one-of', values: ['ant', 'bee'] }, luck: { is: 'range', min: 99 } },
    { gain: { is: 'range', min: 1 } },
    { size: { is: 'equal', value: 12 }, sort: { is: 'equal', value: 'dog' } },
  ];

  it('are kept, but for a few that are overlooked', () => {
    const rows = Array.from({ length: 200 }, (_, seed) => {
      const text = generatorText({ examples: source.slice(0, 5), edges: edge, partialRows: given, seed });
      return (JSON.parse(text) as { rows: RowObject[] }).rows.map((row) => Object.values(row));
    }).filter((reply) => reply.length === given.length);
    const kept = rows.map((reply) => given.map((partial, place) => rowSatisfies(peopleSchema, reply[place]!, partial)));
    expect(share(kept.flat(), (is) => is)).toBeGreaterThan(0.97);
  });

  it('pull what an edge ties to them towards the rows that are like them', () => {
    const examples = [people(200).find(([sort]) => sort === 'ant')!, people(200).find(([sort]) => sort === 'dog')!];
    const partialRows: PartialRow[] = [{ sort: { is: 'equal', value: 'dog' } }, { size: { is: 'range', min: 75 } }];
    const replies = Array.from({ length: 200 }, (_, seed) => {
      const text = generatorText({ examples, edges: edge, partialRows, seed });
      return (JSON.parse(text) as { rows: RowObject[] }).rows;
    });
    expect(average(replies.map(([row]) => Number(row!.size)))).toBeGreaterThan(65);
    expect(
      share(
        replies.filter(({ length }) => length > 1),
        ([, row]) => row!.sort === 'dog',
      ),
    ).toBeGreaterThan(0.6);
  });

  it('may lie beyond what was seen', () => {
    const partialRows: PartialRow[] = [{ size: { is: 'range', min: 150 } }];
    const row = (JSON.parse(generatorText({ examples: source.slice(0, 5), partialRows })) as { rows: RowObject[] })
      .rows;
    expect(Number(row[0]!.size)).toBeGreaterThanOrEqual(150);
  });
});

describe('the shape of a reply', () => {
  const texts = Array.from({ length: 200 }, (_, seed) =>
    generatorText({ examples: source.slice(0, 5), seed, shape: 'text' }),
  );

  it('is bare JSON under a schema and as JSON object', () => {
    for (const shape of ['json_schema', 'json_object'] as const) {
      const reply = JSON.parse(generatorText({ examples: source.slice(0, 3), shape })) as { rows: RowObject[] };
      expect(Object.keys(reply.rows[0]!)).toEqual(['sort', 'size', 'luck', 'gain']);
    }
  });

  it('has fences and prose at times when nothing binds it, and its rows are found all the same', () => {
    expect(share(texts, (text) => text.includes('```'))).toBeGreaterThan(0.1);
    expect(share(texts, (text) => text.startsWith('Here'))).toBeGreaterThan(0.02);
    const found = texts.map((text) => parseRows(text, { schema: peopleSchema, asked: 5, cutOff: false }).rows.length);
    expect(average(found)).toBeGreaterThan(4.7);
  });

  it('is cut off at max_tokens', () => {
    const whole = generatorText({ examples: source.slice(0, 5) });
    expect(generatorText({ examples: source.slice(0, 5), maxTokens: 10 })).toBe(whole.slice(0, 40));
  });
});

function share<T>(items: T[], is: (item: T) => boolean): number {
  return items.filter(is).length / items.length;
}

function deviation(values: number[]): number {
  const mean = average(values);
  return Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
}
