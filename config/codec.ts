import { ConfigError } from './config-error.js';
import { secret, type Environment } from './variables.js';

const KEY_BYTES = 32;

/** One key of the payload encryption. */
export interface CodecKey {
  /** Stored beside each payload that was encrypted with it, in the clear. */
  id: string;
  /** 32 bytes, for AES-256. */
  key: Buffer;
}

/** How payloads are kept from the Temporal server and its database. */
export interface CodecConfig {
  /** Newest first: the first encrypts, all decrypt. Never empty. */
  keys: [CodecKey, ...CodecKey[]];
}

/**
 * Reads the keys that payloads are encrypted with, from MALLM_CODEC_KEYS or the file of MALLM_CODEC_KEYS_FILE: one
 * `id:key` a line (or separated by commas), the key as base64 of 32 bytes, the newest first. Lines that begin with `#`
 * do not count. Undefined leaves payloads clear.
 *
 * @throws ConfigError that names the place of a wrong key, and never the key.
 */
export function readCodec(env: Environment): CodecConfig | undefined {
  const given = secret(env, 'MALLM_CODEC_KEYS');
  return given === undefined ? undefined : { keys: parseCodecKeys(given) };
}

/**
 * Keys from the text of the variable or the file.
 * @throws ConfigError as `readCodec`.
 */
export function parseCodecKeys(given: string): CodecConfig['keys'] {
  const [first, ...others] = given
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(keyOf);
  if (!first) throw malformed('no key', 1);
  const keys: CodecConfig['keys'] = [first, ...others];
  const ids = keys.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return keys;
  throw new ConfigError({
    problem: `two keys of MALLM_CODEC_KEYS have the id ${JSON.stringify(twice)}`,
    expected: 'an id of its own for each key',
    remedy: 'Give the newer one another id; payloads that are encrypted name the key by it.',
  });
}

function keyOf(line: string, index: number): CodecKey {
  const [, id, encoded] = /^([\w.-]{1,64}):([A-Za-z0-9+/_-]+={0,2})$/.exec(line) ?? [];
  if (id === undefined || encoded === undefined) throw malformed('something else', index + 1);
  const key = Buffer.from(encoded, 'base64');
  if (key.length !== KEY_BYTES) throw malformed(`a key of ${key.length} bytes`, index + 1);
  return { id, key };
}

function malformed(got: string, place: number): ConfigError {
  return new ConfigError({
    problem: `key ${place} of MALLM_CODEC_KEYS is not one`,
    expected: `id:key, the key as base64 of ${KEY_BYTES} bytes`,
    got,
    remedy: 'Make one with: echo "$(date +%Y-%m):$(openssl rand -base64 32)"',
  });
}
