import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../mallm/random.js';
import type { Simulator } from '../../../simulator/index.js';
import { startSimulator } from '../../../simulator/index.js';
import type { Workplace } from '../../support/command-line.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';

/** `KILLS=10` for the long form. */
const KILLS = Number(process.env.KILLS ?? 3);
const TABLE = repositoryFile('test/fixtures/tables/insurance-train-100.csv');
const ARGS = [
  'fit',
  TABLE,
  '--target',
  'charges',
  '--epochs',
  '4',
  '--rows-per-request',
  '4',
  '--in-flight',
  '4',
  '--patience',
  '0',
];

interface Call {
  hash: string;
  status: number;
  delivered: boolean;
}

describe('kill -9 at random moments of a fit', () => {
  let place: Workplace;
  let simulator: Simulator;
  let env: Record<string, string>;
  const table = (out: string): string => readFileSync(join(place.folder, out, 'synthetic.csv'), 'utf8');

  beforeAll(async () => {
    place = await openWorkplace();
    simulator = await startSimulator({ latencyMs: 400, logFile: join(place.folder, 'calls.jsonl') });
    env = { OPENAI_BASE_URL: simulator.url, OPENAI_API_KEY: 'any' };
  });
  afterAll(async () => {
    await simulator.close();
    await place.close();
  });

  it('the same command finishes it, pays for no stored reply again, and gives the undisturbed table', async () => {
    const undisturbed = await place.run([...ARGS, '--out', 'calm'], env);
    expect(undisturbed.code).toBe(0);
    rmSync(join(place.folder, 'calls.jsonl'));
    await simulator.close();
    simulator = await startSimulator({ latencyMs: 400, logFile: join(place.folder, 'calls.jsonl') });
    env.OPENAI_BASE_URL = simulator.url;

    const random = createRandom(KILLS);
    let killed = 0;
    for (; killed < KILLS; killed++) {
      const { child, result } = place.start([...ARGS, '--out', 'killed'], env);
      await Promise.race([sleep(1500 + 2500 * random.uniform()), result]);
      if (child.exitCode !== null) break;
      child.kill('SIGKILL');
      await result;
    }
    expect(killed).toBeGreaterThan(1);
    const last = await place.run([...ARGS, '--out', 'killed'], env);
    expect(last.stderr).not.toMatch(/error/i);
    expect(last.code).toBe(0);
    expect(table('killed')).toBe(table('calm'));

    // A reply that came after the kill could not be stored: such a call is made again. At most those in flight.
    const calls = readFileSync(join(place.folder, 'calls.jsonl'), 'utf8').trim().split('\n');
    const answered = calls
      .map((line) => JSON.parse(line) as Call)
      .filter(({ status, delivered }) => status === 200 && delivered);
    const repeated = answered.length - new Set(answered.map(({ hash }) => hash)).size;
    expect(repeated).toBeLessThanOrEqual(4 * killed);
    const stored = (
      JSON.parse(readFileSync(join(place.folder, 'killed', 'manifest.json'), 'utf8')) as { calls: number }
    ).calls;
    expect(new Set(answered.map(({ hash }) => hash)).size).toBe(stored);
  });
});
