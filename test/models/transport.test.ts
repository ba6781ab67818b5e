import type { Server } from 'node:http';
import { createServer as createProxy } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { openaiModel } from '../../models/openai-model.js';
import { endpointFetch } from '../../models/transport.js';
import type { HttpEndpoint } from '../support/http-endpoint.js';
import { startHttpEndpoint } from '../support/http-endpoint.js';
import { repositoryFile } from '../support/repository.js';

const REQUEST = {
  model: 'm',
  temperature: 1,
  seed: 1,
  messages: [{ role: 'user' as const, content: 'real rows' }],
  maxTokens: 9,
};
const OK = { body: { choices: [{ finish_reason: 'stop', message: { content: 'x' } }] } };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function endpoint(...args: Parameters<typeof startHttpEndpoint>): Promise<HttpEndpoint> {
  const started = await startHttpEndpoint(...args);
  closers.push(() => started.close());
  return started;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A proxy that tunnels by CONNECT; every name leads to loopback. */
async function connectProxy(): Promise<{ url: string; tunnels: string[] }> {
  const tunnels: string[] = [];
  const proxy = createProxy().on('connect', (request, client) => {
    tunnels.push(request.url!);
    const target = connect(Number(request.url!.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    client.on('error', () => target.destroy());
    target.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  closers.push(() => closed(proxy));
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, tunnels };
}

describe('a redirect', () => {
  it('to another port is refused and named, and nothing is sent there', async () => {
    const elsewhere = await endpoint(() => OK);
    const here = await endpoint(() => ({ status: 307, headers: { location: `${elsewhere.url}/v1/chat/completions` } }));
    const model = openaiModel({ baseURL: here.url, timeoutMs: 5000 });
    const error = await model.complete(REQUEST).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ kind: 'not-found', details: { code: 'redirected' } });
    expect((error as Error).message).toContain(
      `redirects to another address (${elsewhere.url}): nothing was sent there`,
    );
    expect(elsewhere.requests).toHaveLength(0);
    expect(here.requests).toHaveLength(1);
  });

  it('within one address is followed, with the whole request', async () => {
    const here = await endpoint(({ path }) =>
      path.startsWith('/v1/') ? OK : { status: 308, headers: { location: '/v1/chat/completions' } },
    );
    expect((await openaiModel({ baseURL: here.url, timeoutMs: 5000 }).complete(REQUEST)).text).toBe('x');
    expect(here.requests[1]!.body.toString()).toContain('real rows');
  });
});

describe('a proxy', () => {
  it('is used for what it is named for, and not for the excepted hosts', async () => {
    const here = await endpoint(() => OK);
    const { port } = new URL(here.url);
    const { url: http, tunnels } = await connectProxy();
    const fetchThrough = endpointFetch({ http, except: 'direct.test,127.0.0.1' });
    const reply = await fetchThrough(`http://model.test:${port}/v1/models`);
    expect([reply.status, tunnels]).toEqual([200, [`model.test:${port}`]]);
    await reply.text();
    expect((await fetchThrough(`${here.url}/v1/models`)).status).toBe(200);
    expect(tunnels).toHaveLength(1);
  });

  it('leads to an endpoint whose certificate is not trusted: the failure says how to trust it', async () => {
    const tls = (name: string): Buffer => readFileSync(repositoryFile(`test/fixtures/tls/${name}.pem`));
    const server = createTlsServer({ key: tls('server-key'), cert: tls('server') }, (_, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(OK.body)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => closed(server));
    const address = `https://temporal.example:${(server.address() as AddressInfo).port}/v1`;
    const { url: https, tunnels } = await connectProxy();
    const model = openaiModel({ baseURL: address, timeoutMs: 5000, proxies: { https } });
    await expect(model.complete(REQUEST)).rejects.toMatchObject({
      kind: 'connection',
      message: expect.stringMatching(/UNABLE_TO_VERIFY.*NODE_EXTRA_CA_CERTS/) as string,
    });
    expect(tunnels).toHaveLength(1);
  });
});
