import { ConfigError } from './config-error.js';
import { readEndpointExtras, type EndpointExtras } from './endpoint-extras.js';
import { bothSet, count, httpUrl, secret, seconds, text, type Environment } from './variables.js';

const DEFAULT_TIMEOUT_SECONDS = 120;

/** Where a model is asked. Without `baseURL` and `azure` it is OpenAI's own endpoint. */
export interface ModelEndpoint extends EndpointExtras {
  baseURL?: string;
  apiKey?: string;
  /** Azure OpenAI: the resource's address and the version of its API; the model's name is the deployment. */
  azure?: { endpoint: string; apiVersion: string };
  /** The model's name; without one the options, then the endpoint, choose. */
  model?: string;
}

/** The endpoints of the two roles; an undefined one is played by the simulated model. */
export interface ModelsConfig {
  generator?: ModelEndpoint;
  optimizer?: ModelEndpoint;
  /** Milliseconds without a byte after which a call counts as hung; the whole time of a reply that is not streamed. */
  timeoutMs: number;
  /** Proxies on the way to them. */
  proxies?: ProxyConfig;
  /** Most that this process asks of an endpoint a minute; without it, what the endpoint's headers say or it lets through. */
  requestsPerMinute?: number;
  tokensPerMinute?: number;
}

/** What HTTPS_PROXY, HTTP_PROXY and NO_PROXY name; the lower-case names come first, as elsewhere. */
export interface ProxyConfig {
  https?: string;
  http?: string;
  except?: string;
}

/**
 * Reads where the generator and the optimizer are asked.
 *
 * The optimizer shares the generator's endpoint unless it has an address or a key of its own. A key is never sent to
 * an address it was not set for: an optimizer with its own address needs its own key.
 *
 * @throws ConfigError when settings contradict each other or name a model without an endpoint.
 */
export function readModels(env: Environment): ModelsConfig {
  const shared = sharedEndpoint(env);
  const forOptimizer = optimizerEndpoint(env, shared);
  const generatorExtras = readEndpointExtras(env, 'GENERATOR');
  // Headers of a gateway, or what turns thoughts off, hold for both roles at one address; never for another one.
  const usual = forOptimizer?.baseURL === shared?.baseURL ? generatorExtras : {};
  return {
    generator: completed(shared, env, 'MALLM_GENERATOR_MODEL', generatorExtras),
    optimizer: completed(forOptimizer, env, 'MALLM_OPTIMIZER_MODEL', {
      ...usual,
      ...readEndpointExtras(env, 'OPTIMIZER'),
    }),
    timeoutMs: seconds(env, 'MALLM_MODEL_TIMEOUT', DEFAULT_TIMEOUT_SECONDS),
    requestsPerMinute: count(env, 'MALLM_REQUESTS_PER_MINUTE'),
    tokensPerMinute: count(env, 'MALLM_TOKENS_PER_MINUTE'),
    proxies: readProxies(env),
  };
}

function readProxies(env: Environment): ProxyConfig | undefined {
  const [https, http] = ['HTTPS_PROXY', 'HTTP_PROXY'].map((name) => proxyUrl(env, name));
  const except = text(env, 'no_proxy') ?? text(env, 'NO_PROXY');
  if (https === undefined && http === undefined) return undefined;
  return { ...(https ? { https } : {}), ...(http ? { http } : {}), ...(except ? { except } : {}) };
}

/** A proxy may carry a name and a password: it is never shown. */
function proxyUrl(env: Environment, name: string): string | undefined {
  const given = text(env, name.toLowerCase()) ?? text(env, name);
  if (given === undefined) return undefined;
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new ConfigError({
    problem: `${name} is not a proxy this project can use`,
    expected: 'http://host:port',
    got: 'another kind of address',
    remedy: `Correct ${name}, or unset it to ask models directly.`,
  });
}

function sharedEndpoint(env: Environment): ModelEndpoint | undefined {
  const endpoint = httpUrl(env, 'AZURE_OPENAI_ENDPOINT');
  const baseURL = httpUrl(env, 'OPENAI_BASE_URL');
  if (endpoint === undefined) {
    const apiKey = secret(env, 'OPENAI_API_KEY');
    return baseURL === undefined && apiKey === undefined ? undefined : { baseURL, apiKey };
  }
  if (baseURL !== undefined) throw bothSet('AZURE_OPENAI_ENDPOINT', 'OPENAI_BASE_URL');
  const apiVersion = text(env, 'OPENAI_API_VERSION');
  const apiKey = secret(env, 'AZURE_OPENAI_API_KEY');
  if (apiVersion !== undefined && apiKey !== undefined) return { apiKey, azure: { endpoint, apiVersion } };
  throw new ConfigError({
    problem: 'AZURE_OPENAI_ENDPOINT is set, but not all that belongs to it',
    expected: 'AZURE_OPENAI_API_KEY (or AZURE_OPENAI_API_KEY_FILE) and OPENAI_API_VERSION',
    got: `${apiKey === undefined ? 'no key' : 'a key'} and ${apiVersion === undefined ? 'no version' : 'a version'}`,
    remedy: 'Set both; the deployment is the model name (MALLM_GENERATOR_MODEL).',
  });
}

function optimizerEndpoint(env: Environment, shared: ModelEndpoint | undefined): ModelEndpoint | undefined {
  const baseURL = httpUrl(env, 'MALLM_OPTIMIZER_BASE_URL');
  const apiKey = secret(env, 'MALLM_OPTIMIZER_API_KEY');
  if (baseURL !== undefined) return { baseURL, apiKey };
  return apiKey === undefined ? shared : { ...shared, apiKey };
}

/** An endpoint with the model's name and what is added to its requests. */
function completed(
  endpoint: ModelEndpoint | undefined,
  env: Environment,
  variable: string,
  extras: EndpointExtras,
): ModelEndpoint | undefined {
  const model = text(env, variable);
  if (endpoint !== undefined) return { ...endpoint, ...extras, model };
  if (model === undefined) return undefined;
  throw new ConfigError({
    problem: `${variable} names a model, but no endpoint is set to ask it`,
    expected: 'OPENAI_API_KEY, OPENAI_BASE_URL or AZURE_OPENAI_ENDPOINT beside it',
    got: JSON.stringify(model),
    remedy: `Set one of them, or unset ${variable} to run with the simulated model.`,
  });
}
