import { ConfigError } from './config-error.js';
import { readProfile, type TemporalProfile } from './temporal-profile.js';
import { bothSet, fileContent, flag, secret, text, type Environment } from './variables.js';

const DEFAULT_ADDRESS = 'localhost:7233';
const DEFAULT_NAMESPACE = 'default';
const METADATA_PREFIX = 'TEMPORAL_GRPC_META_';

/** Certificates of a connection, read from their files. Empty: TLS with what the machine trusts. */
interface TlsConfig {
  /** Name the server's certificate must have, when it differs from the address. */
  serverName?: string;
  ca?: Buffer;
  /** The client's certificate and key (mTLS): both or neither. */
  cert?: Buffer;
  key?: Buffer;
}

/** A Temporal server that is not ours to start. */
export interface TemporalTarget {
  /** `host:port`. */
  address: string;
  namespace: string;
  apiKey?: string;
  /** Undefined or false is an unencrypted connection. */
  tls?: TlsConfig | false;
  /** Headers sent with each request. */
  metadata?: Record<string, string>;
}

/**
 * Reads which Temporal server to use; undefined is the embedded one.
 *
 * Variables win over the profile. The file of profiles is only read when `TEMPORAL_PROFILE` or `TEMPORAL_CONFIG_FILE`
 * asks for it: a default profile that lies there for other work must not draw private rows to its cluster.
 *
 * @throws ConfigError when settings are incomplete or contradict each other, or a file cannot be read.
 */
export function readTemporal(env: Environment): TemporalTarget | undefined {
  const profile = readProfile(env);
  const address = text(env, 'TEMPORAL_ADDRESS') ?? (profile && (profile.address ?? DEFAULT_ADDRESS));
  if (address === undefined) {
    refuseOrphans(env);
    return undefined;
  }
  const apiKey = secret(env, 'TEMPORAL_API_KEY') ?? profile?.api_key;
  return {
    address: checkedAddress(address),
    namespace: text(env, 'TEMPORAL_NAMESPACE') ?? profile?.namespace ?? DEFAULT_NAMESPACE,
    apiKey,
    tls: readTls(env, profile, apiKey !== undefined),
    metadata: readMetadata(env, profile),
  };
}

function refuseOrphans(env: Environment): void {
  const orphan = Object.keys(env).find(
    (name) =>
      /^TEMPORAL_(NAMESPACE|API_KEY|API_KEY_FILE|TLS|TLS_.*|GRPC_META_.*)$/.test(name) && text(env, name) !== undefined,
  );
  if (orphan === undefined) return;
  throw new ConfigError({
    problem: `${orphan} is set, but no Temporal server to use it with`,
    expected: 'TEMPORAL_ADDRESS or TEMPORAL_PROFILE beside it',
    remedy: `Set one of them, or unset ${orphan} to use the embedded server.`,
  });
}

function checkedAddress(address: string): string {
  if (/^(\[[0-9a-fA-F:.]+\]|[^\s/:@]+)(:\d{1,5})?$/.test(address)) return address;
  throw new ConfigError({
    problem: 'the address of the Temporal server is not one',
    expected: 'host:port, without http://',
    got: JSON.stringify(address),
    remedy: 'Correct TEMPORAL_ADDRESS or the profile.',
  });
}

function readTls(env: Environment, profile: TemporalProfile | undefined, hasKey: boolean): TemporalTarget['tls'] {
  const given = profile?.tls ?? {};
  const enabled = flag(env, 'TEMPORAL_TLS') ?? (given.disabled === undefined ? undefined : !given.disabled);
  if (enabled === false) return false;
  if (flag(env, 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION') ?? given.disable_host_verification) {
    throw new ConfigError({
      problem: 'the profile turns the check of the server’s host name off, which Temporal’s Node.js client cannot do',
      remedy: 'Give the name of its certificate instead: TEMPORAL_TLS_SERVER_NAME.',
    });
  }
  const tls: TlsConfig = {
    serverName: text(env, 'TEMPORAL_TLS_SERVER_NAME') ?? given.server_name,
    ca: certificate(env, 'TEMPORAL_TLS_SERVER_CA_CERT', given.server_ca_cert_path, given.server_ca_cert_data),
    cert: certificate(env, 'TEMPORAL_TLS_CLIENT_CERT', given.client_cert_path, given.client_cert_data),
    key: certificate(env, 'TEMPORAL_TLS_CLIENT_KEY', given.client_key_path, given.client_key_data),
  };
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    throw new ConfigError({
      problem: `a client ${tls.cert ? 'certificate' : 'key'} for Temporal is set without its ${tls.cert ? 'key' : 'certificate'}`,
      expected: 'both TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH',
      remedy: 'Set the other one.',
    });
  }
  const wanted = enabled ?? (hasKey || profile?.tls !== undefined || Object.values(tls).some(Boolean));
  return wanted ? tls : undefined;
}

/** Content of a certificate or key: the variable's path or data, else the profile's path or data. */
function certificate(env: Environment, name: string, path?: string, data?: string): Buffer | undefined {
  const [envPath, envData] = [text(env, `${name}_PATH`), text(env, `${name}_DATA`)];
  if (envPath !== undefined && envData !== undefined) throw bothSet(`${name}_PATH`, `${name}_DATA`);
  if (envPath !== undefined) return fileContent(`${name}_PATH`, envPath);
  if (envData !== undefined) return Buffer.from(envData);
  if (path !== undefined && data !== undefined) {
    throw bothSet('the path and the data of a certificate', 'of the same name in the profile');
  }
  if (path !== undefined) return fileContent(`the profile for ${name}`, path);
  return data === undefined ? undefined : Buffer.from(data);
}

function readMetadata(env: Environment, profile: TemporalProfile | undefined): Record<string, string> | undefined {
  const headers = new Map(Object.entries(profile?.grpc_meta ?? {}).map(([name, value]) => [headerName(name), value]));
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(METADATA_PREFIX)) continue;
    const header = headerName(name.slice(METADATA_PREFIX.length));
    if (value) headers.set(header, value);
    else headers.delete(header);
  }
  return headers.size > 0 ? Object.fromEntries(headers) : undefined;
}

function headerName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
