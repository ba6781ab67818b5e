import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came in. */
export interface SeenRequest {
  method: string;
  /** Path with its query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** When it was complete, milliseconds since 1970. */
  at: number;
}

/** What is answered: the parts of a reply, or a function that writes to the socket itself, or never does. */
export type Answer =
  | { status?: number; headers?: Record<string, string>; body?: string | Buffer | Record<string, unknown> }
  | ((response: ServerResponse) => void);

export interface HttpEndpoint {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** All requests so far, in the order of their arrival. */
  requests: SeenRequest[];
  close(): Promise<void>;
}

/** A real HTTP server on loopback that answers as the test says, request by request. */
export async function startHttpEndpoint(
  answer: (request: SeenRequest, index: number) => Answer | Promise<Answer>,
): Promise<HttpEndpoint> {
  const requests: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, path: url, headers, body: Buffer.concat(chunks), at: Date.now() };
      const index = requests.push(request) - 1;
      void Promise.resolve(answer(request, index)).then((chosen) => send(response, chosen));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, answer: Answer): void {
  if (typeof answer === 'function') {
    answer(response);
    return;
  }
  const { status = 200, headers = {}, body = '' } = answer;
  const json = typeof body === 'object' && !Buffer.isBuffer(body);
  response.writeHead(status, { ...(json ? { 'content-type': 'application/json' } : {}), ...headers });
  response.end(json ? JSON.stringify(body) : body);
}
