import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Config } from '../../config/index.js';
import { RunError } from '../../mallm/errors.js';
import { runKeys } from '../../store/keys.js';
import type { RunRecord } from './run-folder.js';
import { exists } from './run-folder.js';

const HOME = '.mallm';

/**
 * The record of a run with its store and home where they are now: a project that was moved has them beside the run folder
 * still, and not at the paths that were written down.
 *
 * @throws RunError naming the place where the store was, when it is nowhere that is looked.
 */
export async function whereItIs(record: RunRecord, folder: string, config: Config): Promise<RunRecord> {
  const homes = [...new Set([record.home, config.home, ...above(folder).map((parent) => join(parent, HOME))])];
  const store = await storeNow(record, homes, config);
  return { ...record, store, home: (await firstWith(homes, 'temporal')) ?? record.home };
}

async function storeNow({ store, runId }: RunRecord, homes: string[], config: Config): Promise<string> {
  if (!store.startsWith('file:')) return store;
  const configured = config.store && !/^(?!file:)[a-z][a-z0-9+.-]+:/i.test(config.store) ? [config.store] : [];
  const stores = [
    fileURLToPath(store),
    ...configured.map((given) => (given.startsWith('file:') ? fileURLToPath(given) : given)),
    ...homes.map((home) => join(home, 'store')),
  ];
  const found = await firstWith(stores, runKeys(runId).folder);
  if (found) return pathToFileURL(found).href;
  throw new RunError({
    problem: `the store of this run is not there any more`,
    expected: `the folder ${fileURLToPath(store)} with ${runKeys(runId).folder} in it`,
    got: `nothing of it in ${stores.slice(1).join(', ')} either`,
    remedy: `If it was moved, name it: MALLM_STORE=FOLDER, or MALLM_HOME for a ${HOME} folder. If it is lost, choose another --out.`,
  });
}

async function firstWith(folders: string[], content: string): Promise<string | undefined> {
  for (const folder of folders) if (await exists(join(folder, content))) return folder;
  return undefined;
}

/** The folder and those around it, the nearest first. */
function above(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}
