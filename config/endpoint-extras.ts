import { ConfigError } from './config-error.js';
import { text, type Environment } from './variables.js';

/** What is added to each request of a role; never logged. */
export interface EndpointExtras {
  /** Fields of the body, over our own. */
  extraBody?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** How much a reasoning model is to think, in the endpoint's own words. */
  reasoningEffort?: string;
}

const HEADER = /^([!#$%&'*+.^_`|~\w-]+)[=:](.*)$/;

/**
 * Reads `MALLM_<ROLE>_EXTRA_BODY` (a JSON object), `…_HEADERS` (a `NAME=VALUE` a line) and `…_REASONING_EFFORT`.
 *
 * @throws ConfigError naming the variable, never its value.
 */
export function readEndpointExtras(env: Environment, role: 'GENERATOR' | 'OPTIMIZER'): EndpointExtras {
  const extraBody = bodyOf(env, `MALLM_${role}_EXTRA_BODY`);
  const headers = headersOf(env, `MALLM_${role}_HEADERS`);
  const reasoningEffort = text(env, `MALLM_${role}_REASONING_EFFORT`);
  return {
    ...(extraBody ? { extraBody } : {}),
    ...(headers ? { headers } : {}),
    ...(reasoningEffort === undefined ? {} : { reasoningEffort }),
  };
}

function bodyOf(env: Environment, name: string): Record<string, unknown> | undefined {
  const given = text(env, name);
  if (given === undefined) return undefined;
  try {
    const body = JSON.parse(given) as unknown;
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new ConfigError({
    problem: `${name} (--extra-body) is not a JSON object`,
    expected: 'a JSON object such as {"top_k": 40}',
    got: `${given.length} characters of something else`,
    remedy: 'Correct it; in a shell put it between single quotes.',
  });
}

function headersOf(env: Environment, name: string): Record<string, string> | undefined {
  const lines = text(env, name)
    ?.split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (!lines) return undefined;
  const entries = lines.map((line) => {
    const [, header, value] = HEADER.exec(line) ?? [];
    if (header !== undefined) return [header, value!.trim()] as const;
    throw new ConfigError({
      problem: `${name} (--header) has a line that is no header`,
      expected: 'NAME=VALUE',
      got: `${line.length} characters of something else`,
      remedy: 'Write one header a line.',
    });
  });
  return Object.fromEntries(entries);
}
