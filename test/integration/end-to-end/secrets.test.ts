import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Simulator } from '../../../simulator/index.js';
import { startSimulator } from '../../../simulator/index.js';
import type { Workplace } from '../../support/command-line.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';
import type { Answer, HttpEndpoint, SeenRequest } from '../../support/http-endpoint.js';
import { startHttpEndpoint } from '../../support/http-endpoint.js';

const KEY = 'sk-echo-4f7c01b2aa';
const HEADER = 'gw-19ad77c3e0f2';
/** A label of real rows, as a name of an error. */
const LABEL = 'Prof-specialty';
const FIT = [
  ...['fit', repositoryFile('test/fixtures/tables/adult-train-25.csv'), '--target', 'Income', '--epochs', '1'],
  ...['--rows-per-theta', '40', '--rows-per-request', '4', '--min-valid-share', '0.1', '--in-flight', '2'],
  ...['--header', `X-Gateway=${HEADER}`],
];

describe('an endpoint that writes the key into every field it has', () => {
  let place: Workplace;
  let simulator: Simulator;
  let endpoint: HttpEndpoint;
  /** Whether it refuses the key. */
  let refuses = false;
  let environment: Record<string, string>;

  beforeAll(async () => {
    place = await openWorkplace();
    simulator = await startSimulator();
    endpoint = await startHttpEndpoint((request, index) => (refuses ? refusal(401) : echo(request, index)));
    environment = { OPENAI_BASE_URL: `${endpoint.url}/v1`, OPENAI_API_KEY: KEY, MALLM_DEBUG: '1' };
  });
  afterAll(async () => {
    await place.close();
    await endpoint.close();
    await simulator.close();
  });

  async function echo(request: SeenRequest, index: number): Promise<Answer> {
    if (index === 1 || index === 3) return refusal(index === 1 ? 429 : 500);
    const { method, path, body } = request;
    const init = body.length > 0 ? { body: plain(body), headers: { 'content-type': 'application/json' } } : {};
    const reply = await fetch(new URL(path, simulator.url), { method, ...init });
    const completion = (await reply.json()) as { choices?: { message: Record<string, unknown> }[] };
    const [choice] = completion.choices ?? [];
    if (choice) Object.assign(choice.message, { reasoning_content: KEY });
    // Now and then, nothing but the secrets.
    if (choice && index % 10 === 2) choice.message.content = `I was sent ${KEY} and ${HEADER}.`;
    return {
      body: { ...completion, id: KEY, model: KEY, system_fingerprint: KEY, key: KEY },
      headers: { 'x-key': KEY },
    };
  }

  /** Every byte that was left, compressed objects unpacked. */
  function leftBehind(): [name: string, content: Buffer][] {
    const names = readdirSync(place.folder, { recursive: true }) as string[];
    const files = names.filter((name) => statSync(join(place.folder, name)).isFile());
    return files.map((name) => {
      const content = readFileSync(join(place.folder, name));
      return [name, content[0] === 0x1f && content[1] === 0x8b ? gunzipSync(content) : content];
    });
  }

  it('leaves it nowhere: not in home, store, database, logs, run folder or terminal', async () => {
    const fitted = await place.run([...FIT, '--out', 'out'], environment);
    expect(fitted, fitted.stderr).toMatchObject({ code: 0 });
    refuses = true;
    const blocked = await place.run([...FIT, '--out', 'blocked', '--seed', '2', '--generator-model', 'm'], environment);
    expect(blocked.code).toBe(1);
    const status = await place.run(['status', 'blocked', '--json'], environment);
    const sent = endpoint.requests.map(({ headers }) => `${headers.authorization} ${headers['x-gateway'] as string}`);
    expect(sent).toContain(`Bearer ${KEY} ${HEADER}`);
    const shown = [fitted, blocked, status].flatMap(({ stdout, stderr }) => [stdout, stderr]).join('\n');
    const left = [['terminal', Buffer.from(shown)] as const, ...leftBehind()];
    expect(left.length).toBeGreaterThan(30);
    expect(
      left.filter(([, content]) => content.includes(KEY) || content.includes(HEADER)).map(([name]) => name),
    ).toEqual([]);
    // The label is in the store, where the rows are, and in no message.
    expect(shown).not.toContain(LABEL);
    expect(leftBehind().filter(([name, content]) => name.endsWith('.log') && content.includes(LABEL))).toEqual([]);
  });
});

/** The request for a whole reply, not a streamed one. */
function plain(body: Buffer): string {
  const request = JSON.parse(body.toString('utf8')) as object;
  return JSON.stringify({ ...request, stream: false, stream_options: undefined });
}

function refusal(status: number): Answer {
  const message = `the key ${KEY} and the gateway ${HEADER} are wrong`;
  const error = { message, code: status === 500 ? LABEL : KEY, type: KEY, param: KEY };
  return (response) => {
    response.writeHead(status, KEY, { 'content-type': 'application/json', 'retry-after': '0.01', 'x-request-id': KEY });
    response.end(JSON.stringify({ error, key: KEY }));
  };
}
