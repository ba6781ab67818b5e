import type { Config } from './index.js';
import type { ModelEndpoint } from './models.js';
import type { TemporalTarget } from './temporal.js';

/**
 * The configuration in words, one entry a setting, for `doctor`.
 *
 * Holds no key, certificate, header value or path of an address: only that they are set.
 */
export function describeConfig(config: Config): Record<string, string> {
  return {
    home: config.home,
    temporal: describeTemporal(config.temporal),
    'generator model': describeModel(config.models.generator),
    'optimizer model': describeModel(config.models.optimizer),
    'model timeout': `${config.models.timeoutMs / 1000} s without a sign of life`,
    'model proxy': describeProxies(config.models.proxies),
    'model limits': describeLimits(config.models),
    store: config.store ?? 'a folder under home',
    'further places': config.roots?.join(', ') ?? 'none',
    's3 endpoint': config.s3.endpoint ? new URL(config.s3.endpoint).host : 'AWS',
    's3 region': config.s3.region ?? 'not set',
    'task queues': `${config.taskQueue}…`,
    'worker version': describeVersioning(config.versioning),
    metrics: config.metrics ? `${config.metrics.host}:${config.metrics.port}` : 'off',
    'payload encryption': describeCodec(config.codec),
  };
}

function describeVersioning(versioning: Config['versioning']): string {
  if (versioning === undefined) return 'none';
  const { deployment, buildId, runs } = versioning;
  return `${deployment}, build ${buildId}, runs ${runs}`;
}

function describeCodec(codec: Config['codec']): string {
  if (codec === undefined) return 'off';
  const [newest, ...older] = codec.keys;
  return `AES-256-GCM with key ${newest.id}${older.length > 0 ? `; ${older.map(({ id }) => id).join(', ')} to decrypt` : ''}`;
}

function describeTemporal(target: TemporalTarget | undefined): string {
  if (target === undefined) return 'embedded';
  const security = target.tls ? (target.tls.cert ? 'mTLS' : 'TLS') : 'not encrypted';
  const key = target.apiKey === undefined ? '' : ', API key';
  return `${target.address}, namespace ${target.namespace} (${security}${key})`;
}

function describeLimits({ requestsPerMinute, tokensPerMinute }: Config['models']): string {
  const limits = [
    ...(requestsPerMinute === undefined ? [] : [`${requestsPerMinute} requests a minute`]),
    ...(tokensPerMinute === undefined ? [] : [`${tokensPerMinute} tokens a minute`]),
  ];
  return limits.length > 0 ? `${limits.join(', ')}, for this process` : 'as the endpoint says';
}

function describeProxies(proxies: Config['models']['proxies']): string {
  const hosts = [proxies?.https, proxies?.http].flatMap((url) => (url === undefined ? [] : [new URL(url).host]));
  return hosts.length > 0 ? [...new Set(hosts)].join(', ') : 'none';
}

function describeModel(endpoint: ModelEndpoint | undefined): string {
  if (endpoint === undefined) return 'simulated';
  const url = endpoint.azure?.endpoint ?? endpoint.baseURL;
  const host = url === undefined ? 'api.openai.com' : new URL(url).host;
  const model = endpoint.model === undefined ? '' : `${endpoint.model} at `;
  return `${model}${host}${endpoint.azure ? ' (Azure)' : ''}, ${endpoint.apiKey === undefined ? 'no key' : 'with a key'}${extrasOf(endpoint)}`;
}

/** What is added to requests, by name: values may be secrets. */
function extrasOf({ extraBody = {}, headers = {}, reasoningEffort }: ModelEndpoint): string {
  const names = [...Object.keys(extraBody), ...Object.keys(headers)];
  if (reasoningEffort !== undefined) names.push('reasoning_effort');
  return names.length > 0 ? `, with ${names.join(', ')}` : '';
}
