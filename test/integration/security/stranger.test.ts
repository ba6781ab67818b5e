import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FitOutcome } from '../../../client/index.js';
import { fit } from '../../../client/index.js';
import type { Config } from '../../../config/index.js';
import { readConfig } from '../../../config/index.js';
import { startSimulator, type Simulator } from '../../../simulator/index.js';
import { stopEmbeddedServer, temporalServerStatus } from '../../../workers/embedded/embedded-server.js';
import {
  EVALUATE_SYNTHETIC_DATA,
  fitWorkflowId,
  GENERATE_SYNTHETIC_DATA,
  OPTIMIZE_THETA,
  PAUSE,
  PROGRESS,
  REGENERATE,
  SET_LIMITS,
  STOP_EARLY,
} from '../../../workflows/contract.js';
import type { OptimizeThetaResult } from '../../../workflows/contract.js';
import { compiled } from '../../support/compiled.js';
import { loggedCalls, paidTwice, SITE_KEY, SMALL_FIT } from '../../support/site.js';
import { cliOptions } from '../../support/temporal.js';
import { until } from '../../support/until.js';

const REFUSED = 'FAILED after 0 activities';
const NO_REF = { uri: 'runs/x/plan', sha256: '0'.repeat(64), bytes: 1 };

let folder: string;
let simulator: Simulator;
let config: Config;
let cleanups: (() => unknown)[];

beforeEach(async () => {
  cleanups = [];
  folder = await mkdtemp(join(tmpdir(), 'mallm-gan-stranger-'));
  // Any user may look into it: what is ours alone is so by its own mode.
  await chmod(folder, 0o755);
  const logFile = join(folder, 'calls.jsonl');
  simulator = await startSimulator({ requireKey: SITE_KEY, logFile, latencyMs: 1000 });
  const endpoint = { baseURL: simulator.url, apiKey: SITE_KEY };
  config = {
    ...readConfig({ MALLM_HOME: join(folder, 'home') }),
    temporalCli: cliOptions(),
    models: { generator: endpoint, optimizer: endpoint, timeoutMs: 30_000 },
  };
});
afterEach(async () => {
  for (const cleanup of cleanups) await cleanup();
  await stopEmbeddedServer(config.home).catch(() => undefined);
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

const calls = () => (existsSync(join(folder, 'calls.jsonl')) ? loggedCalls(join(folder, 'calls.jsonl')) : []);
const runId = (): string =>
  (JSON.parse(readFileSync(join(folder, 'out', 'run.json'), 'utf8')) as { runId: string }).runId;

/** Begins the fit, or goes on with it, and returns when it has made some calls. */
async function fitUnderWay(notices: string[] = []): Promise<{ outcome: Promise<FitOutcome> }> {
  const before = calls().length;
  const request = { ...SMALL_FIT, inFlight: 2, out: join(folder, 'out'), config };
  const leave = new AbortController();
  const outcome = fit({ ...request, signal: leave.signal, onNotice: (line) => notices.push(line) });
  cleanups.push(async () => {
    leave.abort();
    await outcome.catch(() => undefined);
  });
  await Promise.race([outcome, until('a model call', () => calls().length > before)]);
  return { outcome };
}

/** A second user of the machine. */
async function stranger(): Promise<(attack: string, ask?: object) => Promise<unknown>> {
  const script = await compiled(resolve('test/support/stranger.ts'), resolve('.cache/compiled/stranger'));
  const { address } = await temporalServerStatus(config.home);
  const child: ChildProcess = spawn(process.execPath, [script, address!], { stdio: ['pipe', 'pipe', 'inherit'] });
  cleanups.push(() => child.kill('SIGKILL'));
  const lines = createInterface(child.stdout!);
  return async (attack, ask = {}) => {
    child.stdin!.write(`${JSON.stringify({ attack, ...ask })}\n`);
    const [line] = (await once(lines, 'line')) as [string];
    const { uid, result } = JSON.parse(line) as { uid: number; result: unknown };
    if (process.getuid!() === 0) expect(uid).toBe(65534);
    return result;
  };
}

describe('another user of the machine, at the port of the embedded server', () => {
  it('has nothing read, written or paid, and changes no run', async () => {
    const secret = join(folder, 'patients.csv');
    await writeFile(secret, 'name,diagnosis\nJane Roe,I21.4\n', { mode: 0o600 });
    const target = join(folder, 'target');
    const { outcome } = await fitUnderWay();
    const attack = await stranger();
    const fitId = fitWorkflowId(runId());
    const store = pathToFileURL(target).href;

    if (process.getuid!() === 0) {
      const paths = [secret, join(config.home, 'temporal', 'key'), join(config.home, 'temporal', 'temporal.db')];
      expect(await attack('files', { paths: [...paths, join(folder, 'out', 'run.json')] })).toEqual([]);
    }
    const ofRun = { runId: runId(), store, plan: NO_REF };
    for (const [type, input] of [
      [OPTIMIZE_THETA, { ...ofRun, shape: { epochs: 1 } }],
      [GENERATE_SYNTHETIC_DATA, { ...ofRun, rows: 10, rowsPerShard: 10, draw: 'model' }],
      [EVALUATE_SYNTHETIC_DATA, { ...ofRun, parts: NO_REF }],
      [REGENERATE, { schedule: 'x', store, spec: NO_REF }],
      [OPTIMIZE_THETA, undefined],
    ] as const)
      expect(await attack('start', { type, input, workflowId: `theirs-${type}` })).toBe(REFUSED);
    const carry = { step: 1, shape: {} };
    for (const input of [{ ...ofRun, carry }, undefined])
      expect(await attack('activity', { queue: 'mallm-gan-compute', type: 'saveCheckpoint', input })).toBe('refused');

    for (const name of [PAUSE, STOP_EARLY])
      for (const args of [[], [{ signal: name, nonce: '1' }]])
        await attack('signal', { workflowId: fitId, name, args });
    for (const args of [[], [{ maxCalls: 1 }]])
      expect(await attack('update', { workflowId: fitId, name: SET_LIMITS, args })).toMatch(/^refused/);
    expect(await attack('query', { workflowId: fitId, name: PROGRESS })).toMatch(/^refused/);
    const copies = [
      { type: OPTIMIZE_THETA, workflowId: 'fit-of-theirs' },
      { type: GENERATE_SYNTHETIC_DATA, workflowId: `sample-${runId()}-theirs` },
    ];
    for (const copy of copies) expect(await attack('copy', { from: fitId, ...copy })).toBe(REFUSED);
    const history = (await attack('history', { workflowId: fitId })) as string;
    for (const text of ['Income', 'sha256', folder]) expect(clearIn(history)).not.toContain(text);

    const { manifest } = await outcome;
    expect(existsSync(target)).toBe(false);
    expect(manifest.rows.released).toBe(manifest.rows.asked);
    const { fitted } = JSON.parse(readFileSync(join(folder, 'out', 'run.json'), 'utf8')) as {
      fitted: OptimizeThetaResult;
    };
    expect(fitted.ended).toBe('epochs');
    expect(calls()).toHaveLength(fitted.spending.calls);
    expect(paidTwice(calls())).toEqual([]);
  });

  it('can end a run, and the same command goes on with it and pays nothing again', async () => {
    const notices: string[] = [];
    for (const how of ['terminate', 'complete', 'cancel', 'delete']) {
      const { outcome } = await fitUnderWay(notices);
      const attack = await stranger();
      expect(await attack(how, { workflowId: fitWorkflowId(runId()) })).toBe(how === 'complete' ? 'completed' : null);
      if (how === 'terminate') await attack('occupy', { workflowId: fitWorkflowId(runId()) });
      await expect(outcome, how).rejects.toThrow(/go on with: mallm-gan resume/);
      await stopEmbeddedServer(config.home).catch(() => undefined);
    }
    const { manifest } = await (await fitUnderWay()).outcome;
    expect(notices.join('\n')).toContain('is started anew from the store');
    expect(manifest.rows.released).toBe(manifest.rows.asked);
    expect(paidTwice(calls())).toEqual([]);
  });
});

/** A history with its payloads as bytes and as text. */
function clearIn(history: string): string {
  const encoded = [...history.matchAll(/"data":"([^"]*)"/g)].map(([, data]) =>
    Buffer.from(data!, 'base64').toString('latin1'),
  );
  return [history, ...encoded].join('\n');
}
