import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Store } from '../../../store/s3-store.js';
import type { ObjectStore } from '../../../store/object-store.js';
import type { Simulator } from '../../../simulator/index.js';
import { startSimulator } from '../../../simulator/index.js';
import { stopEmbeddedServer } from '../../../workers/embedded/embedded-server.js';
import type { CommandResult, Workplace } from '../../support/command-line.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';
import type { RecordingProxy } from '../../support/recording-proxy.js';
import { startRecordingProxy } from '../../support/recording-proxy.js';
import type { S3Server } from '../../support/s3-server.js';
import { startS3Server } from '../../support/s3-server.js';
import { loggedCalls, paidTwice } from '../../support/site.js';

const KEEP = 3;
const PREFIX = 'team/a';
const ARGS = [
  ...['fit', repositoryFile('test/fixtures/tables/adult-train-25.csv'), '--target', 'Income', '--epochs', '6'],
  ...['--rows-per-theta', '20', '--rows-per-request', '4', '--in-flight', '4', '--patience', '0'],
  ...['--keep-checkpoints', String(KEEP)],
];

describe('a fit with its store in a bucket, whose machine is lost', () => {
  let place: Workplace;
  let bucket: S3Server;
  let proxy: RecordingProxy;
  let store: ObjectStore;
  let simulator: Simulator;
  let env: Record<string, string>;
  let latest: string;
  const table = (out: string): string => readFileSync(join(place.folder, out, 'synthetic.csv'), 'utf8');
  const calls = (): ReturnType<typeof loggedCalls> => loggedCalls(join(place.folder, 'calls.jsonl'));

  beforeAll(async () => {
    place = await openWorkplace();
    bucket = await startS3Server();
    proxy = await startRecordingProxy(bucket.endpoint);
    simulator = await startSimulator({ latencyMs: 400, logFile: join(place.folder, 'calls.jsonl') });
    const { bucket: name, accessKeyId, secretAccessKey, endpoint } = bucket;
    store = s3Store({ bucket: name, prefix: PREFIX, endpoint, credentials: { accessKeyId, secretAccessKey } });
    env = {
      OPENAI_BASE_URL: simulator.url,
      OPENAI_API_KEY: 'any',
      MALLM_STORE: `s3://${name}/${PREFIX}`,
      AWS_ENDPOINT_URL_S3: proxy.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    expect((await place.run([...ARGS, '--out', 'calm'], env)).code).toBe(0);
    rmSync(join(place.folder, 'calls.jsonl'));
    await simulator.close();
    simulator = await startSimulator({ latencyMs: 400, logFile: join(place.folder, 'calls.jsonl') });
    env.OPENAI_BASE_URL = simulator.url;
    latest = await loseMachine();
  });
  afterAll(async () => {
    await simulator.close();
    await proxy.close();
    await bucket.stop();
    await place.close();
  });

  /** Starts a fit, stops it in the middle, and removes its folder and all that its Temporal server knew. */
  async function loseMachine(): Promise<string> {
    const home = join(place.folder, '.mallm');
    const { child, result } = place.start([...ARGS, '--out', 'lost'], env);
    let ended: CommandResult | undefined;
    void result.then((outcome) => (ended = outcome));
    while (!ended && calls().filter(({ status }) => status === 200).length < 40) await sleep(50);
    if (ended) throw new Error(`the fit ended before it was lost: ${ended.stderr}`);
    child.kill('SIGINT');
    await result;
    const { runId } = JSON.parse(readFileSync(join(place.folder, 'lost', 'run.json'), 'utf8')) as { runId: string };
    await stopEmbeddedServer(home);
    rmSync(home, { recursive: true });
    rmSync(join(place.folder, 'lost'), { recursive: true });
    return `${env.MALLM_STORE!}/runs/${runId}/latest.json`;
  }

  it('is refused where there is no checkpoint, or more is asked than to go on', async () => {
    const attempts = [
      [[latest.replace('latest.json', 'plan.json')], /expected a URL that ends with runs\/RUN\/latest\.json/],
      [[latest.replace('/runs/', '/runs/x')], /there is no checkpoint at/],
      [[latest, '--epochs', '9'], /expected --out at most, got --epochs/],
    ] as const;
    for (const [args, told] of attempts) {
      const { code, stderr } = await place.run(['fit', '--resume', ...args, '--out', 'refused'], env);
      expect([code, stderr]).toEqual([1, expect.stringMatching(told)]);
    }
  });

  it('goes on with fit --resume in a fresh folder and home, repeats no paid call, and gives the undisturbed table', async () => {
    const before = calls().length;
    const elsewhere = { ...env, MALLM_HOME: join(place.folder, 'elsewhere') };
    const resumed = await place.run(['fit', '--resume', latest, '--out', 'fresh'], elsewhere);
    await stopEmbeddedServer(elsewhere.MALLM_HOME);
    expect(resumed.stderr).not.toMatch(/error/);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toContain('fresh/synthetic.csv');
    expect(before).toBeGreaterThan(40);
    expect(calls().length).toBeGreaterThan(before);
    expect(table('fresh')).toBe(table('calm'));
    expect(paidTwice(calls())).toEqual([]);
    expect((await place.run(['fit', '--resume', latest, '--out', 'fresh'], elsewhere)).stdout).toContain(
      'already finished',
    );
  });

  it('keeps the newest checkpoints with their states, and all that the latest needs', async () => {
    const run = latest.split('/').at(-2)!;
    const names = async (folder: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const { key } of store.list(`runs/${run}/${folder}/`)) found.push(key.split('/').at(-1)!);
      return found;
    };
    const steps = (await names('checkpoints')).map((name) => Number(name.slice(0, 6)));
    expect([...new Set(steps)]).toEqual([4, 5, 6]);
    const states = await names('states');
    expect(states.filter((name) => name.startsWith('e'))).toHaveLength(KEEP);
    const { body } = (await store.get(`runs/${run}/latest.json`))!;
    const { carry } = JSON.parse(body.toString('utf8')) as { carry: { step: number; state: { uri: string } } };
    expect(carry.step).toBe(6);
    expect(states).toContain(carry.state.uri.split('/').at(-1));
  });

  it('needs no more rights than docs/operations.md gives', () => {
    const policy = iamPolicy();
    const used = new Set(proxy.seen.map((request) => actionOf(request)));
    expect([...used].sort()).toEqual([...policy].sort());
    const outside = proxy.seen.filter(({ url }) => !placeOf(url).startsWith(`${bucket.bucket}/${PREFIX}/`));
    expect(outside).toEqual([]);
  });

  /** A listing names its prefix in the query, an object in the path. */
  function placeOf(url: URL): string {
    const listed = url.searchParams.get('prefix');
    return listed === null ? url.pathname.slice(1) : `${bucket.bucket}/${listed}`;
  }

  function actionOf({ method, url }: RecordingProxy['seen'][number]): string {
    if (method === 'GET' && url.searchParams.get('list-type') === '2') return 's3:ListBucket';
    const queries = [...url.searchParams.keys()].filter((name) => name !== 'x-id');
    const action = { GET: 's3:GetObject', PUT: 's3:PutObject', DELETE: 's3:DeleteObject' }[method];
    return action && queries.length === 0 ? action : `${method} ${url.search}`;
  }
});

/** The actions of the policy in docs/operations.md. */
function iamPolicy(): Set<string> {
  const [, json] = /```json\n(\{\n {2}"Version"[^]*?)```/.exec(
    readFileSync(repositoryFile('docs/operations.md'), 'utf8'),
  )!;
  const { Statement } = JSON.parse(json!) as { Statement: { Action: string | string[] }[] };
  return new Set(Statement.flatMap(({ Action }) => Action));
}
