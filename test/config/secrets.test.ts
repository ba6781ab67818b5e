import { afterEach, describe, expect, it } from 'vitest';
import { readConfig, redacted } from '../../config/index.js';

/** Every secret that can be set, each in its own variable. */
const SECRETS = {
  OPENAI_API_KEY: 'sk-aB3dE5gH7jK9mN1p',
  MALLM_OPTIMIZER_API_KEY: 'optimizer-key-without-digits',
  MALLM_CODEC_KEYS: 'k1:q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
  MALLM_CODEC_SERVER_TOKEN: 'codec server token 1',
  TEMPORAL_API_KEY: 'temporal+key/1=',
  TEMPORAL_GRPC_META_AUTHORIZATION: 'Bearer grpc-credential',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2VjEXAMPLE',
};

describe('redacted', () => {
  afterEach(() => expect(redacted('an ordinary sentence about 12 rows')).toBe('an ordinary sentence about 12 rows'));

  it('hides every secret of the environment, as it is, in capitals, in JSON, in an address and in base64', () => {
    readConfig({ TEMPORAL_ADDRESS: 'temporal:7233', ...SECRETS });
    for (const secret of Object.values(SECRETS)) {
      const bare = secret.replace(/^(k1:|Bearer )/, '');
      const forms = [bare, bare.toUpperCase(), encodeURIComponent(bare), JSON.stringify(bare)];
      for (const text of [...forms, Buffer.from(bare).toString('base64')])
        expect(redacted(`said ${text}.`)).toMatch(/^said "?\[secret\](%3D|=)?"?\.$/);
    }
  });

  it('hides headers and fields of requests that are keys by their name or look, and leaves the others', () => {
    readConfig({
      OPENAI_BASE_URL: 'https://gateway.example/v1',
      MALLM_GENERATOR_HEADERS: 'X-Api-Key=gatewaykey\nX-Title=mallm-gan\nX-Route=9f8e7d6c5b4a3210',
      MALLM_GENERATOR_EXTRA_BODY: '{"auth": {"client_secret": "deep secret"}, "mode": "creative", "top_k": 40}',
    });
    expect(redacted('gatewaykey, 9f8e7d6c5b4a3210, deep secret')).toBe('[secret], [secret], [secret]');
    expect(redacted('mallm-gan is creative with 40')).toBe('mallm-gan is creative with 40');
  });

  it('hides names and passwords of addresses, those of proxies also alone', () => {
    readConfig({ HTTPS_PROXY: 'http://robot:proxypass@proxy.example:3128' });
    expect(redacted('GET https://me:word@host.example/x')).toBe('GET https://[secret]@host.example/x');
    expect(redacted('407 for robot:proxypass, then proxypass')).toBe('407 for [secret], then [secret]');
  });

  it('leaves the placeholders that local servers want for a key', () => {
    for (const key of ['ollama', 'lm-studio', 'sk-no-key-required', 'EMPTY'])
      readConfig({ OPENAI_BASE_URL: 'http://localhost:1/v1', OPENAI_API_KEY: key });
    expect(redacted('ollama:11434 and lm-studio are EMPTY')).toBe('ollama:11434 and lm-studio are EMPTY');
  });
});
