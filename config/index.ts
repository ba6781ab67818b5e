import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { readCodec, type CodecConfig } from './codec.js';
import { ConfigError } from './config-error.js';
import { readMetrics, type ListenAddress } from './metrics.js';
import { readModels, type ModelsConfig } from './models.js';
import { rememberSecrets } from './secrets.js';
import { readTemporal, type TemporalTarget } from './temporal.js';
import { httpUrl, secret, text, type Environment } from './variables.js';
import { readVersioning, type VersioningConfig } from './versioning.js';

export { parseCodecKeys } from './codec.js';
export type { CodecKey } from './codec.js';
export { ConfigError } from './config-error.js';
export { clientConnectionOptions, workerConnectionOptions } from './connection.js';
export { describeConfig } from './describe.js';
export { listenAddress } from './metrics.js';
export type { ListenAddress } from './metrics.js';
export type { ModelEndpoint } from './models.js';
export { redacted, rememberSecrets } from './secrets.js';
export type { TemporalTarget } from './temporal.js';
export type { VersioningConfig } from './versioning.js';

const DEFAULT_HOME = '.mallm';
const DEFAULT_TASK_QUEUE = 'mallm-gan';

/** All that the environment decides. Options of a fit are not here: they belong to the run. */
export interface Config {
  /** Folder of the embedded server, its database and the folder store; absolute. MALLM_HOME, else `.mallm` here. */
  home: string;
  /** The Temporal server to use; undefined starts the embedded one. */
  temporal?: TemporalTarget;
  /** Where to look for the Temporal CLI that the embedded server needs. */
  temporalCli: TemporalCliConfig;
  models: ModelsConfig;
  /** URL of the object store: `file:///…`, a path, or `s3://bucket/prefix`; undefined is a folder under `home`. */
  store?: string;
  /** Places beyond the store that tables are read from and outputs written to: folders and `s3://` prefixes. */
  roots?: string[];
  /** Where `s3://` is; keys and sessions are left to the AWS SDK's own chain. */
  s3: { endpoint?: string; region?: string };
  /** Prefix of all task queues, so that several installations can share a namespace. */
  taskQueue: string;
  /** The keys that payloads are encrypted with; undefined leaves them clear. */
  codec?: CodecConfig;
  /** Which version the workers of this process are; undefined lets any worker take any run. */
  versioning?: VersioningConfig;
  /** Where a worker answers for its health and its metrics; undefined serves neither. */
  metrics?: ListenAddress;
  /** What callers of a codec server must show; undefined asks for nothing. */
  codecServerToken?: string;
}

interface TemporalCliConfig {
  /** TEMPORAL_CLI_PATH. */
  cliPath?: string;
  /** PATH. */
  searchPath: string;
  /** Folder in which an obtained CLI is kept for all projects of this user; absolute. */
  cacheFolder: string;
}

/**
 * Reads the environment, the only place that does.
 *
 * Reads the files that variables name (keys, certificates, profiles), and nothing over the network. An empty variable
 * counts as not set. The secrets it reads are hidden from then on in what leaves the process (see `redacted`).
 *
 * @param given variables that a command's flags set; they come before the environment's.
 * @throws ConfigError naming the variable, what was expected, and a remedy; never a secret.
 */
export function readConfig(environment: Environment = process.env, given: Environment = {}): Config {
  const env = { ...environment, ...given };
  // Node.js 20 is supported here on purpose; the AWS SDK warns about it at its first client.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const config: Config = {
    home: resolve(text(env, 'MALLM_HOME') ?? DEFAULT_HOME),
    temporal: readTemporal(env),
    temporalCli: {
      cliPath: text(env, 'TEMPORAL_CLI_PATH'),
      searchPath: text(env, 'PATH') ?? text(env, 'Path') ?? '',
      cacheFolder: cacheFolder(env),
    },
    models: readModels(env),
    store: readStore(env),
    roots: readRoots(env),
    s3: {
      endpoint: httpUrl(env, 'AWS_ENDPOINT_URL_S3') ?? httpUrl(env, 'AWS_ENDPOINT_URL'),
      region: text(env, 'AWS_REGION') ?? text(env, 'AWS_DEFAULT_REGION'),
    },
    taskQueue: readTaskQueue(env),
    versioning: readVersioning(env),
    metrics: readMetrics(env),
    codec: readCodec(env),
    codecServerToken: secret(env, 'MALLM_CODEC_SERVER_TOKEN'),
  };
  rememberSecrets(config, env);
  return config;
}

/** Whether an unexpected error shows its stack: MALLM_DEBUG=1. */
export function showsStacks(env: Environment = process.env): boolean {
  return text(env, 'MALLM_DEBUG') === '1';
}

function cacheFolder(env: Environment): string {
  const given = text(env, 'MALLM_CACHE');
  if (given !== undefined) return resolve(given);
  const shared = text(env, 'XDG_CACHE_HOME');
  // The XDG rules say to ignore a relative path.
  return join(shared !== undefined && isAbsolute(shared) ? shared : join(homedir(), '.cache'), 'mallm-gan');
}

function readStore(env: Environment): string | undefined {
  const store = text(env, 'MALLM_STORE');
  const scheme = store && /^([a-z][a-z0-9+.-]+):/i.exec(store)?.[1]?.toLowerCase();
  if (!scheme || scheme === 'file' || /^s3:\/\/[a-z0-9][a-z0-9.-]+(\/|$)/.test(store)) return store;
  throw new ConfigError({
    problem: 'MALLM_STORE is not a store this project can use',
    expected: 'a folder, file:///folder, or s3://bucket/prefix',
    got: store.includes('@') ? 'an address with a user name' : JSON.stringify(store),
    remedy: 'Correct it, or unset it to use a folder under MALLM_HOME.',
  });
}

/** MALLM_ROOTS: absolute paths, `file:` and `s3://` URLs, separated by commas or lines. */
function readRoots(env: Environment): string[] | undefined {
  const roots = text(env, 'MALLM_ROOTS')
    ?.split(/[\n,]/)
    .map((root) => root.trim())
    .filter(Boolean);
  const other = roots?.find((root) => !isAbsolute(root) && !/^(file:\/|s3:\/\/[a-z0-9])/i.test(root));
  if (other === undefined) return roots;
  throw new ConfigError({
    problem: 'MALLM_ROOTS has a place that is not one',
    expected: 'absolute paths, file:///folder or s3://bucket/prefix, separated by commas',
    got: JSON.stringify(other),
    remedy: 'Correct it.',
  });
}

function readTaskQueue(env: Environment): string {
  const name = text(env, 'MALLM_TASK_QUEUE') ?? DEFAULT_TASK_QUEUE;
  if (/^[\w.-]{1,100}$/.test(name)) return name;
  throw new ConfigError({
    problem: 'MALLM_TASK_QUEUE cannot be the name of a task queue',
    expected: 'up to 100 letters, digits, dots, dashes or underscores',
    got: JSON.stringify(name),
    remedy: `Correct it, or unset it for ${DEFAULT_TASK_QUEUE}.`,
  });
}
