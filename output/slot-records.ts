import type { ScheduleSpec, SlotRecord } from '../workflows/schedule-contract.js';
import { findObject, putObject } from '../store/object.js';
import type { ObjectStore } from '../store/object-store.js';

/** Records that are kept of a schedule. */
const KEPT = 200;

/** A slot's name in file systems and buckets: its time in UTC, without what they refuse; sorts by time. */
export function slotName(slot: string): string {
  return slot.slice(0, 19).replace('T', '_').replaceAll(':', '-');
}

/** The last records of a schedule, oldest first, in the order in which slots ended. */
export async function lastRecords(
  store: ObjectStore,
  { prefix }: Pick<ScheduleSpec, 'prefix'>,
  count: number,
): Promise<SlotRecord[]> {
  const keys = (await recordKeys(store, prefix)).slice(-count);
  const records = await Promise.all(keys.map((key) => findObject<SlotRecord>(store, key)));
  return records.filter((record) => record !== undefined);
}

/** Adds a record; the oldest beyond a number of them go. */
export async function addRecord(store: ObjectStore, { prefix }: ScheduleSpec, record: SlotRecord): Promise<void> {
  const ended = record.finishedAt.slice(0, 23).replace('T', '_').replace(/[:.]/g, '-');
  await putObject(store, `${folderOf(prefix)}${ended}_${slotName(record.slot)}.json`, record);
  for (const key of (await recordKeys(store, prefix)).slice(0, -KEPT)) await store.delete(key);
}

async function recordKeys(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(folderOf(prefix))) keys.push(key);
  return keys;
}

function folderOf(prefix: string): string {
  return `${prefix}/records/`;
}
