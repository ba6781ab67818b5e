import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../config/index.js';
import { readConfig } from '../../config/index.js';
import { StoreError } from '../../mallm/errors.js';
import type { FitState } from '../../mallm/fit/fit-state.js';
import { exposureOf } from '../../mallm/fit/fit-state.js';
import type { Exposure, Manifest } from '../../mallm/fit/manifest.js';
import { RESULT_FILES, SYNTHETIC, MANIFEST } from '../../output/run-files.js';
import { latestCheckpoint } from '../../store/checkpoint.js';
import { runKeys, schedulesFolder } from '../../store/keys.js';
import { findObject, getObject } from '../../store/object.js';
import type { ObjectStore } from '../../store/object-store.js';
import type { ScheduleSpec } from '../../workflows/schedule-contract.js';
import type { Session } from '../cluster/session.js';
import { openSession } from '../cluster/session.js';
import { eraseHistory } from './erase-history.js';
import { inTurn } from './folder-turn.js';
import { whereItIs } from './moved-run.js';
import type { RunRecord } from './run-folder.js';
import { RECORD, requireRunRecord } from './run-folder.js';

export interface EraseRequest {
  /** The run folder. */
  folder: string;
  /** Keeps the released tables and their manifests in the folder. */
  keepTable?: boolean;
  /** Ends the run first where it is under way, without results. */
  stop?: boolean;
  onNotice?: (line: string) => void;
  config?: Config;
}

/** What was removed, and what is left where erasing does not reach. */
export interface EraseOutcome {
  runId: string;
  objects: number;
  workflows: number;
  files: number;
  left: string[];
}

/**
 * Removes a run: rows, prompts, replies, θ, weights and tables from the store, its workflows from the Temporal server, its
 * files from the run folder. The same command again goes on where it stopped.
 *
 * @throws RunError where the run is under way, or a schedule draws from it; then nothing is removed.
 */
export async function erase(request: EraseRequest): Promise<EraseOutcome> {
  const { keepTable = false, stop = false, onNotice = () => undefined, config = readConfig() } = request;
  const folder = resolve(request.folder);
  const record = await whereItIs(await requireRunRecord(folder), folder, config);
  const session = await openSession({
    config: { ...config, home: record.home },
    ...{ workers: false, inFlight: 1, notice: onNotice },
  });
  try {
    const erased = (): Promise<EraseOutcome> => eraseRun(session, { folder, record, keepTable, stop });
    // Nothing writes the results of the run meanwhile.
    const outcome = await inTurn(folder, erased);
    await rm(join(folder, '.lock'), { recursive: true, force: true });
    await rmdir(folder).catch(() => undefined);
    return outcome;
  } finally {
    await session.close();
  }
}

async function eraseRun(
  session: Session,
  { folder, record, keepTable, stop }: { folder: string; record: RunRecord; keepTable: boolean; stop: boolean },
): Promise<EraseOutcome> {
  const store = session.openStore(record.store);
  const schedules = await schedulesOf(store, record.runId);
  const left = await whatIsLeft(store, folder, record, schedules, session.embedded);
  const prefixes = await prefixesOf(store, record.runId, schedules);
  const workflows = await eraseHistory(session, { folder, runIds: prefixes.runIds, schedules, stop });
  let objects = 0;
  for (const prefix of prefixes.keys) objects += await removeAll(store, prefix);
  return { runId: record.runId, objects, workflows, files: await removeFiles(folder, keepTable), left };
}

/** Schedules that were ever made of the run and have left anything. */
async function schedulesOf(store: ObjectStore, runId: string): Promise<ScheduleSpec[]> {
  const specs: ScheduleSpec[] = [];
  for await (const { key } of store.list(schedulesFolder)) {
    const spec = key.endsWith('/spec.json') ? await findObject<ScheduleSpec>(store, key) : undefined;
    if (spec?.fit.runId === runId) specs.push(spec);
  }
  return specs;
}

/** The run, and the refits that schedules made of it; `<run>-<hash>`. */
async function prefixesOf(
  store: ObjectStore,
  runId: string,
  schedules: ScheduleSpec[],
): Promise<{ runIds: string[]; keys: string[] }> {
  const runIds = new Set([runId]);
  const refit = new RegExp(`^${runKeys(`${runId}-`).folder.slice(0, -1)}[0-9a-f]{8}(?=/)`);
  for await (const { key } of store.list(runKeys(`${runId}-`).folder.slice(0, -1))) {
    const found = refit.exec(key)?.[0];
    if (found) runIds.add(found.slice(found.lastIndexOf('/') + 1));
  }
  const runs = [...runIds];
  const keys = [...runs.map((id) => runKeys(id).folder), ...schedules.map(({ prefix }) => `${prefix}/`)];
  return { runIds: runs, keys };
}

async function removeAll(store: ObjectStore, prefix: string): Promise<number> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  for (const key of keys) await store.delete(key);
  return keys.length;
}

/** Files that commands have made in the folder, the record last: until then the same command goes on. */
async function removeFiles(folder: string, keepTable: boolean): Promise<number> {
  const names = await readdir(folder);
  const ofSamples = names.filter((name) => /^sample-[0-9a-f]{10}\.(csv|jsonl|parquet)(\.manifest\.json)?$/.test(name));
  const tables = [SYNTHETIC, MANIFEST, ...ofSamples];
  const drafts = names.filter((name) => name.endsWith('.tmp') || name.startsWith('.write-test-'));
  const made = [...new Set([...RESULT_FILES, ...tables, ...drafts])].filter((name) => names.includes(name));
  const removed = made.filter((name) => !(keepTable && tables.includes(name)));
  for (const name of [...removed, RECORD]) await rm(join(folder, name), { force: true });
  return removed.length + 1;
}

async function whatIsLeft(
  store: ObjectStore,
  folder: string,
  record: RunRecord,
  schedules: ScheduleSpec[],
  embedded: boolean,
): Promise<string[]> {
  const exposures = await exposuresOf(store, folder, record);
  return [
    ...exposures
      .filter(({ realRows }) => realRows > 0)
      .map(({ host, role, realRows }) => `${host}: received ${realRows} different training rows as ${role}`),
    ...schedules.map(({ out, name }) => `${out}: the tables that the schedule "${name}" released`),
    ...(record.source ? [`${record.source.table}: the table itself`] : []),
    embedded
      ? 'the database of the embedded server: ids of the run, which begin with the name of its table'
      : 'backups and archives of the Temporal server',
    'tables that `sample --out` wrote elsewhere, and copies that others have',
    store.url.startsWith('s3:')
      ? `${store.url}: older versions and backups of its objects, if the bucket keeps any`
      : `${fileURLToPath(store.url)}: snapshots and backups of its disk, if there are any`,
  ];
}

/** Who saw rows: as the manifest says, else as the fit had it at its last step. */
async function exposuresOf(store: ObjectStore, folder: string, { runId }: RunRecord): Promise<Exposure[]> {
  try {
    return (JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest).exposure;
  } catch {
    // The run is not finished.
  }
  try {
    const latest = await latestCheckpoint(store, runId);
    return latest ? exposureOf((await getObject<FitState>(store, latest.carry.state)).hosts) : [];
  } catch (error) {
    // What is damaged is erased all the same.
    if (error instanceof StoreError) return [];
    throw error;
  }
}
