import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRunRecord } from '../../client/runs/run-folder.js';
import type { Manifest } from '../../mallm/fit/manifest.js';
import type { Workplace } from '../support/command-line.js';
import { repositoryFile } from '../support/repository.js';

/** Tables a fit may be made of, each with a fit of some hundred calls. */
export const TABLES = {
  penguins: {
    file: 'examples/penguins.csv',
    args: ['--target', 'species', '--epochs', '1', '--rows-per-request', '10'],
  },
  insurance: {
    file: 'test/fixtures/tables/insurance-train-100.csv',
    args: ['--target', 'charges', '--epochs', '4', '--held-out', '0.2', '--draw', 'model', '--rows-per-request', '5'],
  },
} as const;

export type TableName = keyof typeof TABLES;

/** One fit: a table and a seed. */
export interface Fit {
  table: TableName;
  seed: number;
}

/** What a fit left. */
export interface Finished {
  runId: string;
  manifest: Manifest;
  /** SHA-256 of the table and of every θ with its scores. */
  synthetic: string;
  thetas: string;
  /** Times the command had to be given again. */
  again: number;
}

/** A command that fails this often will not succeed. */
const MOST_COMMANDS = 30;

/** Runs the command of a fit until it succeeds, as a person would. @throws Error with its last words when it never does. */
export async function finish(
  place: Workplace,
  { table, seed }: Fit,
  env: Record<string, string>,
  under: string,
): Promise<Finished> {
  const { file, args } = TABLES[table];
  const out = join(under, `${table}-${seed}`);
  const command = ['fit', repositoryFile(file), ...args, '--seed', String(seed), '--out', out];
  let words = '';
  for (let again = 0; again < MOST_COMMANDS; again++) {
    const { code, stderr } = await place.run([...command, '--patience', '0', '--in-flight', '6', '--quiet'], env);
    if (code === 0) return { ...(await resultOf(join(place.folder, out))), again };
    words = stderr.trim();
    console.error(`the fit of ${table} with seed ${seed} has to be started again: ${words}`);
  }
  throw new Error(`the fit of ${table} with seed ${seed} does not finish: ${words}`);
}

async function resultOf(folder: string): Promise<Omit<Finished, 'again'>> {
  const record = await readRunRecord(folder);
  const read = (name: string): Promise<Buffer> => readFile(join(folder, name));
  const hash = async (name: string): Promise<string> =>
    createHash('sha256')
      .update(await read(name))
      .digest('hex');
  return {
    runId: record!.runId,
    manifest: JSON.parse((await read('manifest.json')).toString('utf8')) as Manifest,
    synthetic: await hash('synthetic.csv'),
    thetas: await hash('theta.json'),
  };
}
