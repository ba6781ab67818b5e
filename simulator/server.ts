import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCallHandler, type CallHandler, type Outcome } from './call-handler.js';
import { parseSimulatorOptions, type SimulatorOptions } from './options.js';
import { errorBody, modelBody, SIMULATOR_MODEL } from './protocol.js';
import { openRequestLog, type RequestLog } from './request-log.js';
import type { SimulatorStats } from './stats.js';

/** A running simulated model. */
export interface Simulator {
  /** Base URL for a client of the OpenAI protocol: `http://127.0.0.1:PORT/v1`. */
  url: string;
  port: number;
  /** What it has been asked so far. */
  stats(): SimulatorStats;
  /** Closes all connections, hanging ones too, and the log. */
  close(): Promise<void>;
}

interface Service {
  handler: CallHandler;
  log: RequestLog;
  timers: Set<NodeJS.Timeout>;
  /** Calls in work now. */
  inFlight: number;
}

/** Longest body that is read, bytes. */
const LONGEST_BODY = 32 * 1024 * 1024;
/** Longer than clients keep an idle connection, so that none is closed under a call. */
const KEEP_ALIVE_MS = 120_000;

/**
 * Starts the simulated model on loopback: `POST …/chat/completions` (OpenAI's and Azure's paths), `GET …/models`,
 * `GET /healthz`. The same seed, options and conversation give the same reply, on every machine, whatever failed before.
 * @throws OptionError for an option out of range; the listener's own error when the port is taken.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = parseSimulatorOptions({ ...options });
  const log = openRequestLog(settings.logFile);
  const handler = createCallHandler(settings);
  const service: Service = { handler, log, timers: new Set(), inFlight: 0 };
  const server = createServer((request, response) => {
    answer(service, request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return {
    url: `http://${host}:${port}/v1`,
    port,
    stats: () => structuredClone(handler.stats),
    close: async () => {
      for (const timer of service.timers) clearTimeout(timer);
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      log.close();
    },
  };
}

async function answer(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?')[0]!;
  if (request.method === 'POST' && path.endsWith('/chat/completions')) {
    await answerCall(service, request, response);
    return;
  }
  request.resume();
  const found = request.method === 'GET' ? pageAt(path) : null;
  const missing = errorBody(`no such address: ${request.method ?? ''} ${path}`, 'invalid_request_error', null);
  send(response, found === null ? 404 : 200, found ?? missing);
}

function pageAt(path: string): object | null {
  if (path === '/healthz') return { status: 'ok', simulated: true };
  if (path.endsWith('/models')) return { object: 'list', data: [modelBody()] };
  return path.endsWith(`/models/${SIMULATOR_MODEL}`) ? modelBody() : null;
}

async function answerCall(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { handler, log, timers } = service;
  const time = Date.now();
  const arrived = performance.now();
  const body = await readBody(request);
  if (body === null) {
    send(response, 413, errorBody('the body is too long', 'invalid_request_error', null));
    return;
  }
  const outcome = handler.decide(body, keyOf(request));
  handler.stats.mostInFlight = Math.max(handler.stats.mostInFlight, ++service.inFlight);
  response.on('close', () => {
    service.inFlight -= 1;
    const { hash, attempt, status, retryAfterMs } = outcome;
    const delivered = status > 0 && !outcome.dropped && response.writableFinished;
    handler.done(outcome, delivered);
    log.write({ time, ended: Date.now(), hash, attempt, status, retryAfterMs, delivered });
  });
  // What the answer took to make is part of it.
  const wait = Math.ceil(outcome.delayMs - (performance.now() - arrived));
  if (wait <= 0) {
    deliver(response, outcome);
    return;
  }
  const timer = setTimeout(() => {
    timers.delete(timer);
    deliver(response, outcome);
  }, wait);
  timers.add(timer);
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LONGEST_BODY) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The caller's key: `Authorization: Bearer …` as OpenAI has it, `api-key: …` as Azure does. */
function keyOf(request: IncomingMessage): string | null {
  const azure = request.headers['api-key'];
  return /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? (typeof azure === 'string' ? azure : null);
}

function deliver(response: ServerResponse, { status, headers, body, dropped }: Outcome): void {
  if (status === 0) {
    response.destroy();
    return;
  }
  const content = Buffer.from(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': content.length, ...headers });
  if (dropped) response.write(content.subarray(0, content.length >> 1), () => response.destroy());
  else response.end(content);
}

function send(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(content));
}
