import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { CodecKey } from '../../config/index.js';
import { PayloadError } from '../../mallm/errors.js';
import { payloadCodec } from '../../workers/payload-codec.js';

const OLD: CodecKey = { id: '2026-10', key: randomBytes(32) };
const NEW: CodecKey = { id: '2026-11', key: randomBytes(32) };
const SECRET = 'Prof-specialty';

const clear = (): Payload => defaultPayloadConverter.toPayload({ cell: SECRET });
const encrypt = async (...keys: CodecKey[]): Promise<Payload> => (await payloadCodec(keys).encode([clear()]))[0]!;
const decrypt = async (payload: Payload, ...keys: CodecKey[]): Promise<unknown> =>
  defaultPayloadConverter.fromPayload((await payloadCodec(keys).decode([payload]))[0]!);
const text = (payload: Payload): string =>
  [payload.data!, ...Object.values(payload.metadata!)].map((bytes) => Buffer.from(bytes).toString('latin1')).join('|');

describe('the payload codec', () => {
  it('hides a value and its metadata, and gives it back', async () => {
    const payload = await encrypt(NEW);
    expect(text(payload)).not.toContain(SECRET);
    expect(text(payload)).not.toContain('json/plain');
    expect(text(payload)).toContain('2026-11');
    expect(await decrypt(payload, NEW)).toEqual({ cell: SECRET });
  });

  it('never encrypts the same value to the same bytes', async () => {
    expect(text(await encrypt(NEW))).not.toBe(text(await encrypt(NEW)));
  });

  it('encrypts with the newest key, and reads what older ones encrypted', async () => {
    expect(text(await encrypt(NEW, OLD))).toContain('2026-11');
    expect(await decrypt(await encrypt(OLD), NEW, OLD)).toEqual({ cell: SECRET });
  });

  it('reads what was written before it was switched on, and leaves values clear without keys', async () => {
    expect(await decrypt(clear(), NEW)).toEqual({ cell: SECRET });
    expect(await encrypt()).toEqual(clear());
  });

  it.each([
    {
      what: 'no key of this id',
      payload: () => encrypt(NEW),
      keys: [OLD],
      expected: /the key "2026-11", which this process does not have: got the keys "2026-10"/,
    },
    { what: 'no keys at all', payload: () => encrypt(NEW), keys: [], expected: /got no keys at all.*MALLM_CODEC_KEYS/ },
    {
      what: 'another key under the same id',
      payload: () => encrypt(NEW),
      keys: [{ ...OLD, id: NEW.id }],
      expected: /its tag does not fit/,
    },
    {
      what: 'a payload cut off within',
      payload: async () => cut(await encrypt(NEW), -1),
      keys: [NEW],
      expected: /its tag does not fit/,
    },
    {
      what: 'a payload cut off at its head',
      payload: async () => cut(await encrypt(NEW), 20),
      keys: [NEW],
      expected: /it is cut off/,
    },
    {
      what: 'a payload without a key id',
      payload: async () => withoutId(await encrypt(NEW)),
      keys: [NEW],
      expected: /a key whose id is not well formed/,
    },
    {
      what: 'the id of another known key',
      payload: async () => withId(await encrypt(NEW), OLD.id),
      keys: [NEW, OLD],
      expected: /its tag does not fit/,
    },
  ])('refuses with the reason: $what', async ({ payload, keys, expected }) => {
    const error: unknown = await decrypt(await payload(), ...keys).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PayloadError);
    expect((error as Error).message).toMatch(expected);
    const shown = JSON.stringify(error) + (error as Error).stack!;
    expect(shown).not.toContain(SECRET);
    for (const { key } of [OLD, NEW]) expect(shown).not.toContain(key.toString('base64'));
  });
});

function cut({ metadata, data }: Payload, end: number): Payload {
  return { metadata, data: data!.slice(0, end) };
}

function withoutId({ metadata, data }: Payload): Payload {
  return { metadata: { encoding: metadata!.encoding! }, data };
}

function withId({ metadata, data }: Payload, id: string): Payload {
  return { metadata: { ...metadata, 'encryption-key-id': Buffer.from(id) }, data };
}
