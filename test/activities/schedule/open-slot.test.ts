import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Dependencies } from '../../../activities/dependencies.js';
import { openSlot } from '../../../activities/schedule/open-slot.js';
import { shapeOf } from '../../../mallm/fit/fit-shape.js';
import type { RunPlan } from '../../../mallm/fit/plan.js';
import { nothingSpent } from '../../../mallm/fit/spending.js';
import { parseFitOptions } from '../../../mallm/options.js';
import type { Ref } from '../../../mallm/reference.js';
import { addRecord } from '../../../output/slot-records.js';
import { latestCheckpoint, saveCheckpoint } from '../../../store/checkpoint.js';
import { folderStore } from '../../../store/folder-store.js';
import { runKeys } from '../../../store/keys.js';
import { putObject } from '../../../store/object.js';
import type { ObjectStore } from '../../../store/object-store.js';
import { StoreDamagedError } from '../../../store/object-store.js';
import type { FitCarry, OptimizeThetaResult } from '../../../workflows/contract.js';
import type { FitInUse, OpenedSlot, ScheduleSpec } from '../../../workflows/schedule-contract.js';
import { clinicRows, clinicSchema } from '../../support/clinic-schema.js';

const SLOTS = ['2026-01-01T03:00:00Z', '2026-01-02T03:00:00Z'];
const options = parseFitOptions({});
const shape = shapeOf(options, clinicRows.length);

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'mallm-slot-'))));
afterEach(() => rmSync(root, { recursive: true }));

/** A schedule whose last output was of too low a quality, and the slot that opens on it. */
async function scheduleInNeed(): Promise<{ store: ObjectStore; open: (slot: string) => Promise<OpenedSlot> }> {
  const store = folderStore(join(root, 'store'));
  const plan: RunPlan = {
    ...{ version: 1, runId: 'clinic', name: 'clinic', schema: clinicSchema, options, heldOut: null },
    dialect: { delimiter: ',', newline: '\n', bom: false },
    ...{ context: '', taskInstruction: '', causalStructure: [], givenColumns: null },
    train: await putObject(store, 'train', clinicRows),
  };
  const fit: FitInUse = {
    ...{ runId: 'clinic', name: 'clinic', createdAt: SLOTS[0]!, plan: await putObject(store, 'plan', plan), shape },
    ...{ fitted: {} as OptimizeThetaResult, table: null },
  };
  const spec: ScheduleSpec = {
    ...{ version: 1, name: 'nightly', prefix: 'schedules/nightly-1', fit, out: pathToFileURL(join(root, 'out')).href },
    ...{ rows: 10, draw: 'refined', distance: 'mild', conditions: {}, keep: null },
    refit: { table: null, heldOutShare: null, below: 0.9, budget: { maxCalls: null, maxTokens: null, maxCost: null } },
  };
  await addRecord(store, spec, {
    ...{ version: 1, slot: SLOTS[0]!, startedAt: SLOTS[0]!, finishedAt: SLOTS[0]!, outcome: 'regenerated', why: '' },
    ...{ output: null, spending: nothingSpent },
    state: { fit, refit: null, quality: { value: 0.5, refitted: false } },
  });
  const ref = await putObject(store, 'spec', spec);
  const openStore = (url: string): ObjectStore => (url === 'store' ? store : folderStore(join(root, 'out')));
  const open = (slot: string): Promise<OpenedSlot> =>
    openSlot({ openStore, assertAllowed: () => undefined } as Partial<Dependencies> as Dependencies, {
      schedule: 'nightly',
      store: 'store',
      spec: ref,
      slot,
    });
  return { store, open };
}

function carryOf(state: Ref): FitCarry {
  return {
    ...{ epoch: 2, batch: 1, step: 3, next: 'propose', candidates: [], state, nextTheta: 4 },
    ...{ best: null, bestScore: 0.7, lastScore: 0.7, withoutGain: 1 },
    ...{ spending: nothingSpent, accepted: 0, rejected: 0, rejections: {}, shape },
  };
}

/** The same slot, tried again after its refit saved a checkpoint. */
async function slotWithCheckpoint() {
  const schedule = await scheduleInNeed();
  const { refit } = await schedule.open(SLOTS[1]!);
  const carry = carryOf(await putObject(schedule.store, 'state', { version: 1 }));
  await saveCheckpoint(schedule.store, { runId: refit!.runId, plan: refit!.plan, carry });
  return { ...schedule, runId: refit!.runId, carry };
}

it('opens a slot whose refit has a checkpoint with that checkpoint', async () => {
  const { open, store, runId, carry } = await slotWithCheckpoint();
  const { refit } = await open(SLOTS[1]!);
  expect(refit).toMatchObject({ cause: 'quality', runId, carry });
  expect((await latestCheckpoint(store, runId))!.carry).toEqual(refit!.carry);
});

it('begins a refit without a checkpoint at its first step', async () => {
  const { open } = await scheduleInNeed();
  const { refit } = await open(SLOTS[1]!);
  expect(refit!.cause).toBe('quality');
  expect(refit).not.toHaveProperty('carry');
});

it.each([
  ['one digit is another', (text: string) => text.replace('"bestScore":0.7', '"bestScore":0.1')],
  ['it is cut off', (text: string) => text.slice(0, -20)],
  ['it is empty', () => ''],
])('refuses a checkpoint that is damaged: %s', async (_, damage) => {
  const { open, store, runId } = await slotWithCheckpoint();
  const { latest } = runKeys(runId);
  const { body } = (await store.get(latest))!;
  const damaged = damage(body.toString('utf8'));
  expect(damaged).not.toBe(body.toString('utf8'));
  await store.put(latest, Buffer.from(damaged));
  await expect(open(SLOTS[1]!)).rejects.toThrow(StoreDamagedError);
});
