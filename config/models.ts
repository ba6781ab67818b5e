import { ConfigError } from './config-error.js';
import { bothSet, count, httpUrl, secret, seconds, text, type Environment } from './variables.js';

const DEFAULT_TIMEOUT_SECONDS = 120;

/** Where a model is asked. Without `baseURL` and `azure` it is OpenAI's own endpoint. */
export interface ModelEndpoint {
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
  /** Milliseconds after which a call counts as hung. */
  timeoutMs: number;
  /** Most that this process asks of an endpoint a minute; without it, what the endpoint tells or lets through. */
  requestsPerMinute?: number;
  tokensPerMinute?: number;
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
  return {
    generator: named(shared, env, 'MALLM_GENERATOR_MODEL'),
    optimizer: named(optimizerEndpoint(env, shared), env, 'MALLM_OPTIMIZER_MODEL'),
    timeoutMs: seconds(env, 'MALLM_MODEL_TIMEOUT', DEFAULT_TIMEOUT_SECONDS),
    requestsPerMinute: count(env, 'MALLM_REQUESTS_PER_MINUTE'),
    tokensPerMinute: count(env, 'MALLM_TOKENS_PER_MINUTE'),
  };
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

function named(endpoint: ModelEndpoint | undefined, env: Environment, variable: string): ModelEndpoint | undefined {
  const model = text(env, variable);
  if (model === undefined || endpoint !== undefined) return endpoint && { ...endpoint, model };
  throw new ConfigError({
    problem: `${variable} names a model, but no endpoint is set to ask it`,
    expected: 'OPENAI_API_KEY, OPENAI_BASE_URL or AZURE_OPENAI_ENDPOINT beside it',
    got: JSON.stringify(model),
    remedy: `Set one of them, or unset ${variable} to run with the simulated model.`,
  });
}
