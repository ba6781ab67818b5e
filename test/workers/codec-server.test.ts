import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCodecServer } from '../../client/index.js';
import { readConfig } from '../../config/index.js';
import type { CodecServer } from '../../workers/codec-server.js';
import { startCodecServer } from '../../workers/codec-server.js';

const KEYS = [{ id: 'k1', key: randomBytes(32) }];
const UI = 'http://localhost:8233';
const CLEAR = { metadata: { encoding: base64('json/plain') }, data: base64('{"cell":"Prof-specialty"}') };

interface Wire {
  payloads: { metadata: Record<string, string>; data: string }[];
}

describe('the codec server', () => {
  let open: CodecServer;
  let guarded: CodecServer;

  beforeAll(async () => {
    const common = { keys: KEYS, host: '127.0.0.1', port: 0, origins: [UI] };
    open = await startCodecServer(common);
    guarded = await startCodecServer({ ...common, token: 't-secret' });
  });
  afterAll(() => Promise.all([open.close(), guarded.close()]));

  const ask = (path: string, body: unknown, headers: Record<string, string> = {}, server = open): Promise<Response> =>
    fetch(server.url + path, { method: 'POST', body: JSON.stringify(body), headers });

  it.each(['', '/default'])('encodes and decodes at %s/…', async (namespace) => {
    const encoded = (await (await ask(`${namespace}/encode`, { payloads: [CLEAR] })).json()) as Wire;
    expect(encoded.payloads[0]!.metadata.encoding).toBe(base64('binary/encrypted'));
    const decoded = (await (await ask(`${namespace}/decode`, encoded)).json()) as Wire;
    expect(decoded).toEqual({ payloads: [CLEAR] });
  });

  it('lets the pages of its origins ask, and no other page', async () => {
    const preflight = await fetch(`${open.url}/decode`, { method: 'OPTIONS', headers: { origin: UI } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(UI);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-namespace');
    expect((await ask('/decode', { payloads: [CLEAR] }, { origin: UI })).status).toBe(200);
    const stranger = await ask('/decode', { payloads: [CLEAR] }, { origin: 'http://evil.example' });
    expect(stranger.status).toBe(403);
    expect(stranger.headers.get('access-control-allow-origin')).toBeNull();
    expect(await stranger.text()).not.toContain(CLEAR.data);
  });

  it('asks for its token, where it has one', async () => {
    const statuses = await Promise.all(
      ['', 'Bearer t-wrong', 'Bearer t-secret'].map(async (authorization) => {
        const { status } = await ask('/decode', { payloads: [CLEAR] }, { authorization }, guarded);
        return status;
      }),
    );
    expect(statuses).toEqual([401, 401, 200]);
  });

  it.each([
    { what: 'a body that is none', path: '/decode', body: [1], status: 400 },
    { what: 'a place that is none', path: '/other', body: {}, status: 404 },
    { what: 'a payload of an unknown key', path: '/decode', body: foreign(), status: 422, told: /the key \\"k9\\"/ },
  ])('refuses $what', async ({ path, body, status, told = /message/ }) => {
    const reply = await ask(path, body);
    expect(reply.status).toBe(status);
    expect(await reply.text()).toMatch(told);
  });

  it('does not listen to others without a token, nor without keys', async () => {
    const request = { port: 0, signal: AbortSignal.abort(), onNotice: () => undefined };
    const config = { ...readConfig({}), codec: { keys: [KEYS[0]!] as [(typeof KEYS)[0]] } };
    await expect(runCodecServer({ ...request, host: '0.0.0.0', config })).rejects.toThrow(/MALLM_CODEC_SERVER_TOKEN/);
    await expect(runCodecServer({ ...request, config: readConfig({}) })).rejects.toThrow(/MALLM_CODEC_KEYS_FILE/);
    await runCodecServer({ ...request, config });
  });
});

function foreign(): Wire {
  const metadata = { encoding: base64('binary/encrypted'), 'encryption-key-id': base64('k9') };
  return { payloads: [{ metadata, data: base64('x'.repeat(40)) }] };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
