import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Payload } from '@temporalio/common';
import protos from '@temporalio/proto';
import type { CodecKey } from '../config/index.js';
import { MallmError } from '../mallm/errors.js';
import { isEncrypted, payloadCodec } from './payload-codec.js';

/** Above what a Temporal server takes in one message, with room for base64. */
const LONGEST_BODY = 16 * 1024 * 1024;

const { Payload: PayloadMessage } = protos.temporal.api.common.v1;

export interface CodecServerOptions {
  keys: readonly CodecKey[];
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Web pages that may ask, such as `http://localhost:8233`; no other page gets an answer. */
  origins: readonly string[];
  /** What callers must show as a bearer token. */
  token?: string;
}

export interface CodecServer {
  url: string;
  close(): Promise<void>;
}

/**
 * Decodes and encodes payloads for Temporal's web UI and command line, which have no keys: `POST /decode` and
 * `POST /encode`, also below the name of a namespace. A caller with access reads what is encrypted.
 */
export async function startCodecServer(options: CodecServerOptions): Promise<CodecServer> {
  const codec = payloadCodec(options.keys);
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => refuse(response, error));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    admitPage(request, response, options.origins);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    admitCaller(request, options.token);
    const [, work] = /\/(encode|decode)$/.exec(new URL(request.url ?? '/', 'http://codec').pathname) ?? [];
    if (work === undefined) throw new Refusal(404, 'there are /encode and /decode');
    if (request.method !== 'POST') throw new Refusal(405, 'expected POST');
    const given = payloadsOf(await bodyOf(request));
    const payloads = work === 'encode' ? await codec.encode(given) : await Promise.all(given.map(readable));
    const body = JSON.stringify({ payloads: payloads.map(plain) });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  }

  /** What is in the clear is shown as it is. */
  async function readable(payload: Payload): Promise<Payload> {
    return isEncrypted(payload) ? (await codec.decode([payload]))[0]! : payload;
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A request that is not served; the message is for the caller. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A page of another origin gets neither the answer nor the work done: browsers send its origin along. */
function admitPage({ headers }: IncomingMessage, response: ServerResponse, origins: readonly string[]): void {
  const { origin } = headers;
  response.setHeader('vary', 'Origin');
  if (origin === undefined) return;
  if (!origins.includes(origin)) throw new Refusal(403, 'this page may not ask: name its origin with --origin');
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-allow-methods', 'POST, OPTIONS');
  response.setHeader('access-control-allow-headers', 'content-type, authorization, x-namespace, caller-type');
  response.setHeader('access-control-max-age', '600');
}

function admitCaller({ headers }: IncomingMessage, token: string | undefined): void {
  if (token === undefined) return;
  const [shown, wanted] = [headers.authorization ?? '', `Bearer ${token}`].map((text) =>
    createHash('sha256').update(text).digest(),
  );
  if (!timingSafeEqual(shown!, wanted!))
    throw new Refusal(401, 'expected the bearer token of MALLM_CODEC_SERVER_TOKEN');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LONGEST_BODY) throw new Refusal(413, `expected at most ${LONGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function payloadsOf(body: string): Payload[] {
  try {
    const { payloads } = JSON.parse(body) as { payloads: Record<string, unknown>[] };
    return payloads.map((payload) => PayloadMessage.fromObject(payload));
  } catch {
    throw new Refusal(400, 'expected {"payloads": [{"metadata": {…}, "data": …}]} with bytes as base64');
  }
}

function plain(payload: Payload): Record<string, unknown> {
  return PayloadMessage.toObject(PayloadMessage.create(payload), { bytes: String });
}

function refuse(response: ServerResponse, error: unknown): void {
  const known = error instanceof Refusal || error instanceof MallmError;
  const status = error instanceof Refusal ? error.status : error instanceof MallmError ? 422 : 500;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ message: known ? error.message : 'the payloads cannot be handled' }));
}
