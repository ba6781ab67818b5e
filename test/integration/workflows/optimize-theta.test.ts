import { resolve } from 'node:path';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logWorkersTo } from '../../../workers/logging.js';
import type { FitCarry, OptimizeThetaInput, OptimizeThetaResult } from '../../../workflows/contract.js';
import { SET_LIMITS, STOP_EARLY } from '../../../workflows/contract.js';
import { FakedActivities, gains, ref, SHAPE, withFit } from '../../support/faked-fit.js';
import { eventsOfRuns, payloadsOf } from '../../support/payloads.js';
import { startTemporal } from '../../support/temporal.js';

logWorkersTo(resolve(import.meta.dirname, '../../../.cache/optimize-theta.log'));

/*
 * The order of a fit's steps, with activities that make nothing: what is proposed, generated and scored, and when.
 */
let temporal: Awaited<ReturnType<typeof startTemporal>>;
let env: TestWorkflowEnvironment;

beforeAll(async () => {
  temporal = await startTemporal();
  env = await TestWorkflowEnvironment.createFromExistingServer({ address: temporal.address });
});
afterAll(async () => {
  await env.teardown();
  await temporal.stop();
});

const ended = (faked: FakedActivities, input: Partial<OptimizeThetaInput> = {}): Promise<OptimizeThetaResult> =>
  withFit(env, faked, input, (handle) => handle.result() as Promise<OptimizeThetaResult>);
const budget = (maxCalls: number) => ({ ...SHAPE, budget: { ...SHAPE.budget, maxCalls } });

/** A carry before the second batch of the second epoch of three. */
const CARRY: FitCarry = {
  ...{ epoch: 2, batch: 2, step: 4, next: 'propose', candidates: [{ number: 3, ref: ref('theta-3') }] },
  ...{ state: ref('s4'), nextTheta: 4, best: { number: 2, ref: ref('theta-2') }, bestScore: 0.7, lastScore: 0.8 },
  ...{ withoutGain: 1, spending: { calls: 7, promptTokens: 7, completionTokens: 7 } },
  ...{ accepted: 20, rejected: 4, rejections: { reason: 4 }, shape: SHAPE },
};

describe('the steps of a fit', () => {
  it('are those of Listing 1: every batch of every epoch once, and no proposal for the first', async () => {
    const faked = new FakedActivities();
    const result = await ended(faked);
    expect(faked.log).toEqual([
      ...['first', 'generate e1b1 θ0', 'score e1b1 θ0'],
      ...['propose θ1 after s1 for e1b2 with rows', 'score e1b2 θ1'],
      ...['propose θ2 after s2 for e1b3 with rows', 'score e1b3 θ2'],
      ...['propose θ3 after s3 for e2b1 with rows', 'score e2b1 θ3'],
      ...['propose θ4 after s4 for e2b2 with rows', 'score e2b2 θ4'],
      ...['propose θ5 after s5 for e2b3 with rows', 'score e2b3 θ5'],
    ]);
    expect(result).toMatchObject({
      ...{ ended: 'epochs', state: ref('s6'), best: { number: 5 }, accepted: 30, rejected: 6 },
      ...{ rejections: { reason: 6 }, spending: { calls: 11, promptTokens: 11, completionTokens: 11 } },
    });
  });

  it('generate in activities of their own where one is not enough for all calls', async () => {
    const faked = new FakedActivities();
    await ended(faked, { shape: { ...SHAPE, epochs: 1, batchesPerEpoch: 2, callsPerTheta: 100, inFlight: 2 } });
    expect(faked.log).toEqual([
      ...['first', 'generate e1b1 θ0', 'generate e1b1 θ0', 'score e1b1 θ0'],
      ...['propose θ1 after s1', 'generate e1b2 θ1', 'generate e1b2 θ1', 'score e1b2 θ1'],
    ]);
  });

  it.each([
    { epochs: 1, batchesPerEpoch: 1 },
    { epochs: 3, batchesPerEpoch: 1 },
    { epochs: 1, batchesPerEpoch: 2 },
  ])('are $epochs epochs of $batchesPerEpoch batches', async (size) => {
    const faked = new FakedActivities();
    await ended(faked, { shape: { ...SHAPE, ...size } });
    const all = Array.from({ length: size.epochs }, (_, e) =>
      Array.from({ length: size.batchesPerEpoch }, (_, b) => [e + 1, b + 1]),
    ).flat();
    expect(faked.scored.map(({ epoch, batch }) => [epoch, batch])).toEqual(all);
    expect(faked.scored.map(({ carry }) => carry.step)).toEqual(all.map((_, place) => place + 1));
    expect(faked.scored.at(-1)!.carry).toMatchObject({ epoch: size.epochs + 1, batch: 1 });
  });

  it('have the best θ once more beside new ones, in a population', async () => {
    const faked = new FakedActivities();
    await ended(faked, { shape: { ...SHAPE, epochs: 1, population: 3 } });
    expect(faked.log.slice(3)).toEqual([
      ...['propose θ1 θ2 after s1 for e1b2 with rows', 'score e1b2 θ1 θ2 θ0'],
      ...['propose θ3 θ4 after s2 for e1b3 with rows', 'score e1b3 θ3 θ4 θ1'],
    ]);
  });

  it('have the first θ in every batch without an optimizer', async () => {
    const faked = new FakedActivities();
    await ended(faked, { shape: { ...SHAPE, epochs: 1, batchesPerEpoch: 2, optimizer: false } });
    expect(faked.log).toEqual([...['first', 'generate e1b1 θ0', 'score e1b1 θ0', 'generate e1b2 θ0', 'score e1b2 θ0']]);
  });
});

describe('a fit ends', () => {
  it('when for its patience no batch has gained', async () => {
    const faked = new FakedActivities((batch, candidates) => ({
      ...gains(batch, candidates),
      withoutGain: Math.max(0, batch - 2),
    }));
    const result = await ended(faked, { shape: { ...SHAPE, patience: 2 } });
    expect(result.ended).toBe('converged');
    expect(faked.scored).toHaveLength(4);
  });

  it('when its calls are spent, with a proposal only where a call is left to try it', async () => {
    const three = new FakedActivities();
    expect((await ended(three, { shape: budget(3) })).ended).toBe('budget');
    expect(three.log).toEqual([
      ...['first', 'generate e1b1 θ0', 'score e1b1 θ0', 'propose θ1 after s1', 'generate e1b2 θ1', 'score e1b2 θ1'],
    ]);
    const two = new FakedActivities();
    const result = await ended(two, { shape: budget(2) });
    expect(two.log).toEqual(['first', 'generate e1b1 θ0', 'score e1b1 θ0']);
    expect(result).toMatchObject({ ended: 'budget', best: { number: 0 }, spending: { calls: 1 } });
  });

  it('with the best θ so far when it is asked to stop', async () => {
    const faked = new FakedActivities((batch, candidates) => (batch === 2 ? stopping : gains(batch, candidates)));
    let stop: (() => Promise<void>) | undefined;
    const stopping = {
      ...{ best: { number: 0, ref: ref('theta-0') }, bestScore: 0.5, lastScore: 0.6, withoutGain: 1 },
    };
    faked.activities.scoreBatch = withBefore(faked.activities.scoreBatch!, 2, () => stop!());
    const result = await withFit(env, faked, {}, (handle) => {
      stop = () => handle.signal(STOP_EARLY);
      return handle.result() as Promise<OptimizeThetaResult>;
    });
    expect(result).toMatchObject({ ended: 'stopped', best: { number: 0 }, state: ref('s2') });
    expect(faked.scored).toHaveLength(2);
  });

  it('with a checkpoint of the last batch when it is cancelled', async () => {
    const faked = new FakedActivities();
    let cancel: (() => Promise<unknown>) | undefined;
    const { saveCheckpoint, scoreBatch } = faked.activities;
    const saved = new Promise<void>((resolve) => {
      faked.activities.saveCheckpoint = (input) => (resolve(), saveCheckpoint!(input));
    });
    faked.activities.scoreBatch = withBefore(scoreBatch!, 3, async () => {
      await cancel!();
      await saved;
    });
    const failure = await withFit<unknown>(env, faked, {}, (handle) => {
      cancel = () => handle.cancel();
      return handle.result().catch((error: unknown) => error);
    });
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    expect((failure as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect(faked.saved.map(({ carry }) => carry)).toMatchObject([
      { epoch: 1, batch: 3, step: 2, state: ref('s2'), next: 'propose', spending: { calls: 3 } },
    ]);
  });

  it('with the reason when it is blocked for longer than it may be', async () => {
    const faked = new FakedActivities();
    faked.activities.generateRows = () => Promise.reject(ApplicationFailure.nonRetryable('no quota left', 'Blocked'));
    const failure = await ended(faked, { unattended: true }).catch((error: unknown) => error);
    expect((failure as WorkflowFailedError).cause).toMatchObject({ type: 'Blocked', message: 'no quota left' });
  });
});

describe('a fit goes on', () => {
  it('from a checkpoint with the batch that it names', async () => {
    const faked = new FakedActivities();
    const result = await ended(faked, { carry: CARRY });
    expect(faked.log).toEqual([
      ...['propose θ4 after s4 for e2b2 with rows', 'score e2b2 θ4'],
      ...['propose θ5 after s1 for e2b3 with rows', 'score e2b3 θ5'],
    ]);
    expect(result).toMatchObject({ accepted: 30, spending: { calls: 11 } });
  });

  it('from a checkpoint that begins with rows of its candidates', async () => {
    const faked = new FakedActivities();
    await ended(faked, { carry: { ...CARRY, next: 'generate', batch: 3 } });
    expect(faked.log).toEqual(['generate e2b3 θ3', 'score e2b3 θ3']);
  });

  it('not at all after its last batch', async () => {
    const faked = new FakedActivities();
    const result = await ended(faked, { carry: { ...CARRY, epoch: 3, batch: 1, step: 6 } });
    expect(faked.log).toEqual([]);
    expect(result).toMatchObject({ ended: 'epochs', best: { number: 2 }, state: ref('s4') });
  });

  it('under changed limits, in new runs before its history grows long; its input stays as it was', async () => {
    const faked = new FakedActivities();
    const shape = { ...SHAPE, epochs: 90 };
    const { result, runs } = await withFit(env, faked, { shape }, async (handle) => {
      expect(await handle.executeUpdate(SET_LIMITS, { args: [{ inFlight: 3, maxCalls: 900 }] })).toEqual({
        ...{ inFlight: 3, maxCalls: 900, maxTokens: null, maxCost: null },
      });
      const result = (await handle.result()) as OptimizeThetaResult;
      return { result, runs: await eventsOfRuns(env.client, handle.workflowId) };
    });
    expect(faked.scored.map(({ carry }) => carry.step)).toEqual(Array.from({ length: 270 }, (_, step) => step + 1));
    expect(result.limits).toEqual({ inFlight: 3, budget: { ...shape.budget, maxCalls: 900 } });
    expect(runs.length).toBeGreaterThan(1);
    expect(Math.max(...runs.map((events) => events.length))).toBeLessThan(3050);
    const inputs = runs.map(([started]) => JSON.parse(payloadsOf(started)[0]!) as OptimizeThetaInput);
    const continued = inputs.filter(({ carry }) => carry !== undefined);
    expect(continued).toHaveLength(runs.length - 1);
    expect(inputs.map((input) => input.shape)).toEqual(runs.map(() => shape));
    expect(continued.map(({ carry }) => carry!.shape)).toEqual(
      continued.map(() => ({ ...shape, inFlight: 3, budget: { ...shape.budget, maxCalls: 900 } })),
    );
  });
});

/** An activity that does something else before its nth call. */
function withBefore<Input, Output>(
  activity: (input: Input) => Promise<Output>,
  nth: number,
  before: () => Promise<unknown>,
): (input: Input) => Promise<Output> {
  let calls = 0;
  return async (input) => {
    calls += 1;
    if (calls === nth) await before();
    return activity(input);
  };
}
