/**
 * How long the command line takes to show its help, beside a bare `node -e 0`: `npm run bench:start`.
 *
 * Each round runs both, one after the other, so that a busy machine slows both alike; printed are the fastest of each,
 * their ratio, and the median of the ratios of the rounds. `--node PATH`, several times, also measures other versions.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { repositoryFile } from '../test/support/repository.js';

const MAIN = repositoryFile('dist/scripts/main.js');

const { values } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: [process.execPath] },
    rounds: { type: 'string', default: '20' },
  },
});

console.log('| node | command | bare, ms | command, ms | ratio | median ratio |');
console.log('| --- | --- | --: | --: | --: | --: |');
for (const node of values.node) {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  for (const args of [['--help'], ['--version'], ['fit', '--help']]) {
    const rounds = Array.from({ length: Number(values.rounds) }, () => ({
      bare: milliseconds(node, ['-e', '0']),
      command: milliseconds(node, [MAIN, ...args]),
    }));
    const [bare, command] = [Math.min(...rounds.map((one) => one.bare)), Math.min(...rounds.map((one) => one.command))];
    const ratios = rounds.map((one) => one.command / one.bare).toSorted((a, b) => a - b);
    const median = ratios[Math.floor(ratios.length / 2)]!;
    const figures = [bare.toFixed(0), command.toFixed(0), (command / bare).toFixed(2), median.toFixed(2)];
    console.log(`| ${version} | ${args.join(' ')} | ${figures.join(' | ')} |`);
  }
}

function milliseconds(node: string, args: string[]): number {
  const began = process.hrtime.bigint();
  execFileSync(node, args, { stdio: 'ignore' });
  return Number(process.hrtime.bigint() - began) / 1e6;
}
