import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../mallm/random.js';
import type { Simulator } from '../../../simulator/index.js';
import { startSimulator } from '../../../simulator/index.js';
import type { Workplace } from '../../support/command-line.js';
import type { LoggedCall } from '../../support/site.js';
import { loggedCalls } from '../../support/site.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';

/** `KILLS=10` for the long form. */
const KILLS = Number(process.env.KILLS ?? 3);
const IN_FLIGHT = 4;
const TABLE = repositoryFile('test/fixtures/tables/insurance-train-100.csv');
const ARGS = [
  'fit',
  TABLE,
  '--target',
  'charges',
  '--epochs',
  '2',
  '--rows-per-request',
  '4',
  '--in-flight',
  String(IN_FLIGHT),
  '--patience',
  '0',
];

describe('kill -9 after a random number of calls of a fit', () => {
  let place: Workplace;
  let simulator: Simulator;
  let env: Record<string, string>;
  const answered = (): LoggedCall[] =>
    loggedCalls(join(place.folder, 'calls.jsonl')).filter(({ status, delivered }) => status === 200 && delivered);
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
    for (let killed = 0; killed < KILLS; killed++) {
      const { child, result } = place.start([...ARGS, '--out', 'killed'], env);
      // By the calls and not by the clock: a slow machine, too, is killed in the middle, and has got on in between.
      const enough = answered().length + 2 + random.integer(4);
      while (answered().length < enough && child.exitCode === null) await sleep(20);
      expect(child.exitCode, 'ended before it was killed').toBeNull();
      child.kill('SIGKILL');
      await result;
    }
    const last = await place.run([...ARGS, '--out', 'killed'], env);
    expect(last.stderr).not.toMatch(/error/i);
    expect(last.code).toBe(0);
    expect(table('killed')).toBe(table('calm'));

    // A reply that came after the kill could not be stored: such a call is made again. At most those in flight.
    const hashes = answered().map(({ hash }) => hash);
    expect(hashes.length - new Set(hashes).size).toBeLessThanOrEqual(IN_FLIGHT * KILLS);
    const stored = (
      JSON.parse(readFileSync(join(place.folder, 'killed', 'manifest.json'), 'utf8')) as { calls: number }
    ).calls;
    expect(new Set(hashes).size).toBe(stored);
  });
});
