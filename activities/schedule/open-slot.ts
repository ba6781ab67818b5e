import { getScheduleSpec } from '../../output/schedule-spec.js';
import { createHash } from 'node:crypto';
import type { RunPlan } from '../../mallm/fit/plan.js';
import { seedOf } from '../../mallm/random.js';
import type {
  OpenedSlot,
  OpenSlotInput,
  ScheduleSpec,
  SlotSample,
  SlotState,
} from '../../workflows/schedule-contract.js';
import { readTableSource } from './table-source.js';
import { slotSampleId } from '../../store/keys.js';
import { latestCheckpoint } from '../../store/checkpoint.js';
import type { Dependencies } from '../dependencies.js';
import { getObject } from '../../store/object.js';
import { findOutput } from '../../output/schedule-outputs.js';
import { planQualityRefit, planTableRefit } from './plan-refit.js';
import type { ObjectStore } from '../../store/object-store.js';
import { lastRecords } from '../../output/slot-records.js';

type Decision = Pick<OpenedSlot, 'why' | 'refit'>;

/** Decides what a slot has to do: nothing where its output is there, a refit first where one is due, else only rows. */
export async function openSlot(dependencies: Dependencies, input: OpenSlotInput): Promise<OpenedSlot> {
  const { slot } = input;
  const { openStore } = dependencies;
  const store = openStore(input.store);
  const spec = await getScheduleSpec(store, input.spec);
  const [last] = await lastRecords(store, spec, 1);
  const state: SlotState = last?.state ?? { fit: spec.fit, refit: null, quality: null };
  const output = await findOutput(openStore(spec.out), spec, slot);
  const { why, refit } = output
    ? { why: 'the output of this slot was there already', refit: null }
    : await decide(store, spec, state, slot, dependencies);
  const plan = await getObject<RunPlan>(store, (refit ?? state.fit).plan);
  return {
    ...{ state, why, output },
    refit: refit && (await withCarry(store, refit)),
    sample: sampleOf(spec, plan, slot),
    evaluated: plan.heldOut !== null,
  };
}

async function decide(
  store: ObjectStore,
  spec: ScheduleSpec,
  state: SlotState,
  slot: string,
  dependencies: Dependencies,
): Promise<Decision> {
  const { table, below } = spec.refit;
  if (table !== null) {
    const bytes = await readTableSource(table, dependencies);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 !== state.fit.table)
      return { why: 'the table changed', refit: await planTableRefit(store, spec, { bytes, sha256, slot }) };
  }
  const { quality, refit: pending, fit } = state;
  if (below === null || quality === null || quality.value >= below)
    return { why: table === null ? 'as scheduled' : 'the table is unchanged', refit: null };
  const found = `the quality of the last output, ${quality.value.toFixed(2)}, was below the mark ${below}`;
  if (quality.refitted)
    return { why: `${found}, after a refit: it is not repeated until the table changes`, refit: null };
  const begun = pending?.cause === 'quality' && pending.table === fit.table ? pending : null;
  return { why: found, refit: begun ?? (await planQualityRefit(store, spec, fit, slot)) };
}

/**
 * A refit that an earlier slot began, with its latest checkpoint.
 *
 * @throws StoreError when that is damaged: a refit from its first step would fail at the same object when it saves its own.
 */
async function withCarry(
  store: ObjectStore,
  refit: NonNullable<OpenedSlot['refit']>,
): Promise<NonNullable<OpenedSlot['refit']>> {
  const latest = await latestCheckpoint(store, refit.runId);
  return latest ? { ...refit, carry: latest.carry } : refit;
}

function sampleOf({ name, rows, draw, distance, conditions }: ScheduleSpec, plan: RunPlan, slot: string): SlotSample {
  const { seed, inFlight, rowsPerRequest } = plan.options;
  const sampleId = slotSampleId(name, slot);
  return {
    ...{ sampleId, rows, draw, distance, conditions, inFlight, rowsPerRequest },
    seed: seedOf(seed, 'sample', sampleId),
  };
}
