import type { Config } from './index.js';
import type { ModelEndpoint } from './models.js';
import type { Environment } from './variables.js';

/** In place of a secret. */
const HIDDEN = '[secret]';
/** Shorter texts are no secrets: they would hide ordinary words. */
const LEAST = 6;
/** Keys that are given to servers which want none; hiding them would hide names of hosts and models. */
const PLACEHOLDER =
  /^(none|null|empty|ollama|llama\.?cpp|lm-?studio|local(host)?|simulat(ed|or)|dummy|unused|secret|token|api-?key|password|(sk-)?(no|not)-?(key|needed|required|used).*)$/i;
/** Names of headers and fields whose values are secrets. */
const SECRET_NAME = /(^|[-_.])key$|apikey|token$|secret|passw|authorization|credential|cookie|signature/i;
/** Values that look made by chance, whatever their name. */
const RANDOM = /^(?=.*\d)(?=.*[a-z])[\w.~+/=-]{12,}$/i;
/** A user name, with or without a password, in an address. */
const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@?#"'\\]+@/gi;
const ENVIRONMENT = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'];

const known = new Set<string>();
let pattern: RegExp | null = null;

/**
 * Hides the secrets of a configuration from now on, wherever this process lets text out (see `redacted`): keys of models,
 * values of headers and fields of requests that are keys by their name or look, passwords of proxies, keys of S3, Temporal
 * and the payload encryption.
 */
export function rememberSecrets(config: Config, env: Environment = {}): void {
  const before = known.size;
  for (const secret of secretsOf(config, env)) for (const form of formsOf(secret)) known.add(form);
  if (known.size === before) return;
  const longestFirst = [...known].sort((a, b) => b.length - a.length);
  pattern = new RegExp(longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'gi');
}

/** A text without the known secrets, in upper or lower case, and without user names in addresses. */
export function redacted(text: string): string {
  const withoutUsers = text.replace(USER_INFO, `$1${HIDDEN}@`);
  return pattern ? withoutUsers.replace(pattern, HIDDEN) : withoutUsers;
}

function secretsOf({ models, temporal, codec, codecServerToken }: Config, env: Environment): string[] {
  const tls = temporal?.tls ? temporal.tls.key : undefined;
  const all = [
    ...[models.generator, models.optimizer].flatMap((endpoint) => (endpoint ? ofEndpoint(endpoint) : [])),
    ...[models.proxies?.https, models.proxies?.http].flatMap((url) => (url === undefined ? [] : ofAddress(url))),
    temporal?.apiKey,
    ...named(temporal?.metadata),
    // The lines of a PEM file.
    ...(tls
      ?.toString('latin1')
      .split(/\s*\n/)
      .filter((line) => line.length >= 20 && !line.startsWith('-----')) ?? []),
    ...(codec?.keys.flatMap(({ key }) => [key.toString('base64'), key.toString('base64url'), key.toString('hex')]) ??
      []),
    codecServerToken,
    ...ENVIRONMENT.map((name) => env[name]?.trim()),
  ];
  return all.filter((text) => text !== undefined).filter((text) => text.length >= LEAST && !PLACEHOLDER.test(text));
}

function ofEndpoint({ apiKey, headers, extraBody }: ModelEndpoint): (string | undefined)[] {
  return [apiKey, ...named(headers), ...named(extraBody)];
}

/** Values, at any depth, that are secrets by the name of their field or by their look. */
function named(fields: Record<string, unknown> = {}): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (typeof value === 'object' && value !== null) return named(value as Record<string, unknown>);
    if (typeof value !== 'string' || !(SECRET_NAME.test(name) || RANDOM.test(value))) return [];
    // `Bearer …`: the key alone, too.
    return [value, ...value.split(' ').slice(1)];
  });
}

function ofAddress(url: string): string[] {
  const { username, password } = new URL(url);
  return [decodeURIComponent(password), `${username}:${password}`];
}

/** As it is, and as it is written in an address, in JSON and in base64. */
function formsOf(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
  ];
}
