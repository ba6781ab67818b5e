import type { ScheduleSpec, SlotRecord } from '../workflows/schedule-contract.js';
import { scheduleKeys } from '../store/keys.js';
import { findObject, putObject } from '../store/object.js';
import type { ObjectStore } from '../store/object-store.js';

/** Records that are kept of a schedule. */
const KEPT = 200;

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
  await putObject(store, scheduleKeys(prefix).record(record.finishedAt, record.slot), record);
  for (const key of (await recordKeys(store, prefix)).slice(0, -KEPT)) await store.delete(key);
}

async function recordKeys(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(scheduleKeys(prefix).records)) keys.push(key);
  return keys;
}
