import { RunError } from '../mallm/errors.js';
import type { Manifest } from '../mallm/fit/manifest.js';
import type { ScheduleSpec, SlotOutput } from '../workflows/schedule-contract.js';
import { linkLatest } from './latest-link.js';
import type { ObjectStore } from '../store/object-store.js';
import { MANIFEST } from './run-files.js';
import { slotName } from '../store/keys.js';

/** The pointer to the newest output: the only one a bucket has, beside the link `latest` in a folder. */
const LATEST = 'latest.json';
const OUTPUT_FOLDER = /^\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d$/;

/** What `latest.json` says. */
export interface LatestOutput {
  version: 1;
  schedule: string;
  slot: string;
  /** The output's folder, beside this file. */
  folder: string;
}

/** The finished output of a slot, if there is one. @throws RunError when it is another schedule's. */
export async function findOutput(
  out: ObjectStore,
  { name }: Pick<ScheduleSpec, 'name'>,
  slot: string,
): Promise<SlotOutput | null> {
  const manifest = await manifestIn(out, slotName(slot));
  if (!manifest) return null;
  if (manifest.schedule?.name === name) return outputOf(out, slot, manifest);
  throw new RunError({
    problem: `${out.url}/${slotName(slot)} is there already and not of this schedule`,
    expected: `an output of "${name}", or nothing`,
    got: manifest.schedule ? `an output of "${manifest.schedule.name}"` : 'another run',
    remedy: 'Make the schedule anew with an --out of its own.',
  });
}

/** An output as its manifest has it. */
export function outputOf(out: ObjectStore, slot: string, { rows, shortfall, schedule }: Manifest): SlotOutput {
  const quality = schedule?.quality ?? null;
  return { url: `${out.url}/${slotName(slot)}`, rows: rows.released, shortfall, quality };
}

/** What `latest` points at; undefined before the first output. */
export async function latestOutput(out: ObjectStore): Promise<LatestOutput | undefined> {
  const found = await out.get(LATEST);
  return found && (JSON.parse(found.body.toString('utf8')) as LatestOutput);
}

/** Moves `latest` on to a slot's output, never back to an earlier slot. @throws PreconditionFailed: to be tried again. */
export async function moveLatest(out: ObjectStore, schedule: string, slot: string): Promise<void> {
  const current = await out.get(LATEST);
  const before = current && (JSON.parse(current.body.toString('utf8')) as LatestOutput);
  if (before && before.slot > slot) return;
  const latest: LatestOutput = { version: 1, schedule, slot, folder: slotName(slot) };
  const body = Buffer.from(`${JSON.stringify(latest, null, 2)}\n`);
  await out.put(LATEST, body, current ? { ifMatch: current.etag } : { ifAbsent: true });
  await linkLatest(out.url, latest.folder);
}

/**
 * Removes a schedule's outputs beyond the newest `keep`: the files that their manifests name, the manifest last. What
 * has no manifest of this schedule, and files that others added, are left alone.
 *
 * @returns the manifests of those removed, with the slot's folder.
 */
export async function pruneOutputs(
  out: ObjectStore,
  name: string,
  keep: number,
): Promise<{ folder: string; manifest: Manifest }[]> {
  const folders = new Set<string>();
  // Names of outputs begin with their century.
  for await (const { key } of out.list('2')) {
    const folder = key.slice(0, key.indexOf('/'));
    if (OUTPUT_FOLDER.test(folder)) folders.add(folder);
  }
  const removed = [];
  let kept = 0;
  for (const folder of [...folders].sort().reverse()) {
    const manifest = await manifestIn(out, folder);
    if (manifest?.schedule?.name !== name || kept++ < keep) continue;
    for (const file of [...Object.keys(manifest.files), MANIFEST]) await out.delete(`${folder}/${file}`);
    removed.push({ folder, manifest });
  }
  return removed;
}

async function manifestIn(out: ObjectStore, folder: string): Promise<Manifest | undefined> {
  const found = await out.get(`${folder}/${MANIFEST}`);
  return found && (JSON.parse(found.body.toString('utf8')) as Manifest);
}
