import { resolve } from 'node:path';
import { readConfig } from '../../config/index.js';
import { RunError } from '../../mallm/errors.js';
import { runKeys, runOfLatest } from '../../store/keys.js';
import { findObject } from '../../store/object.js';
import { latestCheckpoint } from '../../store/checkpoint.js';
import { noteRoots } from '../../workers/roots.js';
import { storeOpener } from '../../workers/stores.js';
import { complete, finishedOutcome, otherRun, storeUrl, withSession } from './fit.js';
import type { FitOutcome, Watcher } from './fit.js';
import { inTurn } from './folder-turn.js';
import type { PortableRecord, RunRecord } from './run-folder.js';
import { makeRunFolder, readRunRecord, writeRunRecord } from './run-folder.js';

export interface ResumeFromRequest extends Watcher {
  /** URL of a run's `latest.json`: `s3://bucket/prefix/runs/RUN/latest.json`, `file:///…`, or a path. */
  checkpoint: string;
  /** Run folder; `<table>-synthetic` beside the caller by default. */
  out?: string;
}

/**
 * Goes on with a fit from its checkpoint in the store, in a fresh folder and on any Temporal server: for when the server
 * or the machine that it ran on is gone. No stored reply is paid again. The fit must not run elsewhere any more.
 *
 * @throws RunError when there is no such checkpoint, or the folder holds another run; StoreError when the checkpoint is
 *   damaged, foreign, or of another version.
 */
export async function resumeFrom({ checkpoint, out, ...watcher }: ResumeFromRequest): Promise<FitOutcome> {
  const { config = readConfig() } = watcher;
  const { store, runId } = placeOf(checkpoint);
  const found = await storedRun(storeOpener(config)(store), runId, checkpoint);
  const folder = resolve(out ?? `${found.name}-synthetic`);
  await makeRunFolder(folder);
  const placed = async (): Promise<RunRecord> => {
    const earlier = await readRunRecord(folder);
    if (earlier && earlier.runId !== runId) throw otherRun(folder, earlier);
    // The URL says where the store is, whatever was written down.
    const begun: RunRecord = earlier ? { ...earlier, store } : { ...found, store, home: config.home };
    if (!earlier) await writeRunRecord(folder, begun);
    return begun;
  };
  const record = await inTurn(folder, placed, watcher.signal);
  const there = await finishedOutcome(folder, record);
  if (there) return there;
  return withSession(
    { ...watcher, config: { ...config, home: record.home } },
    record.shape.inFlight,
    async (session) => {
      // The URL was named by the user, unlike what a run folder says.
      await noteRoots(session.config, [store]);
      return complete(session, folder, record, watcher);
    },
  );
}

/** The record of a run that has a sound checkpoint, with the limits that hold by now. */
async function storedRun(
  store: ReturnType<ReturnType<typeof storeOpener>>,
  runId: string,
  url: string,
): Promise<PortableRecord> {
  const latest = await latestCheckpoint(store, runId);
  const record = latest && (await findObject<PortableRecord>(store, runKeys(runId).record));
  if (record) return { ...record, shape: latest.carry.shape };
  throw new RunError({
    problem: latest ? `the checkpoint ${url} lacks the record of its run` : `there is no checkpoint at ${url}`,
    expected: latest ? runKeys(runId).record : 'the latest.json of a run that has made its first step',
    remedy: 'Check the URL, the endpoint and the credentials; `mallm-gan doctor` shows what can be reached.',
  });
}

function placeOf(url: string): { store: string; runId: string } {
  const place = runOfLatest(url);
  if (place) return { ...place, store: storeUrl(place.store) };
  throw new RunError({
    problem: 'this is no checkpoint of a run',
    expected: `a URL that ends with ${runKeys('RUN').latest}, such as s3://bucket/prefix/${runKeys('patients-0123abcd').latest}`,
    got: /[@?]/.test(url) ? 'an address with more than a place in it' : url,
    remedy: 'The store and the id of a run are in its run.json, and in the Temporal UI.',
  });
}
