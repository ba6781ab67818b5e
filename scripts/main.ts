#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { baselineCommand } from './baseline.js';
import { codecServerCommand } from './codec-server.js';
import { controlCommands } from './control.js';
import { doctorCommand } from './doctor.js';
import { eraseCommand } from './erase.js';
import { evaluateCommand } from './evaluate.js';
import { fitCommand } from './fit.js';
import { inspectCommand } from './inspect.js';
import { refineCommand } from './refine.js';
import { resumeCommand } from './resume.js';
import { sampleCommand } from './sample.js';
import { scheduleCommand } from './schedule.js';
import { simulatorCommand } from './simulator.js';
import { statusCommand } from './status.js';
import { workerCommand } from './worker.js';

// Two levels up from dist/scripts.
const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const program = new Command('mallm-gan')
  .description('Synthetic tables from a few real rows.')
  .version(version)
  .showHelpAfterError('Run with --help for all options and examples.')
  .addHelpText(
    'after',
    `
Examples:
  $ mallm-gan inspect patients.csv --target outcome
  $ mallm-gan fit patients.csv --target outcome --held-out 0.2
  $ mallm-gan sample patients-synthetic --rows 1000 --where "age > 65"
  $ mallm-gan evaluate --train t.csv --held-out h.csv --synthetic s.csv --target outcome

With nothing set, a simulated model stands in: its rows are labelled and mean nothing.
Set OPENAI_API_KEY, or OPENAI_BASE_URL for any compatible endpoint, to use a real one.`,
  );

for (const command of [
  inspectCommand(),
  fitCommand(),
  sampleCommand(),
  statusCommand(),
  resumeCommand(),
  ...controlCommands(),
  eraseCommand(),
  evaluateCommand(),
  baselineCommand(),
  refineCommand(),
  scheduleCommand(),
  workerCommand(),
  codecServerCommand(),
  simulatorCommand(),
  doctorCommand(),
]) {
  program.addCommand(command);
}

// Tables, replies, database and logs are for the user alone, those of the embedded server too.
process.umask(0o077);
await program.parseAsync();
