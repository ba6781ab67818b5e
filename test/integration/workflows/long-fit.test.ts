import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FitOutcome } from '../../../client/index.js';
import type { Progress } from '../../../workflows/contract.js';
import { fitWorkflowId } from '../../../workflows/contract.js';
import { eventsOfRuns, payloadsOf } from '../../support/payloads.js';
import type { Site } from '../../support/site.js';
import { startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

/** `EPOCHS=60` for the long form: as many steps as a large fit has, each with few calls. */
const EPOCHS = Number(process.env.EPOCHS ?? 7);
const BATCHES = 4;
/** A run is continued between two steps: 3,000 events and those of one step. */
const MAX_EVENTS = 3000 + 300;
/** States until the first page is full. */
const FIRST_PAGE = 21;

describe(`a fit of ${EPOCHS} × ${BATCHES} steps`, () => {
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let site: Site;
  let outcome: FitOutcome;
  const seen: Progress[] = [];

  beforeAll(async () => {
    temporal = await startTemporal();
    site = await startSite(temporal.address);
    await site.startWorker();
    outcome = await site.fit({
      epochs: EPOCHS,
      batchSize: 6,
      rowsPerTheta: 6,
      rowsPerRequest: 6,
      population: 1,
      discriminator: 'logistic-regression',
      score: 'accuracy',
      keepCheckpoints: EPOCHS * BATCHES + 1,
      onProgress: (progress) => progress.phase === 'fit' && seen.push(structuredClone(progress)),
    });
  });
  afterAll(async () => {
    await site.close();
    await temporal.stop();
  });

  it('leaves a whole trajectory', () => {
    expect(outcome.manifest.trajectory.map(({ epoch, batch }) => [epoch, batch])).toEqual(
      Array.from({ length: EPOCHS * BATCHES }, (_, step) => [Math.floor(step / BATCHES) + 1, (step % BATCHES) + 1]),
    );
  });

  it('never goes back in its progress', () => {
    expect(seen.length).toBeGreaterThan(5);
    for (const name of ['done', 'accepted'] as const) {
      const values = seen.map((progress) => progress[name]);
      expect(values).toEqual([...values].sort((a, b) => a - b));
    }
    const calls = seen.map(({ spending }) => spending.calls);
    expect(calls).toEqual([...calls].sort((a, b) => a - b));
  });

  it('keeps its history short, and the record of where it is small', async () => {
    const runs = await eventsOfRuns(site.client, fitWorkflowId(outcome.manifest.runId));
    expect(Math.max(...runs.map((events) => events.length))).toBeLessThan(MAX_EVENTS);
    expect(Math.max(...runs.flat().map((event) => payloadsOf(event).join('').length))).toBeLessThan(4096);
  });

  it('has a state that stays as small as after the first page of steps', () => {
    const states = join(fileURLToPath(site.config.store!), 'runs', outcome.manifest.runId, 'states');
    const sizes = readdirSync(states)
      .sort((a, b) => statSync(join(states, a)).mtimeMs - statSync(join(states, b)).mtimeMs)
      .map((name) => contentOf(join(states, name)).length);
    expect(sizes.length).toBeGreaterThan(FIRST_PAGE + 2);
    expect(Math.max(...sizes.slice(FIRST_PAGE))).toBeLessThan(1.1 * Math.max(...sizes.slice(0, FIRST_PAGE)));
  });

  it('leaves every θ that was tried', () => {
    const { thetas } = JSON.parse(readFileSync(join(outcome.folder, 'theta.json'), 'utf8')) as {
      thetas: { number: number }[];
    };
    expect(thetas.map(({ number }) => number)).toEqual(Array.from({ length: EPOCHS * BATCHES }, (_, step) => step));
  });
});

function contentOf(file: string): Buffer {
  const bytes = readFileSync(file);
  return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
}
