import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resume, status } from '../../../client/index.js';
import { canonicalJson } from '../../../store/canonical-json.js';
import type { Checkpoint } from '../../../store/checkpoint.js';
import type { Site } from '../../support/site.js';
import { paidTwice, startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

const EPOCHS = 4;
const STOP_AT_EPOCH = 3;

describe('a fit whose Temporal database is lost', () => {
  let site: Site;
  let undisturbed: string;
  let second: Awaited<ReturnType<typeof startTemporal>>;
  const folder = (): string => join(site.folder, 'out');
  const table = (): string => readFileSync(join(folder(), 'synthetic.csv'), 'utf8');

  beforeAll(async () => {
    const first = await startTemporal();
    const calm = await startSite(first.address);
    await calm.startWorker();
    await calm.fit({ epochs: EPOCHS });
    undisturbed = readFileSync(join(calm.folder, 'out', 'synthetic.csv'), 'utf8');
    await calm.close();

    site = await startSite(first.address, { simulator: { latencyMs: 400 } });
    const host = await site.startWorker(4);
    const leave = new AbortController();
    await expect(
      site.fit({
        epochs: EPOCHS,
        inFlight: 4,
        signal: leave.signal,
        onProgress: ({ epoch }) => epoch === STOP_AT_EPOCH && leave.abort(),
      }),
    ).rejects.toThrow('stopped before the end');
    await host.close();
    await first.stop();
    second = await startTemporal();
    site.config.temporal = { address: second.address, namespace: 'default' };
    await site.startWorker(4);
  });
  afterAll(async () => {
    await site.close();
    await second.stop();
  });

  it.each([
    { what: 'cut off', spoil: (text: string) => text.slice(0, 200), message: /latest\.json is damaged/ },
    {
      what: 'with one digit changed',
      spoil: (text: string) => text.replace(/"accepted":\d+/, '"accepted":7'),
      message: /latest\.json is damaged: .*its SHA-256 is another/,
    },
    {
      what: 'of another program',
      spoil: () => '{"state":1}',
      message: /latest\.json is damaged: .*got something else/,
    },
    {
      what: 'of another version',
      spoil: (text: string) => JSON.stringify({ ...(JSON.parse(text) as Checkpoint), version: 1 }),
      message: /of another version: expected version 2, got version 1/,
    },
    {
      what: 'of another run',
      spoil: (text: string) => signed({ ...(JSON.parse(text) as Checkpoint), runId: 'other-1' }),
      message: /belongs to another run: expected adult-train-25-\w+, got other-1/,
    },
    {
      what: 'with a state that is gone',
      spoil: (text: string) => {
        const checkpoint = JSON.parse(text) as Checkpoint;
        const state = { ...checkpoint.carry.state, uri: 'runs/gone.json', sha256: '0'.repeat(64) };
        return signed({ ...checkpoint, carry: { ...checkpoint.carry, state } });
      },
      message: /runs\/gone\.json.*cannot be used.*not there/,
    },
  ])('refuses a checkpoint $what', async ({ spoil, message }) => {
    const { runId } = await status({ folder: folder(), config: site.config });
    const file = join(fileURLToPath(site.config.store!), 'runs', runId, 'latest.json');
    const sound = readFileSync(file, 'utf8');
    writeFileSync(file, spoil(sound));
    await expect(resume({ folder: folder(), config: site.config })).rejects.toThrow(message);
    writeFileSync(file, sound);
  });

  it('goes on from the checkpoint on another server and repeats no paid call', async () => {
    const before = site.calls().length;
    const steps: number[] = [];
    const onProgress = ({ epoch }: { epoch: number }): unknown => steps.push(epoch);
    await resume({ folder: folder(), config: site.config, onProgress });
    expect(steps[0]).toBeGreaterThanOrEqual(STOP_AT_EPOCH - 1);
    expect(before).toBeGreaterThan(10);
    expect(table()).toBe(undisturbed);
    expect(paidTwice(site.calls())).toEqual([]);
  });
});

/** A checkpoint with the checksum that belongs to it. */
function signed(checkpoint: Checkpoint): string {
  const { version, runId, plan, carry } = checkpoint;
  const content = { version, runId, plan, carry };
  return JSON.stringify({ ...content, sha256: createHash('sha256').update(canonicalJson(content)).digest('hex') });
}
