import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../config/index.js';

const TLS = 'test/fixtures/tls';
const ca = readFileSync(`${TLS}/authority.pem`);
const cert = readFileSync(`${TLS}/client.pem`);
const key = readFileSync(`${TLS}/client-key.pem`);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mallm-gan-profile-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function profiles(content: string, name = 'temporal.toml'): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const read = (env: Record<string, string>) => readConfig(env).temporal;

describe('the Temporal server of the environment', () => {
  it('is an unencrypted one by its address alone', () => {
    expect(read({ TEMPORAL_ADDRESS: 'host:7233' })).toEqual({
      address: 'host:7233',
      namespace: 'default',
      apiKey: undefined,
      tls: undefined,
      metadata: undefined,
    });
  });

  it('is encrypted with an API key, unless that is turned off', () => {
    const env = { TEMPORAL_ADDRESS: 'h:1', TEMPORAL_API_KEY: 'k' };
    expect(read(env)).toMatchObject({ apiKey: 'k', tls: {} });
    expect(read({ ...env, TEMPORAL_TLS: 'false' })).toMatchObject({ apiKey: 'k', tls: false });
    expect(read({ TEMPORAL_ADDRESS: 'h:1', TEMPORAL_TLS: '1' })?.tls).toEqual({});
  });

  it('is one with mTLS by its files', () => {
    const env = {
      TEMPORAL_ADDRESS: 'h:1',
      TEMPORAL_NAMESPACE: 'lab',
      TEMPORAL_TLS_SERVER_NAME: 'temporal.example',
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: `${TLS}/authority.pem`,
      TEMPORAL_TLS_CLIENT_CERT_PATH: `${TLS}/client.pem`,
      TEMPORAL_TLS_CLIENT_KEY_DATA: key.toString(),
    };
    expect(read(env)).toMatchObject({ namespace: 'lab', tls: { serverName: 'temporal.example', ca, cert } });
    expect((read(env)?.tls as { key: Buffer }).key.toString().trim()).toBe(key.toString().trim());
  });

  it('takes headers, under the names that gRPC uses', () => {
    expect(read({ TEMPORAL_ADDRESS: 'h:1', TEMPORAL_GRPC_META_SOME_LONG_KEY: 'v' })?.metadata).toEqual({
      'some-long-key': 'v',
    });
  });
});

describe('the Temporal server of a profile', () => {
  const CONTENT = `
[profile.default]
address = "default:7233"

[profile.lab]
address = "lab:7233"
namespace = "lab.acct"
api_key = "p-key"
unknown = "is left alone"
[profile.lab.tls]
server_name = "temporal.example"
client_cert_path = "${TLS}/client.pem"
client_key_data = """${key.toString()}"""
[profile.lab.codec]
endpoint = "http://codec"
[profile.lab.grpc_meta]
Some_Key = "v"
other = "w"
`;

  it('is read when its name and file are given', () => {
    const temporal = read({ TEMPORAL_CONFIG_FILE: profiles(CONTENT), TEMPORAL_PROFILE: 'lab' });
    expect(temporal).toMatchObject({
      address: 'lab:7233',
      namespace: 'lab.acct',
      apiKey: 'p-key',
      tls: { serverName: 'temporal.example', cert },
      metadata: { 'some-key': 'v', other: 'w' },
    });
  });

  it('gives way to variables', () => {
    const env = {
      TEMPORAL_CONFIG_FILE: profiles(CONTENT),
      TEMPORAL_PROFILE: 'lab',
      TEMPORAL_NAMESPACE: 'mine',
      TEMPORAL_GRPC_META_OTHER: '',
    };
    expect(read(env)).toMatchObject({ address: 'lab:7233', namespace: 'mine', metadata: { 'some-key': 'v' } });
  });

  it('is the default one of a given file, and is found where Temporal’s tools keep it', () => {
    expect(read({ TEMPORAL_CONFIG_FILE: profiles(CONTENT) })?.address).toBe('default:7233');
    if (process.platform === 'linux') {
      profiles(CONTENT, 'temporalio/temporal.toml');
      expect(read({ XDG_CONFIG_HOME: folder, TEMPORAL_PROFILE: 'default' })?.address).toBe('default:7233');
    }
  });

  it('is not read when nothing asks for it: a profile for other work draws no rows', () => {
    profiles(CONTENT, 'temporalio/temporal.toml');
    expect(read({ XDG_CONFIG_HOME: folder })).toBeUndefined();
  });

  it.each([
    ['an unknown profile', CONTENT, 'nope', /profile "nope" is not in.*one of "default", "lab"/],
    ['a broken file', 'api_key = sk-secret', 'lab', /not well formed.*line 1/],
    ['a value of the wrong kind', '[profile.lab]\naddress = 7', 'lab', /not well formed.*profile\.lab\.address/],
  ])('is refused with a remedy: %s', (_, content, name, message) => {
    const attempt = () => read({ TEMPORAL_CONFIG_FILE: profiles(content), TEMPORAL_PROFILE: name });
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow(/sk-secret/);
  });
});

describe('a wrong Temporal server', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['an address with a scheme', { TEMPORAL_ADDRESS: 'http://h:1' }, /host:port, without http/],
    [
      'a namespace without a server',
      { TEMPORAL_NAMESPACE: 'lab' },
      /TEMPORAL_NAMESPACE is set.*TEMPORAL_ADDRESS.*embedded/,
    ],
    ['a key without a server', { TEMPORAL_API_KEY: 'k' }, /TEMPORAL_API_KEY is set/],
    [
      'a missing file of profiles',
      { TEMPORAL_CONFIG_FILE: '/nothing/here' },
      /TEMPORAL_CONFIG_FILE names cannot be read.*ENOENT/,
    ],
    [
      'a certificate without its key',
      { TEMPORAL_ADDRESS: 'h:1', TEMPORAL_TLS_CLIENT_CERT_DATA: 'c' },
      /without its key/,
    ],
    [
      'no check of the host',
      { TEMPORAL_ADDRESS: 'h:1', TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' },
      /TEMPORAL_TLS_SERVER_NAME/,
    ],
    ['neither on nor off', { TEMPORAL_ADDRESS: 'h:1', TEMPORAL_TLS: 'maybe' }, /true or false.*"maybe"/],
  ])('is refused with a remedy: %s', (_, env, message) => {
    expect(() => read(env)).toThrow(ConfigError);
    expect(() => read(env)).toThrow(message);
  });
});
