/**
 * Several fits at once, each command given twice at the same moment: one embedded server, one process for each command.
 *
 *   npm run chaos:twice -- [--fits 20] [--latency 100]
 *
 * Prints the counts; the exit code is 1 where a table is missing, two commands differ, or a call was paid twice.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSimulator } from '../../simulator/index.js';
import type { Workplace } from '../support/command-line.js';
import { openWorkplace, repositoryFile } from '../support/command-line.js';
import { loggedCalls, paidTwice } from '../support/site.js';

/** A fit of `3 × (2 × 5 + 2)` calls without those of the first proposals. */
const SMALL = [
  ...['fit', repositoryFile('test/fixtures/tables/adult-train-25.csv'), '--target', 'Income', '--json'],
  ...['--epochs', '2', '--rows-per-theta', '12', '--rows-per-request', '4', '--patience', '0'],
];

export interface TwiceResult {
  /** Of each command: its exit code, what it said last, and the hash of the table it ended with. */
  commands: { fit: number; code: number | null; said: string; table: string | null }[];
  /** Calls that the manifests account for, that the endpoint answered, and answers to a request that had one before. */
  calls: { accounted: number; answered: number; again: number };
  seconds: number;
}

/**
 * @param ask.options further options of each fit, one entry a fit; what differs between two entries of the same `out` is
 *   another fit that asks for its place.
 */
export async function twice(ask: {
  latencyMs: number;
  fits: { out: string; options: string[] }[];
}): Promise<TwiceResult> {
  const place = await openWorkplace();
  const callLog = join(place.folder, 'calls.jsonl');
  const simulator = await startSimulator({ latencyMs: ask.latencyMs, logFile: callLog });
  const env = { OPENAI_BASE_URL: simulator.url, OPENAI_API_KEY: 'any' };
  const startedAt = Date.now();
  try {
    const given = ask.fits.flatMap((fit, index) => [
      { ...fit, index },
      { ...fit, index },
    ]);
    const commands = await Promise.all(
      given.map(async ({ index, out, options }) => {
        const { code, stderr } = await place.run([...SMALL, '--out', out, ...options], env);
        const table = code === 0 ? tableOf(place, out) : null;
        return { fit: index, code, said: stderr.trim().split('\n').slice(-3).join('\n'), table };
      }),
    );
    const calls = loggedCalls(callLog);
    const outs = [...new Set(ask.fits.map(({ out }) => out))];
    return {
      commands,
      calls: {
        accounted: outs.reduce((sum, out) => sum + callsOf(place, out), 0),
        answered: calls.filter(({ status, delivered }) => status === 200 && delivered).length,
        again: paidTwice(calls).length,
      },
      seconds: Math.round((Date.now() - startedAt) / 1000),
    };
  } finally {
    await simulator.close();
    await place.close();
  }
}

function tableOf({ folder }: Workplace, out: string): string {
  return createHash('sha256')
    .update(readFileSync(join(folder, out, 'synthetic.csv')))
    .digest('hex');
}

/** None where the fit did not end. */
function callsOf({ folder }: Workplace, out: string): number {
  const manifest = join(folder, out, 'manifest.json');
  return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as { calls: number }).calls : 0;
}

if (process.argv[1]?.endsWith('twice.js')) {
  const { values } = parseArgs({
    options: { fits: { type: 'string', default: '20' }, latency: { type: 'string', default: '100' } },
  });
  const fits = Array.from({ length: Number(values.fits) }, (_, i) => ({
    out: `fit-${i}`,
    options: ['--seed', String(i)],
  }));
  const { commands, calls, seconds } = await twice({ latencyMs: Number(values.latency), fits });
  const failed = commands.filter(({ code }) => code !== 0);
  const differing = fits.filter(
    (_, i) => new Set(commands.filter(({ fit }) => fit === i).map(({ table }) => table)).size > 1,
  );
  for (const { fit, code, said } of failed) console.error(`fit ${fit} ended with ${code}: ${said}`);
  console.log(`commands   ${commands.length} in ${seconds} s, ${failed.length} failed`);
  console.log(
    `tables     ${new Set(commands.map(({ table }) => table)).size} different ones of ${fits.length} fits; ${differing.length} fits whose two commands differ`,
  );
  console.log(
    `calls      ${calls.accounted} in the manifests, ${calls.answered} answered, ${calls.again} answered again`,
  );
  if (failed.length + differing.length + calls.again > 0 || calls.accounted !== calls.answered) process.exitCode = 1;
}
