import { ConfigError } from './config-error.js';
import { text, type Environment } from './variables.js';

/** Where a worker answers `/metrics`, `/healthz` and `/readyz`. */
export interface ListenAddress {
  host: string;
  /** 0 takes a free one. */
  port: number;
}

/** Reads MALLM_METRICS; undefined serves nothing. @throws ConfigError. */
export function readMetrics(env: Environment): ListenAddress | undefined {
  const given = text(env, 'MALLM_METRICS');
  return given === undefined ? undefined : listenAddress(given, 'MALLM_METRICS');
}

/**
 * An address to listen on, `host:port`.
 * @param setting the variable or flag it comes from, for the error.
 * @throws ConfigError when it is none.
 */
export function listenAddress(given: string, setting: string): ListenAddress {
  const [, host, digits] = /^(\[[0-9a-fA-F:]+\]|[\w.-]+):(\d{1,5})$/.exec(given) ?? [];
  const port = Number(digits);
  if (host !== undefined && port <= 65_535) return { host: host.replace(/^\[|\]$/g, ''), port };
  throw new ConfigError({
    problem: `${setting} is no address to listen on`,
    expected: 'host:port, such as 127.0.0.1:9464, or 0.0.0.0:9464 for other machines',
    got: JSON.stringify(given),
    remedy: 'Correct it; port 0 takes a free one.',
  });
}
