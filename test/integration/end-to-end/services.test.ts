import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../client/index.js';
import { parseCsv } from '../../../mallm/table/formats/csv.js';
import type { Simulator } from '../../../simulator/index.js';
import { startSimulator } from '../../../simulator/index.js';
import type { CommandResult, Workplace } from '../../support/command-line.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';
import type { S3Server } from '../../support/s3-server.js';
import { startS3Server } from '../../support/s3-server.js';
import { loggedCalls, paidTwice } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';
import { until } from '../../support/until.js';

const TABLE = repositoryFile('test/fixtures/tables/adult-train-25.csv');
const KEY = 'sk-services-0b7d41';
const CODEC_KEY = randomBytes(32).toString('base64');
const SECRETS = [KEY, CODEC_KEY, 'testsecret', '## Real rows', 'Prof-specialty', 'Married-civ-spouse'];
/** The user's own terminal may name a column. */
const COLUMN = 'capital-loss';

/** A worker process, as on a host of its own. */
interface Host {
  url: string;
  home: string;
  stop(): Promise<CommandResult>;
}

/** What docker-compose.yml brings up, as processes of this machine: Temporal, S3, workers by role; and a model endpoint. */
describe('the services of production', () => {
  let place: Workplace;
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let bucket: S3Server;
  let simulator: Simulator;
  let env: Record<string, string>;
  let hosts: Host[];
  let fitted: CommandResult;

  beforeAll(async () => {
    place = await openWorkplace();
    [temporal, bucket] = await Promise.all([startTemporal(), startS3Server()]);
    const logFile = join(place.folder, 'calls.jsonl');
    simulator = await startSimulator({ requireKey: KEY, logFile, rate429: 0.1, retryAfterMs: 50, rateBroken: 0.1 });
    const file = (name: string, content: string): string => {
      writeFileSync(join(place.folder, name), content);
      return join(place.folder, name);
    };
    env = {
      TEMPORAL_ADDRESS: temporal.address,
      MALLM_STORE: `s3://${bucket.bucket}/team/a`,
      AWS_ENDPOINT_URL_S3: bucket.endpoint,
      AWS_ACCESS_KEY_ID: bucket.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.secretAccessKey,
      OPENAI_BASE_URL: simulator.url,
      OPENAI_API_KEY_FILE: file('api-key', KEY),
      MALLM_CODEC_KEYS_FILE: file('codec-keys', `k1:${CODEC_KEY}\n`),
    };
    hosts = await Promise.all([startHost('models', ['model']), startHost('others', ['workflow', 'compute'])]);
    const args = ['fit', TABLE, '--target', 'Income', '--epochs', '3', '--rows-per-theta', '20', '--held-out', '0.2'];
    fitted = await place.run([...args, '--rows-per-request', '4', '--patience', '0', '--out', 'out'], env);
  });
  afterAll(async () => {
    for (const host of hosts) await host.stop();
    await simulator.close();
    await Promise.all([temporal.stop(), bucket.stop()]);
    await place.close();
  });

  async function startHost(name: string, roles: string[]): Promise<Host> {
    const home = join(place.folder, name);
    mkdirSync(home);
    const { child, result } = place.start(['worker', '--role', ...roles, '--metrics', '127.0.0.1:0'], {
      ...env,
      MALLM_HOME: home,
    });
    const url = new Promise<string>((resolve) => {
      let said = '';
      child.stderr!.on('data', (data: Buffer) => {
        said += data.toString();
        const [, found] = /health and metrics at (\S+)/.exec(said) ?? [];
        if (found) resolve(found);
      });
    });
    const stop = (): Promise<CommandResult> => (child.kill('SIGTERM'), result);
    return { url: await Promise.race([url, result.then(failed)]), home, stop };
  }

  const ask = async ({ url }: Host, path: string): Promise<{ status: number; text: string }> => {
    const reply = await fetch(url + path);
    return { status: reply.status, text: await reply.text() };
  };
  const manifest = (): Manifest =>
    JSON.parse(readFileSync(join(place.folder, 'out', 'manifest.json'), 'utf8')) as Manifest;
  const calls = (): ReturnType<typeof loggedCalls> => loggedCalls(join(place.folder, 'calls.jsonl'));

  it('fit a table through two workers by role, with the store in a bucket', () => {
    expect(fitted.stderr).not.toContain('error');
    expect(fitted.code).toBe(0);
    const { records } = parseCsv(readFileSync(join(place.folder, 'out', 'synthetic.csv')));
    expect(records).toHaveLength(manifest().rows.released);
    expect(readdirSync(join(place.folder, 'out'))).toContain('report.html');
    expect(paidTwice(calls())).toEqual([]);
  });

  it('say that they live and take work', async () => {
    for (const host of hosts) {
      expect(await ask(host, '/healthz')).toEqual({ status: 200, text: 'alive\n' });
      expect(await ask(host, '/readyz')).toEqual({ status: 200, text: 'ready\n' });
    }
    expect((await ask(hosts[0]!, '/elsewhere')).status).toBe(404);
  });

  it('count what the endpoint and the manifest count', async () => {
    const { text } = await ask(hosts[0]!, '/metrics');
    const statuses = calls().map(({ status }) => status);
    expect(statuses).toContain(429);
    const answered = statuses.filter((status) => status === 200).length;
    expect(sumOf(text, 'mallm_model_calls_total', 'outcome="answered"')).toBe(answered);
    expect(sumOf(text, 'mallm_model_calls_total', 'outcome="rate-limited"')).toBe(statuses.length - answered);
    const { prompt, completion } = manifest().tokens;
    expect(sumOf(text, 'mallm_model_tokens_total')).toBe(prompt + completion);
    expect(sumOf(text, 'mallm_rows_total', 'outcome="accepted"')).toBe(manifest().rows.accepted);
    const unreadable = ['prose', 'empty-reply', 'broken-json', 'cut-off'];
    const broken = unreadable.map((reason) => sumOf(text, 'mallm_rows_total', `reason="${reason}"`));
    expect(broken.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    expect(sumOf(text, 'mallm_rate_limit_wait_seconds_count')).toBe(statuses.length);
    expect(sumOf(text, 'mallm_activity_retries_total')).toBeGreaterThan(0);
    expect(sumOf(text, 'temporal_activity_execution_latency_seconds_count')).toBeGreaterThan(0);
    expect((await ask(hosts[1]!, '/metrics')).text).toContain('temporal_workflow_completed_total');
  });

  it('leave no key, prompt or row in metrics, logs, output and history', async () => {
    const metrics = await Promise.all(hosts.map((host) => ask(host, '/metrics')));
    const logs = hosts.map(({ home }) => readFileSync(join(home, 'worker.log'), 'utf8'));
    const connection = await Connection.connect({ address: temporal.address });
    const histories: string[] = [];
    const { workflow } = new Client({ connection });
    for await (const { workflowId } of workflow.list()) {
      histories.push(historyToJSON(await workflow.getHandle(workflowId).fetchHistory()));
    }
    await connection.close();
    expect(histories).toHaveLength(3);
    expect(histories.join('')).not.toContain(Buffer.from('json/plain').toString('base64'));
    const kept = [...metrics.map(({ text }) => text), ...logs, ...histories];
    for (const text of kept) expect([...SECRETS, COLUMN].filter((secret) => text.includes(secret))).toEqual([]);
    const shown = fitted.stdout + fitted.stderr;
    expect(SECRETS.filter((secret) => shown.includes(secret))).toEqual([]);
  });

  it('say so when the server is away, and stop in order at a signal', async () => {
    const taken = new URL(hosts[0]!.url).host;
    const second = await place.run(['worker', '--metrics', taken], env);
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('cannot listen on')]);
    await temporal.stop();
    await until('not ready', async () => (await ask(hosts[0]!, '/readyz')).status === 503);
    expect(await ask(hosts[0]!, '/readyz')).toEqual({ status: 503, text: 'the Temporal server does not answer\n' });
    expect((await ask(hosts[0]!, '/healthz')).status).toBe(200);
    expect((await hosts[0]!.stop()).code).toBe(0);
  });
});

function failed({ stderr }: CommandResult): never {
  throw new Error(`the worker ended: ${stderr}`);
}

/** Sum of a metric's samples whose labels contain a text. */
function sumOf(text: string, name: string, label = ''): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
