import { getScheduleSpec } from '../../output/schedule-spec.js';
import { createHash } from 'node:crypto';
import type { EvaluationWithBaselines } from '../../mallm/evaluation/result.js';
import type { Manifest } from '../../mallm/fit/manifest.js';
import type { RunPlan } from '../../mallm/fit/plan.js';
import { qualityOf } from '../../mallm/evaluation/quality.js';
import type { ScheduleSpec, SlotOutput, WriteOutputInput } from '../../workflows/schedule-contract.js';
import type { Dependencies } from '../dependencies.js';
import { getObject } from '../../store/object.js';
import { findOutput, moveLatest, outputOf } from '../../output/schedule-outputs.js';
import type { ObjectStore } from '../../store/object-store.js';
import { describingFiles, MANIFEST } from '../../output/run-files.js';
import { tableContent } from '../../output/table-content.js';
import { slotName } from '../../store/keys.js';

/**
 * Writes the output of a slot into a folder of its own: table, θ, report, evaluation, and last the manifest, which is
 * what makes it an output. Then `latest` moves on to it. One that is finished is never written again.
 * Memory: the table, once.
 */
export async function writeOutput({ openStore, compute }: Dependencies, input: WriteOutputInput): Promise<SlotOutput> {
  const store = openStore(input.store);
  const spec = await getScheduleSpec(store, input.spec);
  const out = openStore(spec.out);
  let output = await findOutput(out, spec, input.slot);
  if (!output) {
    const { manifest, files } = await filesOf(store, spec, input, (report) => compute.run('renderReport', report));
    output = outputOf(out, input.slot, await writeFiles(out, input.slot, files, manifest));
  }
  // Nothing to be had is no table to point others at.
  if (output.rows > 0) await moveLatest(out, spec.name, input.slot);
  return output;
}

async function filesOf(
  store: ObjectStore,
  { name, format = 'csv' }: ScheduleSpec,
  input: WriteOutputInput,
  render: Parameters<typeof describingFiles>[2],
): Promise<{ manifest: Manifest; files: [string, Buffer][] }> {
  const { fit, drawn, sample, evaluated, finishedAt, slot, outcome, why } = input;
  const plan = await getObject<RunPlan>(store, fit.plan);
  const stored = evaluated && (await getObject<EvaluationWithBaselines>(store, evaluated));
  const run = { runId: fit.runId, name: fit.name, createdAt: fit.createdAt, plan };
  const results = { run, fitted: fit.fitted, drawn, spec: sample, evaluated, finishedAt };
  const { files, manifest } = await describingFiles(store, results, render);
  const table: Uint8Array[] = [];
  for await (const bytes of tableContent(store, plan, drawn, { format, conditions: sample.conditions }))
    table.push(bytes);
  const quality = stored && qualityOf(stored.evaluation);
  return {
    manifest: { ...manifest, format, schedule: { name, slot, outcome, why, quality } },
    files: [
      [`synthetic.${format}`, Buffer.concat(table)],
      ...files.map(([file, text]): [string, Buffer] => [file, Buffer.from(text)]),
    ],
  };
}

async function writeFiles(
  out: ObjectStore,
  slot: string,
  files: [string, Buffer][],
  manifest: Manifest,
): Promise<Manifest> {
  const hashes: Record<string, string> = {};
  for (const [name, content] of files) {
    // What a try before left here is not yet an output, and may be of another version of this project.
    await out.put(`${slotName(slot)}/${name}`, content);
    hashes[name] = createHash('sha256').update(content).digest('hex');
  }
  const whole = { ...manifest, files: hashes };
  const body = Buffer.from(`${JSON.stringify(whole, null, 2)}\n`);
  await out.put(`${slotName(slot)}/${MANIFEST}`, body, { ifAbsent: true });
  return whole;
}
