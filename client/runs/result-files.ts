import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evaluation } from '../../mallm/evaluation/result.js';
import type { Manifest } from '../../mallm/fit/manifest.js';
import { renderReport } from '../../report/index.js';
import type { Results } from '../../output/run-files.js';
import { describingFiles, MANIFEST, SYNTHETIC } from '../../output/run-files.js';
import { exists, sha256, writeWhole } from './run-folder.js';
import type { RunContext } from './run.js';
import { writeTable } from './write-table.js';

/** Writes the files of a finished run: the table, θ, the report, and last the manifest that names their hashes. */
export async function writeResults(
  context: RunContext,
  folder: string,
  made: Pick<Results, 'fitted' | 'drawn' | 'spec' | 'evaluated'>,
): Promise<Manifest> {
  const store = context.session.openStore(context.record.store);
  const hashes: Record<string, string> = {
    [SYNTHETIC]: await writeTable(context, made.drawn, { path: join(folder, SYNTHETIC) }),
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

/** The manifest of a run folder, if all files that it names are there. */
export async function wholeManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
    const there = await Promise.all(Object.keys(manifest.files).map((name) => exists(join(folder, name))));
    return there.every(Boolean) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** Verdicts of the evaluation in a run folder; null where there is none. */
export async function readVerdicts(folder: string): Promise<Evaluation['verdicts'] | null> {
  try {
    return (JSON.parse(await readFile(join(folder, 'evaluation.json'), 'utf8')) as Evaluation).verdicts;
  } catch {
    return null;
  }
}
