import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultPayloadConverter } from '@temporalio/common';
import type { DataConverter, Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import protos from '@temporalio/proto';
import type { CodecKey } from '../config/index.js';
import { PayloadError } from '../mallm/errors.js';
import { refusedPayload } from '../workflows/refused-payload.js';

const ENCODING = Buffer.from('binary/encrypted');
const CIPHER = 'aes-256-gcm';
/** Bytes: as NIST SP 800-38D wants them for random nonces, and the full tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Names in the metadata: of the key, and of what the payload is for. */
const KEY_ID = 'encryption-key-id';
const SEALED_FOR = 'sealed-for';
/** At the end of an owner whose workflow a schedule has started. */
const SLOT_TIME = /-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"\]$/;

const { Payload: PayloadMessage } = protos.temporal.api.common.v1;

/** How client and workers turn values into what the Temporal server keeps: all of them alike, or they cannot read each other. */
export interface Converters {
  client: DataConverter;
  worker: DataConverter;
}

/**
 * Without keys values stay clear, and a sealed one is refused with the reason. With keys, whatever is not sealed by one of
 * them for the run that receives it is refused: by an error in a client, in a worker as refuse-unsealed.ts has it.
 */
export function dataConverters(keys: readonly CodecKey[] | undefined): Converters {
  if (!keys) return { client: { payloadCodecs: [payloadCodec([])] }, worker: { payloadCodecs: [payloadCodec([])] } };
  const failureConverterPath = encodedFailuresPath();
  return {
    client: { payloadCodecs: [clientCodec(keys)], failureConverterPath },
    worker: { payloadCodecs: [workerCodec(keys)], failureConverterPath },
  };
}

/**
 * AES-256-GCM over whole payloads, their metadata included. The first key encrypts, every key decrypts. The id of the key,
 * and the namespace, workflow and activity that the payload is for, are beside it in the clear and authenticated with it.
 *
 * @throws PayloadError for a payload that no key here has sealed, or that is for another owner than the context names.
 */
export function payloadCodec(keys: readonly CodecKey[]): PayloadCodec {
  const [newest] = keys;
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  const decoded = (payload: Payload, context?: SerializationContext): Payload => {
    if (isEncrypted(payload)) return decrypted(payload, byId, context);
    if (newest) throw notSealed();
    return payload;
  };
  return {
    encode: async (payloads, context) =>
      newest ? payloads.map((payload) => encrypted(payload, newest, ownerOf(context))) : payloads,
    decode: async (payloads, context) => payloads.map((payload) => decoded(payload, context)),
  };
}

/** What belongs to no run (memos, failures of a step under way) is shown as refused: a stranger's must not hide the rest. */
function clientCodec(keys: readonly CodecKey[]): PayloadCodec {
  const [strict, lenient] = [payloadCodec(keys), workerCodec(keys)];
  return {
    encode: strict.encode,
    decode: async (payloads, context) => (context ? strict : lenient).decode(payloads, context),
  };
}

function workerCodec(keys: readonly CodecKey[]): PayloadCodec {
  const { encode, decode } = payloadCodec(keys);
  return {
    encode,
    decode: (payloads, context) =>
      Promise.all(
        payloads.map(async (payload) => {
          try {
            return (await decode([payload], context))[0]!;
          } catch (error) {
            if (!(error instanceof PayloadError)) throw error;
            return defaultPayloadConverter.toPayload(refusedPayload(error.message, error instanceof KeyMissing));
          }
        }),
      ),
  };
}

/** Module that moves the messages and stacks of failures into a payload, where the codec reaches them. */
export function encodedFailuresPath(): string {
  const beside = fileURLToPath(new URL('./encoded-failures.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../dist/workers/encoded-failures.js', import.meta.url));
}

/** Nonce, ciphertext, tag. */
function encrypted(payload: Payload, { id, key }: CodecKey, owner: string | undefined): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const name = Buffer.from(id);
  const sealedFor = owner === undefined ? undefined : Buffer.from(owner);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(authenticated(name, sealedFor));
  const content = PayloadMessage.encode(payload).finish();
  const data = Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  return {
    metadata: { encoding: ENCODING, [KEY_ID]: name, ...(sealedFor && { [SEALED_FOR]: sealedFor }) },
    data,
  };
}

function decrypted(
  { metadata, data }: Payload,
  keys: ReadonlyMap<string, Buffer>,
  context: SerializationContext | undefined,
): Payload {
  const name = Buffer.from(metadata?.[KEY_ID] ?? []);
  const sealedFor = metadata?.[SEALED_FOR] && Buffer.from(metadata[SEALED_FOR]);
  const id = name.toString('utf8');
  const key = keys.get(id);
  if (!key) throw unknownKey(id, [...keys.keys()]);
  const bytes = Buffer.from(data ?? []);
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw damaged(id, 'it is cut off');
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(authenticated(name, sealedFor))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  let content: Buffer;
  try {
    content = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw damaged(id, 'its tag does not fit: it was changed or cut off, or another key has this id');
  }
  const owner = ownerOf(context);
  if (owner !== undefined && !isFor(owner, sealedFor?.toString('utf8'))) throw ofAnother(id);
  return PayloadMessage.decode(content);
}

function authenticated(name: Buffer, sealedFor: Buffer | undefined): Buffer {
  return sealedFor ? Buffer.concat([name, Buffer.of(0), sealedFor]) : name;
}

/** Namespace, workflow and, for what an activity receives and returns, the activity; undefined where the SDK names none. */
function ownerOf(context: SerializationContext | undefined): string | undefined {
  if (!context) return undefined;
  const { namespace, workflowId = '' } = context;
  return JSON.stringify([namespace, workflowId, ...(context.type === 'activity' ? [context.activityId ?? ''] : [])]);
}

/** A schedule seals the input once, and the server adds the time of the slot to the id of the workflow. */
function isFor(owner: string, sealedFor: string | undefined): boolean {
  return owner === sealedFor || owner.replace(SLOT_TIME, '"]') === sealedFor;
}

/** Whether the codec has sealed it, with whatever key. */
export function isEncrypted({ metadata }: Payload): boolean {
  return ENCODING.equals(metadata?.encoding ?? Buffer.alloc(0));
}

/** Another process may have the key. */
export class KeyMissing extends PayloadError {}

function unknownKey(id: string, known: string[]): PayloadError {
  const shown = /^[\w.-]{1,64}$/.test(id) ? `the key ${JSON.stringify(id)}` : 'a key whose id is not well formed';
  return new KeyMissing({
    problem: `a payload is encrypted with ${shown}, which this process does not have`,
    got: known.length === 0 ? 'no keys at all' : `the keys ${known.map((name) => JSON.stringify(name)).join(', ')}`,
    remedy: 'Give client, workers and codec server the same MALLM_CODEC_KEYS (or MALLM_CODEC_KEYS_FILE).',
  });
}

function notSealed(): PayloadError {
  return new PayloadError({
    problem: 'a payload is not sealed with the key of this server',
    got: 'a clear one: of another user of the server, or of a run that was begun before there was a key',
    remedy: 'Run the same command again: a run that is refused is started anew from what it has in the store.',
  });
}

function ofAnother(id: string): PayloadError {
  return new PayloadError({
    problem: `a payload that is sealed with the key ${JSON.stringify(id)} is for another run or step than the one it came to`,
    remedy: 'Run the same command again: a run that is refused is started anew from what it has in the store.',
  });
}

function damaged(id: string, got: string): PayloadError {
  return new PayloadError({
    problem: `a payload that is encrypted with the key ${JSON.stringify(id)} cannot be read`,
    got,
    remedy: 'Check that all processes have the same key under this id.',
  });
}
