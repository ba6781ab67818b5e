import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FitOutcome, FitRequest } from '../../../client/index.js';
import { cancel, pause, resume, setLimits, status, stop } from '../../../client/index.js';
import type { Progress } from '../../../workflows/contract.js';
import { fitWorkflowId } from '../../../workflows/contract.js';
import type { Site } from '../../support/site.js';
import { paidTwice, startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';
import { until, untilActivitiesEnd, untilIdle } from '../../support/until.js';

const IN_FLIGHT = 4;

describe('a running fit', () => {
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let site: Site;
  const run = () => ({ folder: join(site.folder, 'out'), config: site.config });
  const answered = () => site.calls().filter(({ status: code }) => code === 200).length;
  const rowsOf = ({ folder }: FitOutcome) =>
    readFileSync(join(folder, 'synthetic.csv'), 'utf8').trim().split('\n').length - 1;

  beforeAll(async () => {
    temporal = await startTemporal();
  });
  afterAll(() => temporal.stop());
  beforeEach(async () => {
    site = await startSite(temporal.address, { simulator: { latencyMs: 400 } });
    await site.startWorker(IN_FLIGHT);
  });
  afterEach(() => site.close());

  /** Starts a fit; `reached` ends with the step at which it is in full swing. */
  function started(request: Partial<FitRequest> = {}): { outcome: Promise<FitOutcome>; reached: Promise<Progress> } {
    let tell: (progress: Progress) => void;
    const reached = new Promise<Progress>((resolve) => (tell = resolve));
    const outcome = site.fit({
      inFlight: IN_FLIGHT,
      onProgress: (progress) => progress.phase === 'fit' && progress.epoch === 2 && tell(progress),
      ...request,
    });
    outcome.catch(() => undefined);
    return { outcome, reached };
  }

  it('makes no call while it is paused, shows that, and goes on with resume', async () => {
    const leave = new AbortController();
    const { outcome, reached } = started({ signal: leave.signal });
    await reached;
    await pause(run());
    leave.abort();
    await expect(outcome).rejects.toThrow('stopped before the end');
    // The calls of the activities under way are still made.
    await untilActivitiesEnd(site.client, await workflowId());
    const idle = Date.now();
    expect(await status(run())).toMatchObject({ workflow: 'RUNNING', progress: { status: 'paused' } });
    // The step under way is still scored; then nothing is left to do.
    await untilIdle(site.client, await workflowId());
    const resumed = Date.now();
    expect(rowsOf(await resume(run()))).toBe(25);
    expect(site.calls().filter(({ time }) => time > idle && time < resumed)).toEqual([]);
    expect(paidTwice(site.calls())).toEqual([]);
  });

  it('ends with the best θ so far when it is stopped', async () => {
    const { outcome, reached } = started({ epochs: 20 });
    await reached;
    await stop(run());
    const { manifest, folder } = await outcome;
    expect(manifest.trajectory.length).toBeGreaterThan(0);
    expect(manifest.trajectory.length).toBeLessThan(5);
    expect(rowsOf(await outcome)).toBe(25);
    expect(manifest.calls).toBe(answered());
    const { fitted } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { fitted: { ended: string } };
    expect(fitted.ended).toBe('stopped');
  });

  it('gives rows even when it is stopped while it is paused, before the first score', async () => {
    const outcome = site.fit({ onProgress: () => undefined });
    await untilKnown();
    await pause(run());
    await stop(run());
    expect(rowsOf(await outcome)).toBe(25);
  });

  it('saves a checkpoint when it is cancelled, and can be resumed', async () => {
    const { outcome, reached } = started();
    await reached;
    await setLimits({ ...run(), inFlight: 3 });
    await cancel(run());
    await expect(outcome).rejects.toThrow(/the run was cancelled.*mallm-gan resume/);
    const shown = await status(run());
    expect(shown.workflow).toBe('CANCELLED');
    expect(shown.checkpoint).toMatchObject({ step: 1, steps: 3 });
    const second = await resume(run());
    expect(second.manifest.trajectory.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(rowsOf(second)).toBe(25);
    // What was under way when it was cancelled could not be stored.
    expect(paidTwice(site.calls()).length).toBeLessThanOrEqual(IN_FLIGHT);
    expect(checkpoints().length).toBeGreaterThan(3);
  });

  it('takes new limits, which hold from the next activity on, and refuses what cannot be meant', async () => {
    const { outcome, reached } = started({ epochs: 8 });
    await reached;
    expect(await setLimits({ ...run(), inFlight: 1, maxCalls: 40 })).toMatchObject({ inFlight: 1, maxCalls: 40 });
    for (const [limits, told] of [
      [{ inFlight: 0 }, /inFlight: expected a number above 0, got 0/],
      [{ inFlight: 2.5 }, /inFlight: expected a whole number, got 2.5/],
      [{ inFlight: 1000 }, /inFlight: expected at most 256/],
      [{ maxCalls: -3 }, /maxCalls: expected a number above 0, got -3/],
      [{ maxTokens: 'many' as unknown as number }, /maxTokens: expected a number above 0, got "many"/],
      [{ maxCost: 5 }, /maxCost: .*without prices/],
    ] as const) {
      await expect(setLimits({ ...run(), ...limits })).rejects.toThrow(told);
    }
    await untilActivitiesEnd(site.client, await workflowId());
    const from = Date.now();
    const { manifest } = await outcome;
    expect(mostAtOnce(site.calls().filter(({ time }) => time > from))).toBe(1);
    expect(manifest.calls).toBeLessThanOrEqual(40);
    expect(answered()).toBe(manifest.calls);
  });

  it.each([
    { what: 'calls', request: { maxCalls: 20 }, most: 20 },
    { what: 'tokens', request: { maxTokens: 9000 }, most: 9000 },
    { what: 'tokens in the first step', request: { maxTokens: 1000 }, most: 1000 },
    {
      what: 'money',
      request: { maxCost: 0.02, prices: { prompt: 1, completion: 2, currency: 'EUR' } },
      most: 0.02,
    },
  ])(
    'ends with results when its budget of $what is spent, also when it is resumed on the way',
    async ({ request, most }) => {
      const leave = new AbortController();
      const { reached, outcome } = started({ ...request, epochs: 30, signal: leave.signal });
      await Promise.race([reached.then(() => leave.abort()), outcome]).catch(() => undefined);
      const { manifest, folder } = await resume(run());
      const { fitted } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { fitted: { ended: string } };
      expect(fitted.ended).toBe('budget');
      expect(manifest.trajectory.length).toBeGreaterThan(0);
      const spent = spentOf(manifest, request);
      expect(spent / manifest.calls).toBeGreaterThan(0);
      expect(spent).toBeLessThanOrEqual(most + (IN_FLIGHT * spent) / manifest.calls);
      expect(spent).toBeGreaterThan(0.5 * most);
      expect(answered()).toBe(manifest.calls);
    },
  );

  const workflowId = async (): Promise<string> => fitWorkflowId((await status(run())).runId);

  function untilKnown(): Promise<void> {
    return until('the fit runs', async () => (await status(run()).catch(() => undefined))?.workflow === 'RUNNING');
  }

  function checkpoints(): string[] {
    const runs = join(fileURLToPath(site.config.store!), 'runs');
    return readdirSync(join(runs, readdirSync(runs)[0]!, 'checkpoints'));
  }
});

function spentOf({ calls, tokens, cost }: FitOutcome['manifest'], request: Partial<FitRequest>): number {
  if (request.maxCalls) return calls;
  return request.maxTokens ? tokens.prompt + tokens.completion : cost!.amount;
}

function mostAtOnce(calls: { time: number; ended: number }[]): number {
  return Math.max(...calls.map(({ time }) => calls.filter((other) => other.time <= time && other.ended > time).length));
}
