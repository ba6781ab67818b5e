import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RunError } from '../mallm/errors.js';
import type { Manifest } from '../mallm/manifest.js';
import { renderReport } from '../report/index.js';
import type { Results } from '../workers/results.js';
import { describingFiles, MANIFEST, SYNTHETIC, tableContent } from '../workers/results.js';
import type { SampleResult } from '../workflows/contract.js';
import { folderError, sha256, writeWhole } from './run-folder.js';
import type { RunContext } from './run.js';

/** Writes the files of a finished run: the table, θ, the report, and last the manifest that names their hashes. */
export async function writeResults(
  context: RunContext,
  folder: string,
  made: Pick<Results, 'fitted' | 'drawn' | 'spec' | 'evaluated'>,
): Promise<Manifest> {
  const store = context.session.openStore(context.record.store);
  const hashes: Record<string, string> = {
    [SYNTHETIC]: await writeTable(context, made.drawn, join(folder, SYNTHETIC)),
  };
  const { files, manifest } = await describingFiles(store, resultsOf(context, made), renderReport);
  for (const [name, content] of files) {
    await writeWhole(join(folder, name), content);
    hashes[name] = sha256(content);
  }
  const whole = { ...manifest, files: hashes };
  await writeWhole(join(folder, MANIFEST), `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

/** What a run of this process has made, as of now. */
export function resultsOf(
  { record: { runId, name, createdAt }, plan }: RunContext,
  made: Pick<Results, 'fitted' | 'drawn' | 'spec' | 'evaluated'>,
): Results {
  return { ...made, run: { runId, name, createdAt, plan }, finishedAt: new Date().toISOString() };
}

/** Writes a generated table: header and parts in order, as a stream, whole or not at all. @returns its sha256. */
export async function writeTable(
  { session, record, plan }: RunContext,
  drawn: SampleResult,
  path: string,
): Promise<string> {
  const hash = createHash('sha256');
  const beside = `${path}.${process.pid}.tmp`;
  const content = async function* (): AsyncGenerator<Buffer> {
    for await (const bytes of tableContent(session.openStore(record.store), plan, drawn)) {
      hash.update(bytes);
      yield bytes;
    }
  };
  try {
    await pipeline(Readable.from(content()), createWriteStream(beside, { flush: true }));
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw (error as NodeJS.ErrnoException).syscall ? folderError(path, error) : error;
  }
  return hash.digest('hex');
}

export async function readManifest(folder: string): Promise<Manifest> {
  try {
    return JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
  } catch {
    throw new RunError({
      problem: `${join(folder, MANIFEST)} cannot be read`,
      expected: 'the manifest of a finished fit',
      remedy: 'Run the fit again with another --out.',
    });
  }
}
