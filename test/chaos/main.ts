/**
 * Fits under fire: random `kill -9` of worker, Temporal server, S3 server and simulated model, then the same fits
 * undisturbed.
 *
 *   npm run chaos -- [--kills 100] [--seed 1] [--tables penguins,insurance] [--latency 250]
 *
 * Prints the counts; the exit code is 1 where anything differs or a stored reply was paid again.
 */
import { parseArgs } from 'node:util';
import type { ChaosResult } from './chaos.js';
import { chaos } from './chaos.js';
import type { TableName } from './fits.js';
import { TABLES } from './fits.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    tables: { type: 'string', default: Object.keys(TABLES).join(',') },
    latency: { type: 'string', default: '250' },
  },
});

const result = await chaos({
  kills: Number(values.kills),
  seed: Number(values.seed),
  tables: values.tables.split(',') as TableName[],
  latencyMs: Number(values.latency),
  log: (line) => console.error(line),
});
console.log(linesOf(result).join('\n'));
if (result.calls.paidAgain > 0 || result.fits.some(({ differences }) => Object.values(differences).some(Boolean)))
  process.exitCode = 1;

function linesOf({ kills, rounds, fits, calls, seconds }: ChaosResult): string[] {
  const made = Object.values(kills).reduce((sum, count) => sum + count, 0);
  const same = (part: 'table' | 'thetas' | 'trajectory' | 'counts'): string =>
    `${fits.filter(({ differences }) => !differences[part]).length} of ${fits.length} as undisturbed`;
  const total = (of: (fit: ChaosResult['fits'][number]) => number): number =>
    fits.reduce((sum, fit) => sum + of(fit), 0);
  return [
    `kills         ${made} in ${seconds} s: ${Object.entries(kills)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    `fits          ${fits.length} in ${rounds} rounds, all finished; commands given again: ${total(({ finished }) => finished.again)}`,
    `tables        ${same('table')} (SHA-256 of synthetic.csv)`,
    `θ             ${same('thetas')} (SHA-256 of theta.json); trajectory ${same('trajectory')}`,
    `counts        ${same('counts')} (rows released, accepted, rejected; calls; tokens)`,
    `rows          ${total(({ finished }) => finished.manifest.rows.accepted)} accepted, ${total(({ finished }) => finished.manifest.rows.released)} released; rows and replies lost ${total(({ differences }) => differences.lost)}, doubled ${total(({ differences }) => differences.doubled)}`,
    `model calls   ${calls.stored} stored replies, ${calls.answered} answers paid: ${calls.paidAgain} of a stored reply, ${calls.lostInFlight} for one lost in flight; ${calls.unlogged} answers unlogged`,
  ];
}
