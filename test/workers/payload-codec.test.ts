import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload, SerializationContext } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { CodecKey } from '../../config/index.js';
import { PayloadError } from '../../mallm/errors.js';
import { dataConverters, payloadCodec } from '../../workers/payload-codec.js';
import { refusedAmong } from '../../workflows/refused-payload.js';

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

  it('leaves values clear without keys, and takes no clear one with keys', async () => {
    expect(await encrypt()).toEqual(clear());
    expect(await decrypt(clear())).toEqual({ cell: SECRET });
    await expect(decrypt(clear(), NEW)).rejects.toThrow(/not sealed with the key of this server/);
  });

  it('takes a payload only for the workflow and the activity that it was sealed for', async () => {
    const codec = payloadCodec([NEW]);
    const sealed = async (context?: SerializationContext): Promise<Payload> =>
      (await codec.encode([clear()], context))[0]!;
    const read = async (payload: Payload, context?: SerializationContext): Promise<unknown> =>
      defaultPayloadConverter.fromPayload((await codec.decode([payload], context))[0]!);
    const fit = workflow('fit-a');
    const step = { ...fit, type: 'activity' as const, activityId: '7', isLocal: false };
    for (const context of [fit, step]) expect(await read(await sealed(context), context)).toEqual({ cell: SECRET });
    expect(await read(await sealed(fit))).toEqual({ cell: SECRET });
    const others = [workflow('fit-b'), { ...fit, namespace: 'other' }, step, undefined];
    for (const other of others) await expect(read(await sealed(other), fit)).rejects.toThrow(/for another run or step/);
    await expect(read(await sealed(step), { ...step, activityId: '8' })).rejects.toThrow(/for another run or step/);
    const renamed = await sealed(fit);
    renamed.metadata!['sealed-for'] = (await sealed(workflow('fit-b'))).metadata!['sealed-for']!;
    await expect(read(renamed, workflow('fit-b'))).rejects.toThrow(/its tag does not fit/);
  });

  it('takes what a schedule sealed once in each of its slots, and in no other workflow', async () => {
    const codec = payloadCodec([NEW]);
    const payloads = await codec.encode([clear()], workflow('regenerate-nightly'));
    const slot = workflow('regenerate-nightly-2026-11-29T03:00:00Z');
    expect(await codec.decode(payloads, slot)).toHaveLength(1);
    for (const id of ['regenerate-nightly-other', 'regenerate-nightly-2026', 'regenerate-2026-11-29T03:00:00Z'])
      await expect(codec.decode(payloads, workflow(id))).rejects.toThrow(/for another run/);
  });

  it('hands a refused payload to a worker as what it is, so that it can fail no workflow task', async () => {
    const [codec] = dataConverters([NEW]).worker.payloadCodecs!;
    const foreign = await encrypt(OLD);
    const [mine, ...refused] = (await codec!.decode([await encrypt(NEW), clear(), foreign])).map((payload) =>
      defaultPayloadConverter.fromPayload(payload),
    );
    expect(mine).toEqual({ cell: SECRET });
    expect(refused.map((value) => refusedAmong([value])?.keyMissing)).toEqual([false, true]);
    expect(JSON.stringify(refused)).not.toContain(SECRET);
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

const workflow = (workflowId: string) => ({ type: 'workflow' as const, namespace: 'default', workflowId });

function cut({ metadata, data }: Payload, end: number): Payload {
  return { metadata, data: data!.slice(0, end) };
}

function withoutId({ metadata, data }: Payload): Payload {
  return { metadata: { encoding: metadata!.encoding! }, data };
}

function withId({ metadata, data }: Payload, id: string): Payload {
  return { metadata: { ...metadata, 'encryption-key-id': Buffer.from(id) }, data };
}
