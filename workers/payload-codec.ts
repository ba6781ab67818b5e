import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import protos from '@temporalio/proto';
import type { CodecKey } from '../config/index.js';
import { PayloadError } from '../mallm/errors.js';

const ENCODING = Buffer.from('binary/encrypted');
const CIPHER = 'aes-256-gcm';
/** Bytes: as NIST SP 800-38D wants them for random nonces, and the full tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const { Payload: PayloadMessage } = protos.temporal.api.common.v1;

/**
 * How client and workers turn values into what the Temporal server keeps: all of them alike, or they cannot read each
 * other. Without keys values stay clear, and an encrypted one is refused with the reason.
 */
export function dataConverter(keys: readonly CodecKey[] | undefined): DataConverter {
  return {
    payloadCodecs: [payloadCodec(keys ?? [])],
    ...(keys ? { failureConverterPath: encodedFailuresPath() } : {}),
  };
}

/**
 * AES-256-GCM over whole payloads, their metadata included. The first key encrypts, every key decrypts, found by the id
 * that is beside the payload and is authenticated with it. Clear payloads are read as they are, so that encryption
 * can be switched on while runs are under way.
 */
export function payloadCodec(keys: readonly CodecKey[]): PayloadCodec {
  const [newest] = keys;
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  return {
    encode: async (payloads) => (newest ? payloads.map((payload) => encrypted(payload, newest)) : payloads),
    decode: async (payloads) => payloads.map((payload) => (isEncrypted(payload) ? decrypted(payload, byId) : payload)),
  };
}

/** Module that moves the messages and stacks of failures into a payload, where the codec reaches them. */
export function encodedFailuresPath(): string {
  const beside = fileURLToPath(new URL('./encoded-failures.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../dist/workers/encoded-failures.js', import.meta.url));
}

/** Nonce, ciphertext, tag. */
function encrypted(payload: Payload, { id, key }: CodecKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const name = Buffer.from(id);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(name);
  const content = PayloadMessage.encode(payload).finish();
  const data = Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: ENCODING, 'encryption-key-id': name }, data };
}

function decrypted({ metadata, data }: Payload, keys: ReadonlyMap<string, Buffer>): Payload {
  const name = Buffer.from(metadata?.['encryption-key-id'] ?? []);
  const id = name.toString('utf8');
  const key = keys.get(id);
  if (!key) throw unknownKey(id, [...keys.keys()]);
  const bytes = Buffer.from(data ?? []);
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw damaged(id, 'it is cut off');
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(name)
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  let content: Buffer;
  try {
    content = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw damaged(id, 'its tag does not fit: it was changed or cut off, or another key has this id');
  }
  return PayloadMessage.decode(content);
}

function isEncrypted({ metadata }: Payload): boolean {
  return ENCODING.equals(metadata?.encoding ?? Buffer.alloc(0));
}

function unknownKey(id: string, known: string[]): PayloadError {
  const shown = /^[\w.-]{1,64}$/.test(id) ? `the key ${JSON.stringify(id)}` : 'a key whose id is not well formed';
  return new PayloadError({
    problem: `a payload is encrypted with ${shown}, which this process does not have`,
    got: known.length === 0 ? 'no keys at all' : `the keys ${known.map((name) => JSON.stringify(name)).join(', ')}`,
    remedy: 'Give client, workers and codec server the same MALLM_CODEC_KEYS (or MALLM_CODEC_KEYS_FILE).',
  });
}

function damaged(id: string, got: string): PayloadError {
  return new PayloadError({
    problem: `a payload that is encrypted with the key ${JSON.stringify(id)} cannot be read`,
    got,
    remedy: 'Check that all processes have the same key under this id.',
  });
}
