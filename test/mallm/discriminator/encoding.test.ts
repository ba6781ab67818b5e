import { describe, expect, it } from 'vitest';
import { encodeRows, fitEncoder } from '../../../mallm/discriminator/encoding.js';
import { clinicRows, clinicSchema } from '../../support/clinic-schema.js';
import { label, numeric, readLearners, schemaOf } from '../learning/learner-fixtures.js';

const oracle = (
  readLearners('learners.json') as {
    encoding: { numbers: (number | null)[]; labels: string[]; standardised: number[]; oneHot: number[][] };
  }
).encoding;
const schema = schemaOf(numeric('size', true), label('kind', ['a', 'b', 'c']));
const rows = oracle.numbers.map((number, row) => [number, oracle.labels[row]!]);

describe('fitEncoder and encodeRows', () => {
  it('impute, standardise and one-hot encode as scikit-learn does', () => {
    const encoder = fitEncoder(schema, rows);
    expect(encoder.features).toEqual(['size', 'size missing', 'kind = a', 'kind = b', 'kind = c', 'kind unseen']);
    encodeRows(encoder, rows).forEach((features, row) => {
      expect(features[0]).toBeCloseTo(oracle.standardised[row]!, 12);
      expect(features[1]).toBe(oracle.numbers[row] === null ? 1 : 0);
      expect([...features.subarray(2, 5)]).toEqual(oracle.oneHot[row]);
      expect(features[5]).toBe(0);
    });
  });

  it('give an unseen label a feature of its own, and a missing label none where there is a flag for it', () => {
    const encoder = fitEncoder(schemaOf(label('kind', ['a', 'b'], true), label('other', ['x'])), [['a', 'x']]);
    expect(encoder.features).toEqual([
      'kind = a',
      'kind = b',
      'kind unseen',
      'kind missing',
      'other = x',
      'other unseen',
    ]);
    const encoded = encodeRows(encoder, [
      ['z', 'x'],
      [null, null],
    ]);
    expect([...encoded[0]!]).toEqual([0, 0, 1, 0, 1, 0]);
    expect([...encoded[1]!]).toEqual([0, 0, 0, 1, 0, 1]);
  });

  it('leave identifiers out and take the length of texts', () => {
    const encoder = fitEncoder(clinicSchema, clinicRows);
    expect(encoder.features).not.toContain('patient id');
    const length = encoder.features.indexOf('note length');
    const [first, second] = encodeRows(encoder, [
      [...clinicRows[0]!.slice(0, 6), 'x', 'no'],
      [...clinicRows[0]!.slice(0, 6), 'x'.repeat(40), 'no'],
    ]);
    expect(first![length]).toBeLessThan(second![length]!);
  });

  it('stay finite and bounded for constant columns, all-missing columns, and wild values', () => {
    const wild = schemaOf(numeric('constant'), numeric('empty', true), numeric('value'));
    const encoder = fitEncoder(wild, [
      [0.1, null, 1],
      [0.1, null, 2],
      [0.1, null, 4],
    ]);
    const [first, second] = encodeRows(encoder, [
      [0.1, null, 1e300],
      [-1e9, 7, -1e300],
    ]);
    expect([...first!]).toEqual([0, 0, 1, 10]);
    expect([...second!]).toEqual([-10, 7, 0, -10]);
  });

  it('encode the same after a trip through JSON', () => {
    const encoder = fitEncoder(schema, rows);
    const revived = JSON.parse(JSON.stringify(encoder)) as typeof encoder;
    expect(encodeRows(revived, rows)).toEqual(encodeRows(encoder, rows));
  });
});
