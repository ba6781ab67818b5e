import { ConfigError } from './config-error.js';
import { text, type Environment } from './variables.js';

/** Which version of a deployment the workers of this process are. */
export interface VersioningConfig {
  deployment: string;
  buildId: string;
  /** What becomes of a run when another version becomes the current one: it stays with its own, or moves over. */
  runs: 'pinned' | 'auto-upgrade';
}

/**
 * Reads MALLM_DEPLOYMENT, MALLM_BUILD_ID and MALLM_VERSIONING (`pinned` by default); undefined when neither of the first
 * two is set: then any worker takes any run.
 *
 * @throws ConfigError for one without the other, or anything malformed.
 */
export function readVersioning(env: Environment): VersioningConfig | undefined {
  const [deployment, buildId] = [text(env, 'MALLM_DEPLOYMENT'), text(env, 'MALLM_BUILD_ID')];
  const runs = text(env, 'MALLM_VERSIONING') ?? 'pinned';
  if (deployment === undefined && buildId === undefined) return undefined;
  if (deployment === undefined || buildId === undefined) {
    throw new ConfigError({
      problem: `MALLM_${deployment === undefined ? 'BUILD_ID' : 'DEPLOYMENT'} is set, but not MALLM_${deployment === undefined ? 'DEPLOYMENT' : 'BUILD_ID'}`,
      expected: 'both, such as MALLM_DEPLOYMENT=mallm-gan and MALLM_BUILD_ID=0.1.0',
      remedy: 'Set the other one too, or neither to run without worker versioning.',
    });
  }
  const wrong = [deployment, buildId].find((name) => !/^[\w-][\w.-]{0,99}$/.test(name));
  if (wrong !== undefined) throw malformed('a name of the worker versioning', 'letters, digits, dots, dashes', wrong);
  if (runs === 'pinned' || runs === 'auto-upgrade') return { deployment, buildId, runs };
  throw malformed('MALLM_VERSIONING', 'pinned or auto-upgrade', runs);
}

function malformed(what: string, expected: string, got: string): ConfigError {
  return new ConfigError({ problem: `${what} is not one`, expected, got: JSON.stringify(got), remedy: 'Correct it.' });
}
