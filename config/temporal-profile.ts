import { join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { fileContent, text, type Environment } from './variables.js';

const DEFAULT_PROFILE = 'default';

const profileSchema = z.object({
  address: z.string().min(1).optional(),
  namespace: z.string().min(1).optional(),
  api_key: z.string().min(1).optional(),
  tls: z
    .object({
      disabled: z.boolean(),
      client_cert_path: z.string(),
      client_cert_data: z.string(),
      client_key_path: z.string(),
      client_key_data: z.string(),
      server_ca_cert_path: z.string(),
      server_ca_cert_data: z.string(),
      server_name: z.string(),
      disable_host_verification: z.boolean(),
    })
    .partial()
    .optional(),
  grpc_meta: z.record(z.string(), z.string()).optional(),
});

const fileSchema = z.object({ profile: z.record(z.string(), profileSchema).default({}) });

/** A connection as Temporal's own tools keep it in their `temporal.toml`. */
export type TemporalProfile = z.infer<typeof profileSchema>;

/**
 * The profile that `TEMPORAL_PROFILE` names, or the default one of `TEMPORAL_CONFIG_FILE`; undefined when neither is set.
 *
 * @throws ConfigError when the file or the profile is not there, or is not well formed.
 */
export function readProfile(env: Environment): TemporalProfile | undefined {
  const name = text(env, 'TEMPORAL_PROFILE');
  const file = text(env, 'TEMPORAL_CONFIG_FILE');
  if (name === undefined && file === undefined) return undefined;
  const path = file ?? defaultFile(env);
  const content = fileContent(file === undefined ? 'TEMPORAL_PROFILE (by its default)' : 'TEMPORAL_CONFIG_FILE', path);
  const profiles = parseProfiles(content.toString('utf8'), path);
  const profile = profiles[name ?? DEFAULT_PROFILE];
  if (profile !== undefined) return profile;
  throw new ConfigError({
    problem: `the Temporal profile ${JSON.stringify(name ?? DEFAULT_PROFILE)} is not in ${path}`,
    expected: `one of ${
      Object.keys(profiles)
        .map((known) => JSON.stringify(known))
        .join(', ') || 'its profiles (it has none)'
    }`,
    remedy: 'Set TEMPORAL_PROFILE to one that is there, or TEMPORAL_CONFIG_FILE to another file.',
  });
}

function parseProfiles(content: string, path: string): Record<string, TemporalProfile> {
  let document: unknown;
  try {
    document = parse(content);
  } catch (error) {
    // The parser's message quotes the line, which may be a key: only the place is passed on.
    const { line, column } = error as { line?: number; column?: number };
    throw malformed(path, line === undefined ? 'no TOML' : `a fault at line ${line}, column ${column ?? 1}`);
  }
  const parsed = fileSchema.safeParse(document);
  if (parsed.success) return parsed.data.profile;
  throw malformed(path, `a wrong value at ${parsed.error.issues[0]!.path.join('.')}`);
}

function malformed(path: string, got: string): ConfigError {
  return new ConfigError({
    problem: `the file of Temporal profiles ${path} is not well formed`,
    expected: '[profile.NAME] tables with address, namespace, api_key and tls',
    got,
    remedy: 'Correct it, or write it with `temporal config set`.',
  });
}

/** Where Temporal's tools keep their profiles on this platform. */
function defaultFile(env: Environment): string {
  const home = text(env, 'HOME') ?? '';
  const folders: Partial<Record<NodeJS.Platform, string>> = {
    win32: text(env, 'APPDATA') ?? '',
    darwin: join(home, 'Library', 'Application Support'),
  };
  const folder = folders[process.platform] ?? text(env, 'XDG_CONFIG_HOME') ?? join(home, '.config');
  return join(folder, 'temporalio', 'temporal.toml');
}
