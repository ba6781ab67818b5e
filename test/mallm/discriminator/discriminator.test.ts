import { describe, expect, it } from 'vitest';
import type { Row } from '../../../mallm/table/dataset.js';
import type { DiscriminatorKind } from '../../../mallm/discriminator/discriminator.js';
import {
  probabilityReal,
  startDiscriminator,
  updateDiscriminator,
} from '../../../mallm/discriminator/discriminator.js';
import { fitEncoder } from '../../../mallm/discriminator/encoding.js';
import { createRandom } from '../../../mallm/random.js';
import { label, numeric, schemaOf } from '../learning/learner-fixtures.js';

const kinds: DiscriminatorKind[] = ['logistic-regression', 'boosted-trees', 'neural-network', 'ensemble'];
const schema = schemaOf(numeric('age', true), label('sex', ['Female', 'Male']), numeric('pay'));

/** Rows whose age is shifted by so much. */
function rowsOf(count: number, seed: number, shift = 0): Row[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => [
    random.uniform() < 0.1 ? null : 40 + shift + 10 * random.normal(),
    random.pick(['Female', 'Male']),
    100 * random.normal(),
  ]);
}

const encoder = fitEncoder(schema, rowsOf(100, 1));

function accuracy(state: Parameters<typeof probabilityReal>[0], shift: number): number {
  const real = probabilityReal(state, rowsOf(300, 8)).filter((value) => value > 0.5).length;
  const synthetic = probabilityReal(state, rowsOf(300, 9, shift)).filter((value) => value < 0.5).length;
  return (real + synthetic) / 600;
}

describe.each(kinds)('a discriminator of kind %s', (kind) => {
  it('knows nothing at first', () => {
    const state = startDiscriminator(kind, encoder, 1);
    expect([...probabilityReal(state, rowsOf(3, 2))]).toEqual([0.5, 0.5, 0.5]);
  });

  it('separates shifted rows from real ones, and sees that it does', () => {
    const state = updateDiscriminator(startDiscriminator(kind, encoder, 1), rowsOf(60, 3), rowsOf(60, 4, 20));
    expect(accuracy(state, 20)).toBeGreaterThan(0.75);
    expect(state).toMatchObject({ kind, updates: 1, blind: false });
  });

  it('keeps what it knew when it learns from one more, smaller batch', () => {
    const before = updateDiscriminator(startDiscriminator(kind, encoder, 1), rowsOf(80, 3), rowsOf(80, 4, 20));
    let gain = 0;
    for (let lesson = 0; lesson < 8; lesson++) {
      const [real, synthetic] = [rowsOf(6, 50 + lesson), rowsOf(6, 60 + lesson, 20)];
      const fresh = updateDiscriminator(startDiscriminator(kind, encoder, 1), real, synthetic);
      gain += (accuracy(updateDiscriminator(before, real, synthetic), 20) - accuracy(fresh, 20)) / 8;
    }
    expect(gain).toBeGreaterThan(0);
  });

  it('turns round when the synthetic rows do', () => {
    let state = updateDiscriminator(startDiscriminator(kind, encoder, 1), rowsOf(60, 3), rowsOf(60, 4, 20));
    for (let lesson = 0; lesson < 12; lesson++) {
      state = updateDiscriminator(state, rowsOf(60, 20 + lesson), rowsOf(60, 40 + lesson, -20));
    }
    expect(accuracy(state, -20)).toBeGreaterThan(0.75);
  });

  it('is not drowned by many synthetic rows: the classes weigh the same', () => {
    const state = updateDiscriminator(startDiscriminator(kind, encoder, 1), rowsOf(40, 3), rowsOf(400, 4, 20));
    const taken = probabilityReal(state, rowsOf(300, 8)).filter((value) => value > 0.5).length / 300;
    expect(taken).toBeGreaterThan(0.55);
  });

  it('gives the same state for the same seed and lessons, through JSON and back', () => {
    const first = updateDiscriminator(startDiscriminator(kind, encoder, 7), rowsOf(40, 3), rowsOf(40, 4, 5));
    const revived = JSON.parse(JSON.stringify(first)) as typeof first;
    const [a, b] = [first, revived].map((state) => updateDiscriminator(state, rowsOf(40, 5), rowsOf(40, 6, 5)));
    expect(JSON.stringify(b)).toBe(JSON.stringify(a));
  });

  it('stays small, however many lessons it takes', () => {
    let state = startDiscriminator(kind, encoder, 1);
    for (let lesson = 0; lesson < 30; lesson++) {
      state = updateDiscriminator(state, rowsOf(50, lesson), rowsOf(50, 100 + lesson, 5));
    }
    expect(JSON.stringify(state).length).toBeLessThan(64_000);
  });

  it('is returned as it is when there is nothing to learn', () => {
    const state = startDiscriminator(kind, encoder, 1);
    expect(updateDiscriminator(state, rowsOf(5, 1), [])).toBe(state);
    expect(updateDiscriminator(state, [], rowsOf(5, 1))).toBe(state);
  });

  it('says that it is blind when the rows do not differ, and does not fail', () => {
    const rows = rowsOf(40, 3).map((): Row => [40, 'Male', 1]);
    const state = updateDiscriminator(startDiscriminator(kind, encoder, 1), rows, rows);
    expect(state.blind).toBe(true);
    expect(probabilityReal(state, rows).every(Number.isFinite)).toBe(true);
  });

  it('recovers from a state that gives every row one class', () => {
    const seen = updateDiscriminator(startDiscriminator(kind, encoder, 1), rowsOf(60, 3), rowsOf(60, 4, 20));
    const models = structuredClone(seen.models);
    if (models['logistic-regression']) models['logistic-regression'][0] = 1e4;
    if (models['boosted-trees']) models['boosted-trees'].base = 60;
    if (models['neural-network']) models['neural-network'].parameters.fill(50);
    const state = updateDiscriminator({ ...seen, models }, rowsOf(60, 5), rowsOf(60, 6, 20));
    expect(state.blind).toBe(false);
    expect(accuracy(state, 20)).toBeGreaterThan(0.7);
  });
});
