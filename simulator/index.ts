import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerChat } from './chat.js';

export interface SimulatorOptions {
  port?: number;
  host?: string;
  requireKey?: string;
  latencyMs?: number;
  logFile?: string;
}

export async function startSimulator(
  options: SimulatorOptions = {},
): Promise<{ url: string; port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      if (request.method === 'GET')
        return response.end(JSON.stringify({ object: 'list', data: [{ id: 'mallm-gan-simulator', object: 'model' }] }));
      const asked = JSON.parse(body);
      const answer = answerChat(
        {
          messages: asked.messages,
          temperature: asked.temperature ?? 1,
          seed: asked.seed ?? 0,
          shape: asked.response_format?.type ?? 'text',
          maxTokens: asked.max_tokens ?? 4000,
        } as never,
        1,
      );
      setTimeout(
        () =>
          response.end(
            JSON.stringify({
              id: 'x',
              object: 'chat.completion',
              created: 0,
              model: 'mallm-gan-simulator',
              system_fingerprint: 'simulated',
              choices: [
                { index: 0, finish_reason: answer.finish, message: { role: 'assistant', content: answer.text } },
              ],
              usage: {
                prompt_tokens: answer.promptTokens,
                completion_tokens: answer.completionTokens,
                total_tokens: 0,
              },
            }),
          ),
        options.latencyMs ?? 0,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
