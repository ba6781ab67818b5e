import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, describeConfig, readConfig } from '../../config/index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mallm-gan-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('the configuration', () => {
  it('is the embedded server, the simulated model and a home here when nothing is set', () => {
    expect(readConfig({})).toEqual({
      home: resolve('.mallm'),
      temporal: undefined,
      temporalCli: { cliPath: undefined, searchPath: '', cacheFolder: join(homedir(), '.cache', 'mallm-gan') },
      models: { generator: undefined, optimizer: undefined, timeoutMs: 120_000 },
      store: undefined,
      s3: { endpoint: undefined, region: undefined },
      taskQueue: 'mallm-gan',
      codec: undefined,
      versioning: undefined,
      metrics: undefined,
      codecServerToken: undefined,
    });
  });

  it('takes an empty variable as not set', () => {
    const names = [
      'MALLM_HOME',
      'TEMPORAL_ADDRESS',
      'TEMPORAL_NAMESPACE',
      'OPENAI_BASE_URL',
      'OPENAI_API_KEY',
      'MALLM_STORE',
    ];
    expect(readConfig(Object.fromEntries(names.map((name) => [name, ' '])))).toEqual(readConfig({}));
  });

  it('reads the places of things', () => {
    const config = readConfig({
      MALLM_HOME: 'state',
      MALLM_CACHE: 'cache',
      PATH: '/bin',
      TEMPORAL_CLI_PATH: '/opt/temporal',
      MALLM_STORE: 's3://bucket/prefix',
      AWS_ENDPOINT_URL: 'http://all:1',
      AWS_ENDPOINT_URL_S3: 'http://s3:2/',
      AWS_REGION: 'eu-west-1',
      MALLM_TASK_QUEUE: 'team-a',
      MALLM_MODEL_TIMEOUT: '2.5',
      MALLM_REQUESTS_PER_MINUTE: '60',
      MALLM_TOKENS_PER_MINUTE: '90000',
    });
    expect(config).toMatchObject({
      home: resolve('state'),
      temporalCli: { cliPath: '/opt/temporal', searchPath: '/bin', cacheFolder: resolve('cache') },
      store: 's3://bucket/prefix',
      s3: { endpoint: 'http://s3:2', region: 'eu-west-1' },
      taskQueue: 'team-a',
      models: { timeoutMs: 2500, requestsPerMinute: 60, tokensPerMinute: 90_000 },
    });
  });

  it('silences the AWS SDK about Node.js 20', () => {
    delete process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED;
    readConfig({});
    expect(process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED).toBe('true');
  });
});

describe('the endpoints of the models', () => {
  it('are one for both roles, with a model name each', () => {
    const { generator, optimizer } = readConfig({
      OPENAI_BASE_URL: 'http://localhost:8000/v1/',
      OPENAI_API_KEY: 'k',
      MALLM_GENERATOR_MODEL: 'small',
      MALLM_OPTIMIZER_MODEL: 'large',
    }).models;
    expect(generator).toEqual({ baseURL: 'http://localhost:8000/v1', apiKey: 'k', model: 'small' });
    expect(optimizer).toEqual({ baseURL: 'http://localhost:8000/v1', apiKey: 'k', model: 'large' });
  });

  it('never give the generator’s key to an optimizer at another address', () => {
    const { optimizer } = readConfig({ OPENAI_API_KEY: 'k', MALLM_OPTIMIZER_BASE_URL: 'https://other/v1' }).models;
    expect(optimizer).toEqual({ baseURL: 'https://other/v1', apiKey: undefined });
  });

  it('give the optimizer a key of its own at the same address', () => {
    const env = { OPENAI_BASE_URL: 'http://a/v1', OPENAI_API_KEY: 'k', MALLM_OPTIMIZER_API_KEY: 'o' };
    expect(readConfig(env).models.optimizer).toEqual({ baseURL: 'http://a/v1', apiKey: 'o' });
  });

  it('may be real for the optimizer alone', () => {
    const { generator, optimizer } = readConfig({ MALLM_OPTIMIZER_BASE_URL: 'http://b/v1' }).models;
    expect(generator).toBeUndefined();
    expect(optimizer).toMatchObject({ baseURL: 'http://b/v1' });
  });

  it('take the key from a file', () => {
    const path = file('key', 'sk-from-file\n');
    expect(readConfig({ OPENAI_API_KEY_FILE: path }).models.generator?.apiKey).toBe('sk-from-file');
  });

  it('are Azure OpenAI with its own key', () => {
    const env = {
      AZURE_OPENAI_ENDPOINT: 'https://r.openai.azure.com/',
      AZURE_OPENAI_API_KEY: 'a',
      OPENAI_API_VERSION: '2024-10-21',
      OPENAI_API_KEY: 'not for Azure',
      MALLM_GENERATOR_MODEL: 'deployment',
    };
    expect(readConfig(env).models.generator).toEqual({
      apiKey: 'a',
      azure: { endpoint: 'https://r.openai.azure.com', apiVersion: '2024-10-21' },
      model: 'deployment',
    });
  });
});

const refused: [string, Record<string, string>, RegExp][] = [
  ['a model without an endpoint', { MALLM_GENERATOR_MODEL: 'gpt' }, /MALLM_GENERATOR_MODEL.*OPENAI_API_KEY.*simulated/],
  ['no address', { OPENAI_BASE_URL: 'localhost:8000' }, /OPENAI_BASE_URL.*http.*got "localhost:8000"/],
  ['two endpoints', { OPENAI_BASE_URL: 'http://a', AZURE_OPENAI_ENDPOINT: 'http://b' }, /both set.*Unset one/],
  [
    'half of Azure',
    { AZURE_OPENAI_ENDPOINT: 'http://b', AZURE_OPENAI_API_KEY: 'k' },
    /OPENAI_API_VERSION.*a key and no version/,
  ],
  [
    'a key twice',
    { OPENAI_API_KEY: 'k', OPENAI_API_KEY_FILE: 'f' },
    /OPENAI_API_KEY and OPENAI_API_KEY_FILE are both set/,
  ],
  ['a missing key file', { OPENAI_API_KEY_FILE: '/nothing/here' }, /OPENAI_API_KEY_FILE names cannot be read.*ENOENT/],
  ['a timeout in words', { MALLM_MODEL_TIMEOUT: 'long' }, /MALLM_MODEL_TIMEOUT.*1 to 86400.*"long"/],
  ['a timeout of none', { MALLM_MODEL_TIMEOUT: '0' }, /MALLM_MODEL_TIMEOUT/],
  ['a limit with separators', { MALLM_TOKENS_PER_MINUTE: '90,000' }, /MALLM_TOKENS_PER_MINUTE.*whole number.*"90,000"/],
  ['a limit of none', { MALLM_REQUESTS_PER_MINUTE: '0' }, /MALLM_REQUESTS_PER_MINUTE.*leave it out/],
  ['an unknown store', { MALLM_STORE: 'gs://bucket' }, /MALLM_STORE.*s3:\/\/bucket\/prefix.*gs:/],
  ['a bad queue', { MALLM_TASK_QUEUE: 'a b' }, /MALLM_TASK_QUEUE.*got "a b"/],
];

describe('a wrong configuration', () => {
  it.each(refused)('is refused with a remedy: %s', (_, env, message) => {
    expect(() => readConfig(env)).toThrow(ConfigError);
    expect(() => readConfig(env)).toThrow(message);
  });

  it('is refused without its secrets', () => {
    const empty = file('empty', '\n');
    const attempts = [
      { OPENAI_BASE_URL: 'http://user:sk-hidden@host/v1' },
      { MALLM_STORE: 'gs://id:sk-hidden@bucket' },
      { OPENAI_API_KEY: 'sk-hidden', OPENAI_API_KEY_FILE: empty },
      { AZURE_OPENAI_ENDPOINT: 'http://b', AZURE_OPENAI_API_KEY: 'sk-hidden' },
      { TEMPORAL_API_KEY: 'sk-hidden' },
    ];
    for (const env of attempts) {
      let message = '';
      try {
        readConfig(env);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).not.toBe('');
      expect(message).not.toContain('sk-hidden');
    }
  });
});

describe('the description of a configuration', () => {
  it('lists what is set, without secrets', () => {
    const config = readConfig({
      OPENAI_BASE_URL: 'https://models.example/v1/tenant-secret',
      OPENAI_API_KEY: 'sk-secret',
      TEMPORAL_ADDRESS: 'cluster:7233',
      TEMPORAL_NAMESPACE: 'lab',
      TEMPORAL_API_KEY: 'tk-secret',
      TEMPORAL_GRPC_META_TOKEN: 'm-secret',
    });
    const description = describeConfig(config);
    expect(description).toMatchObject({
      temporal: 'cluster:7233, namespace lab (TLS, API key)',
      'generator model': 'models.example, with a key',
      'payload encryption': 'off',
    });
    expect(JSON.stringify(description)).not.toContain('secret');
  });

  it('lists the defaults', () => {
    expect(describeConfig(readConfig({}))).toMatchObject({ temporal: 'embedded', 'generator model': 'simulated' });
  });
});

describe('the keys of the payload encryption', () => {
  const [old, newest] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)].map((key) => key.toString('base64'));

  it('come from a variable or a file, the newest first', () => {
    const lines = `# made by hand\n2026-11:${newest}\n\n2026-10:${old}\n`;
    const fromFile = readConfig({ MALLM_CODEC_KEYS_FILE: file('keys', lines) }).codec;
    expect(fromFile?.keys.map(({ id, key }) => [id, key[0]])).toEqual([
      ['2026-11', 2],
      ['2026-10', 1],
    ]);
    expect(readConfig({ MALLM_CODEC_KEYS: `2026-11:${newest},2026-10:${old}` }).codec).toEqual(fromFile);
    const description = describeConfig(readConfig({ MALLM_CODEC_KEYS: `b:${newest},a:${old}` }));
    expect(description['payload encryption']).toBe('AES-256-GCM with key b; a to decrypt');
  });

  it.each([
    { keys: 'hidden-key-without-an-id', message: /key 1 of MALLM_CODEC_KEYS is not one: expected id:key.*openssl/ },
    { keys: `a:${old},b:aGlkZGVu`, message: /key 2 .*got a key of 6 bytes/ },
    { keys: `a:${old},a:${newest}`, message: /two keys .* have the id "a"/ },
    { keys: '# nothing', message: /got no key/ },
  ])('are refused without being shown: $message', ({ keys, message }) => {
    const attempt = (): unknown => readConfig({ MALLM_CODEC_KEYS: keys });
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow(/hidden|aGlkZGVu|AQEBAQ/);
  });
});

describe('the version and the address of a worker', () => {
  it('are read', () => {
    const config = readConfig({ MALLM_DEPLOYMENT: 'lab', MALLM_BUILD_ID: '1.2.0', MALLM_METRICS: '[::1]:9464' });
    expect(config.versioning).toEqual({ deployment: 'lab', buildId: '1.2.0', runs: 'pinned' });
    expect(config.metrics).toEqual({ host: '::1', port: 9464 });
    expect(describeConfig(config)).toMatchObject({ 'worker version': 'lab, build 1.2.0, runs pinned' });
  });

  it.each([
    [{ MALLM_BUILD_ID: '1' }, /MALLM_BUILD_ID is set, but not MALLM_DEPLOYMENT/],
    [{ MALLM_DEPLOYMENT: 'lab' }, /MALLM_DEPLOYMENT is set, but not MALLM_BUILD_ID/],
    [
      { MALLM_DEPLOYMENT: 'lab', MALLM_BUILD_ID: '1', MALLM_VERSIONING: 'sticky' },
      /pinned or auto-upgrade, got "sticky"/,
    ],
    [{ MALLM_DEPLOYMENT: 'the lab', MALLM_BUILD_ID: '1' }, /got "the lab"/],
    [{ MALLM_METRICS: '9464' }, /MALLM_METRICS is no address to listen on: expected host:port/],
    [{ MALLM_METRICS: 'localhost:99999' }, /got "localhost:99999"/],
  ])('are refused when they are malformed: %j', (env, message) => expect(() => readConfig(env)).toThrow(message));
});

describe('what is added to the requests of a model', () => {
  const base = { OPENAI_BASE_URL: 'http://model.test/v1' };

  it('holds for both roles at one address, and each may have its own', () => {
    const { generator, optimizer } = readConfig({
      ...base,
      MALLM_GENERATOR_EXTRA_BODY: '{"top_k": 40}',
      MALLM_GENERATOR_HEADERS: 'x-team=a=b\nx-tier: gold',
      MALLM_OPTIMIZER_REASONING_EFFORT: 'high',
    }).models;
    const headers = { 'x-team': 'a=b', 'x-tier': 'gold' };
    expect(generator).toMatchObject({ extraBody: { top_k: 40 }, headers });
    expect(optimizer).toMatchObject({ extraBody: { top_k: 40 }, headers, reasoningEffort: 'high' });
    expect(generator).not.toHaveProperty('reasoningEffort');
  });

  it('is not sent to an optimizer at another address, nor shown', () => {
    const config = readConfig({
      ...base,
      MALLM_GENERATOR_HEADERS: 'x-gateway=sesame',
      MALLM_OPTIMIZER_BASE_URL: 'http://other.test/v1',
      HTTPS_PROXY: 'http://me:sesame@proxy.test:3128',
    });
    expect(config.models.optimizer).not.toHaveProperty('headers');
    const shown = describeConfig(config);
    expect(shown).toMatchObject({ 'model proxy': 'proxy.test:3128' });
    expect(shown['generator model']).toContain('x-gateway');
    expect(JSON.stringify(shown)).not.toContain('sesame');
  });

  it.each([
    ['MALLM_GENERATOR_EXTRA_BODY', '[1]'],
    ['MALLM_GENERATOR_EXTRA_BODY', 'sesame'],
    ['MALLM_OPTIMIZER_HEADERS', 'sesame'],
    ['HTTPS_PROXY', 'socks5://sesame'],
  ])('is refused where %s cannot be read, without its value', (name, value) => {
    const read = (): unknown => readConfig({ ...base, [name]: value });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(expect.objectContaining({ message: expect.not.stringContaining('sesame') as string }));
  });
});
