import { startSimulator } from '../../simulator/index.js';
import { startHttpEndpoint } from './http-endpoint.js';

/** A chat request as it reached the endpoint. */
export interface SeenChat {
  temperature: number;
  messages: { role: string; content: string }[];
}

export interface RecordingModel {
  /** Base URL, as a user would give it. */
  url: string;
  /** Chat requests so far, in the order of their arrival. */
  chats: SeenChat[];
  close(): Promise<void>;
}

/** The simulated model behind an HTTP endpoint on loopback that keeps every chat request. */
export async function startRecordingModel(): Promise<RecordingModel> {
  const simulator = await startSimulator();
  const chats: SeenChat[] = [];
  const endpoint = await startHttpEndpoint(async ({ method, path, headers, body }) => {
    if (path.endsWith('/chat/completions')) chats.push(JSON.parse(body.toString('utf8')) as SeenChat);
    const type = headers['content-type'];
    const reply = await fetch(new URL(path, simulator.url), {
      method,
      ...(body.length > 0 ? { body: new Uint8Array(body), headers: { 'content-type': type ?? '' } } : {}),
    });
    const answered = Buffer.from(await reply.arrayBuffer());
    return {
      status: reply.status,
      headers: { 'content-type': reply.headers.get('content-type') ?? '' },
      body: answered,
    };
  });
  return {
    url: `${endpoint.url}${new URL(simulator.url).pathname}`,
    chats,
    close: async () => {
      await endpoint.close();
      await simulator.close();
    },
  };
}
