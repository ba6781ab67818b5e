import { readFileSync } from 'node:fs';
import { createSecureServer, type Http2SecureServer, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clientConnectionOptions,
  readConfig,
  workerConnectionOptions,
  type TemporalTarget,
} from '../../config/index.js';

const TLS = 'test/fixtures/tls';

interface Seen {
  authorized: boolean;
  servername: unknown;
  headers: IncomingHttpHeaders;
}

/** A server that wants a client certificate of our authority, and records who called; it answers no call. */
let server: Http2SecureServer;
let seen: Seen[];

beforeAll(async () => {
  server = createSecureServer({
    key: readFileSync(`${TLS}/server-key.pem`),
    cert: readFileSync(`${TLS}/server.pem`),
    ca: readFileSync(`${TLS}/authority.pem`),
    requestCert: true,
    rejectUnauthorized: true,
  });
  server.on('stream', (stream, headers) => {
    const { authorized, servername } = stream.session!.socket as TLSSocket & { servername: unknown };
    seen.push({ authorized, servername, headers });
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '7' }, { endStream: true });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
});

function target(): TemporalTarget {
  seen = [];
  return readConfig({
    TEMPORAL_ADDRESS: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    TEMPORAL_API_KEY: 'the-key',
    TEMPORAL_TLS_SERVER_NAME: 'temporal.example',
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: `${TLS}/authority.pem`,
    TEMPORAL_TLS_CLIENT_CERT_PATH: `${TLS}/client.pem`,
    TEMPORAL_TLS_CLIENT_KEY_PATH: `${TLS}/client-key.pem`,
    TEMPORAL_GRPC_META_TEAM: 'lab',
  }).temporal!;
}

const expected = {
  authorized: true,
  servername: 'temporal.example',
  headers: { authorization: 'Bearer the-key', team: 'lab' },
};

describe('a connection', () => {
  it('of the client carries certificate, key and headers', async () => {
    await expect(Connection.connect({ ...clientConnectionOptions(target()), connectTimeout: '5s' })).rejects.toThrow();
    expect(seen[0]).toMatchObject(expected);
  });

  it('of the worker carries the same', async () => {
    await expect(NativeConnection.connect(workerConnectionOptions(target()))).rejects.toThrow();
    expect(seen[0]).toMatchObject(expected);
  });

  it('is not encrypted without TLS', () => {
    const { temporal } = readConfig({ TEMPORAL_ADDRESS: 'h:1' });
    expect(clientConnectionOptions(temporal!)).toEqual({ address: 'h:1', tls: false });
    expect(workerConnectionOptions(temporal!)).toEqual({ address: 'h:1', tls: false });
  });
});
