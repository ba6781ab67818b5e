import { createHash } from 'node:crypto';
import { parseTable } from '../../mallm/table/formats/read-table.js';
import type { Row, TableSchema } from '../../mallm/table/dataset.js';
import { TableError } from '../../mallm/errors.js';
import { shapeOf } from '../../mallm/fit/fit-shape.js';
import { splitTable } from '../../mallm/table/held-out.js';
import { parseFitOptions, type FitOptions } from '../../mallm/options.js';
import { rulesAfterProtection } from '../../mallm/rules/protected-rules.js';
import { withRules } from '../../mallm/rules/table-rules.js';
import type { RunPlan } from '../../mallm/fit/plan.js';
import { seedOf } from '../../mallm/random.js';
import { parseMetadata, toMetadata } from '../../mallm/table/inference/sdv-metadata.js';
import { identifiersOf } from '../../mallm/table/finished-rows.js';
import { protectTable } from '../../mallm/table/protection/protect-table.js';
import type { FitInUse, PlannedRefit, ScheduleSpec } from '../../workflows/schedule-contract.js';
import { runKeys } from '../../store/keys.js';
import { getObject, putVersion } from '../../store/object.js';
import type { ObjectStore } from '../../store/object-store.js';

/**
 * A fit of a table that has changed, as the first fit was made: same options and seed, columns of the same kinds, with
 * the labels, ranges and rules of the new training rows. The same table gives the same run, so that a refit that was cut off
 * goes on.
 *
 * @throws TableError when the table cannot be used: unreadable, other columns, too few rows.
 */
export async function planTableRefit(
  store: ObjectStore,
  spec: ScheduleSpec,
  { bytes, sha256, slot }: { bytes: Buffer; sha256: string; slot: string },
): Promise<PlannedRefit> {
  const before = await getObject<RunPlan>(store, spec.fit.plan);
  const table = await parseTable(bytes);
  const { header, dialect } = table;
  assertSameColumns(before.schema, header, spec.refit.table!);
  const { target } = before.schema;
  const metadata = parseMetadata(toMetadata(before.schema), header);
  const { heldOutShare: share } = spec.refit;
  const split = share === null ? null : { share, seed: before.options.seed };
  const { schema: typed, trainRows, heldOutRows } = splitTable(table, { target, metadata }, split);
  const { schema: found } = withRules(typed, trainRows, parseFitOptions(before.options));
  const protection = { minCount: before.options.minCount ?? 1, keep: before.keepColumns, seed: before.options.seed };
  const { leftOut, protections, ...protectedTable } = protectTable(found, trainRows, protection);
  const { schema, rows: train } = rulesAfterProtection(protectedTable);
  const runId = `${spec.fit.runId}-${shortHash(spec.prefix + sha256)}`;
  const heldOut = heldOutRows ? await putVersion(store, runKeys(runId).heldOut, heldOutRows) : before.heldOut;
  const plan = { ...before, schema, dialect, heldOut, protections, keysLeftOut: identifiersOf(schema, leftOut) };
  return plannedOf(store, { spec, plan, train, runId, slot, table: sha256, cause: 'table' });
}

/** Another fit of the same rows, with another seed: what the last output lacked, chance may give. */
export async function planQualityRefit(
  store: ObjectStore,
  spec: ScheduleSpec,
  { plan: ref, table }: FitInUse,
  slot: string,
): Promise<PlannedRefit> {
  const before = await getObject<RunPlan>(store, ref);
  const train = await getObject<Row[]>(store, before.train);
  const runId = `${spec.fit.runId}-${shortHash(`${spec.prefix} ${slot}`)}`;
  const plan = { ...before, options: { ...before.options, seed: seedOf(before.options.seed, 'refit', slot) } };
  return plannedOf(store, { spec, plan, train, runId, slot, table, cause: 'quality' });
}

async function plannedOf(
  store: ObjectStore,
  refit: {
    spec: ScheduleSpec;
    plan: RunPlan;
    train: Row[];
    runId: string;
    slot: string;
    table: string | null;
    cause: PlannedRefit['cause'];
  },
): Promise<PlannedRefit> {
  const { spec, train, runId, table, cause } = refit;
  const options: FitOptions = { ...refit.plan.options, ...spec.refit.budget };
  const plan: RunPlan = {
    ...refit.plan,
    runId,
    options,
    train: await putVersion(store, runKeys(runId).train, train),
  };
  return {
    ...{ cause, runId, table },
    name: spec.fit.name,
    createdAt: refit.slot,
    plan: await putVersion(store, runKeys(runId).plan, plan),
    shape: shapeOf(options, train.length),
  };
}

function assertSameColumns(schema: TableSchema, header: readonly string[], table: string): void {
  const names = schema.columns.map(({ name }) => name);
  const missing = names.find((name) => !header.includes(name));
  const added = header.find((name) => !names.includes(name));
  if (missing === undefined && added === undefined) return;
  throw new TableError({
    problem: `the columns of ${table} are no longer those of the fit`,
    expected: names.join(', '),
    got: missing === undefined ? `one more: ${added!}` : `no column ${missing}`,
    remedy: 'Fit the table anew with `mallm-gan fit`, and make a schedule of that fit.',
  });
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
