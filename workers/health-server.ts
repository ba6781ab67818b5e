import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from '../config/index.js';
import { ServerError } from '../mallm/errors.js';

/** What a worker process says of itself. */
export interface HealthSource {
  /** What keeps it from taking work; empty when nothing does. */
  obstacles(): Promise<string[]>;
  /** Address of the metrics as the Temporal runtime gives them out. */
  metricsUrl: string;
}

export interface HealthServer {
  url: string;
  close(): Promise<void>;
}

/**
 * Answers `/healthz` (200 while the process is alive and not stuck), `/readyz` (200 when it takes work, else 503 with
 * the reasons) and `/metrics` (Prometheus text, Temporal's and ours).
 *
 * @throws ServerError when the address cannot be listened on.
 */
export async function startHealthServer({ host, port }: ListenAddress, source: HealthSource): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(request, response, source).catch(() => reply(response, 503, 'no answer within the process\n'));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve)).catch(
    (error: unknown) => {
      throw new ServerError({
        problem: `cannot listen on ${host}:${port} for health and metrics`,
        got: (error as NodeJS.ErrnoException).code ?? 'an error',
        remedy: 'Choose another address with --metrics or MALLM_METRICS; port 0 takes a free one.',
      });
    },
  );
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer({ url }: IncomingMessage, response: ServerResponse, source: HealthSource): Promise<void> {
  const path = url?.split('?')[0];
  if (path === '/healthz') {
    reply(response, 200, 'alive\n');
  } else if (path === '/readyz') {
    const obstacles = await source.obstacles();
    reply(response, obstacles.length === 0 ? 200 : 503, `${obstacles.join('\n') || 'ready'}\n`);
  } else if (path === '/metrics') {
    const text = await (await fetch(source.metricsUrl)).text();
    reply(response, 200, text, 'text/plain; version=0.0.4; charset=utf-8');
  } else {
    reply(response, 404, 'there are /healthz, /readyz and /metrics\n');
  }
}

function reply(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type }).end(text);
}
