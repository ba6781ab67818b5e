import { getScheduleSpec } from '../../output/schedule-spec.js';
import type { CloseSlotInput, SlotRecord } from '../../workflows/schedule-contract.js';
import type { Dependencies } from '../dependencies.js';
import { sampleKeys, slotSampleId } from '../../store/keys.js';
import { pruneOutputs } from '../../output/schedule-outputs.js';
import type { ObjectStore } from '../../store/object-store.js';
import { addRecord, lastRecords } from '../../output/slot-records.js';

/** Leaves the record of a slot; outputs beyond those that are kept go, with the parts they were made of. */
export async function closeSlot({ openStore }: Dependencies, input: CloseSlotInput): Promise<SlotRecord> {
  const store = openStore(input.store);
  const spec = await getScheduleSpec(store, input.spec);
  const [last] = input.record.state ? [] : await lastRecords(store, spec, 1);
  const state = input.record.state ?? last?.state ?? { fit: spec.fit, refit: null, quality: null };
  const record: SlotRecord = { ...input.record, state };
  await addRecord(store, spec, record);
  if (record.output && spec.keep !== null) {
    for (const { folder, manifest } of await pruneOutputs(openStore(spec.out), spec.name, spec.keep))
      await removeParts(store, sampleKeys(manifest.runId, slotSampleId(spec.name, folder)).folder);
  }
  return record;
}

async function removeParts(store: ObjectStore, prefix: string): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  for (const key of keys) await store.delete(key);
}
