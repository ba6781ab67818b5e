import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCallHandler, type CallHandler, type Outcome } from './call-handler.js';
import { parseSimulatorOptions, type SimulatorOptions } from './options.js';
import { errorBody, modelsBody, SIMULATOR_MODEL } from './protocol.js';
import { openRequestLog, type RequestLog } from './request-log.js';
import { nothingAsked, type SimulatorStats } from './stats.js';

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
  stats: SimulatorStats;
  timers: Set<NodeJS.Timeout>;
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
  const stats = nothingAsked();
  const log = openRequestLog(settings.logFile);
  const service = {
    handler: createCallHandler(settings, stats),
    log,
    stats,
    timers: new Set<NodeJS.Timeout>(),
    inFlight: 0,
  };
  const server = createServer((request, response) => void answer(service, request, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return {
    url: `http://${host}:${port}/v1`,
    port,
    stats: () => structuredClone(stats),
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
  if (request.method === 'POST' && path.endsWith('/chat/completions')) return answerCall(service, request, response);
  request.resume();
  if (request.method === 'GET' && path === '/healthz') return send(response, 200, { status: 'ok', simulated: true });
  if (request.method === 'GET' && path.endsWith('/models')) return send(response, 200, modelsBody());
  if (request.method === 'GET' && path.endsWith(`/models/${SIMULATOR_MODEL}`)) {
    return send(response, 200, { id: SIMULATOR_MODEL, object: 'model', created: 0, owned_by: 'mallm-gan' });
  }
  send(response, 404, errorBody(`no such address: ${request.method ?? ''} ${path}`, 'invalid_request_error', null));
}

async function answerCall(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { handler, log, stats, timers } = service;
  const time = Date.now();
  const body = await readBody(request);
  if (body === null) return send(response, 413, errorBody('the body is too long', 'invalid_request_error', null));
  const outcome = handler.decide(body, keyOf(request));
  count(service, outcome);
  response.on('close', () => {
    service.inFlight -= 1;
    const { hash, attempt, status, retryAfterMs } = outcome;
    const delivered = status > 0 && !outcome.dropped && response.writableFinished;
    handler.done(outcome, delivered);
    log.write({ time, ended: Date.now(), hash, attempt, status, retryAfterMs, delivered });
  });
  if (outcome.delayMs <= 0) return deliver(response, outcome);
  const timer = setTimeout(() => {
    timers.delete(timer);
    deliver(response, outcome);
  }, outcome.delayMs);
  timers.add(timer);
  void stats;
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

function count(service: Service, { status, body }: Outcome): void {
  const { stats } = service;
  service.inFlight += 1;
  stats.calls += 1;
  stats.byStatus[status] = (stats.byStatus[status] ?? 0) + 1;
  stats.mostInFlight = Math.max(stats.mostInFlight, service.inFlight);
  void body;
}

function deliver(response: ServerResponse, { status, headers, body, dropped }: Outcome): void {
  if (status === 0) return void response.destroy();
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  if (!dropped) return void response.end(body);
  response.write(body.slice(0, Math.floor(body.length / 2)), () => response.destroy());
}

function send(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(content));
}
