import { widenSchema } from '../mallm/conditions/condition-parser.js';
import type { Row } from '../mallm/table/dataset.js';
import { identifiersOf } from '../mallm/table/finished-rows.js';
import { RunError } from '../mallm/errors.js';
import type { FitState } from '../mallm/fit/fit-state.js';
import { bestPair } from '../mallm/fit/fit-state.js';
import type { RunPlan, StoredRows, StoredTheta } from '../mallm/fit/plan.js';
import { seedOf } from '../mallm/random.js';
import type { Ref } from '../mallm/reference.js';
import { GENERATOR_VERSION, type RefinedGenerator } from '../mallm/refinement/generator.js';
import type { RefinementInput } from '../mallm/refinement/refinement.js';
import { nothingSpent } from '../mallm/fit/spending.js';
import type {
  CloseShardInput,
  CurateRowsInput,
  CurateRowsResult,
  DrawShardInput,
  OfShard,
  PrepareGeneratorInput,
} from '../workflows/activity-contract.js';
import type { ShardResult } from '../workflows/contract.js';
import type { Dependencies } from './dependencies.js';
import { runKeys, sampleKeys } from '../store/keys.js';
import { getWholeFit } from '../store/fit-pages.js';
import { findRef, getObject, putObject, putVersion } from '../store/object.js';
import type { ObjectStore } from '../store/object-store.js';
import { findShard, fingerprintsBefore, putPart, putShard } from './table-parts.js';

/** Model rows in the pool at most, as a multiple of the training rows: newest first, those of the best θ before all. */
const POOL_LIMIT = 10;

/**
 * Fits the refined generator on the training rows and on the model's rows of the fit; once for each distance and way of
 * drawing. A generator of an older form is not read: it is fitted anew from the stored rows.
 */
export async function prepareGenerator(
  { openStore, compute }: Dependencies,
  input: PrepareGeneratorInput,
): Promise<Ref> {
  const store = openStore(input.store);
  const form = `v${GENERATOR_VERSION}-${input.distance}${input.sharpen ? '-sharpened' : ''}`;
  const key = runKeys(input.runId).refinedGenerator(input.state.sha256, form);
  const known = await findRef(store, key);
  if (known) return known;
  const [plan, state] = await Promise.all([getObject<RunPlan>(store, input.plan), getWholeFit(store, input.state)]);
  const trainRows = await getObject<Row[]>(store, plan.train);
  const best = bestPair(state.pairs);
  const theta = best ? await getObject<StoredTheta>(store, best.theta) : null;
  const generator = await compute.run('fitRefinedGenerator', {
    schema: plan.schema,
    trainRows,
    ...(await poolOf(store, state, best?.number ?? null, POOL_LIMIT * trainRows.length)),
    edges: theta?.causalStructure ?? [],
    distance: input.distance,
    sharpened: input.sharpen ?? false,
    seed: seedOf(plan.options.seed, 'refine'),
  });
  return putObject(store, key, generator);
}

/** Draws one shard from the refined generator and writes it as a part; one that was drawn before is not drawn again. */
export async function drawShard({ openStore, compute }: Dependencies, input: DrawShardInput): Promise<ShardResult> {
  const store = openStore(input.store);
  const known = await findShard(store, input);
  if (known) return known;
  const [plan, generator] = await Promise.all([
    getObject<RunPlan>(store, input.plan),
    getObject<RefinedGenerator>(store, input.generator),
  ]);
  if (generator.version !== GENERATOR_VERSION) throw oldGenerator(generator);
  const { written, rejections, shortfall } = await compute.run('drawPart', {
    generator,
    schema: widenSchema(plan.schema, input.conditions),
    dialect: plan.dialect,
    keys: await keysOfData(store, plan),
    count: input.rows,
    people: input.people ?? false,
    first: input.first,
    identifierSeed: input.seed,
    seed: seedOf(input.seed, 'shard', input.shard),
    conditions: input.conditions,
  });
  const result = { part: await putPart(store, input, written), rejections, shortfall, spending: nothingSpent };
  await putShard(store, input, result);
  return result;
}

/** The keys of all real rows, held-out ones included: none of them is given to a synthetic row. */
async function keysOfData(
  store: ObjectStore,
  { schema, train, heldOut, keysLeftOut = {} }: RunPlan,
): Promise<Record<string, string[]>> {
  if (!schema.columns.some(({ kind }) => kind === 'identifier')) return {};
  const rows = await Promise.all(
    [train, heldOut].filter((ref) => ref !== null).map((ref) => getObject<Row[]>(store, ref)),
  );
  const keys = Object.entries(identifiersOf(schema, rows.flat()));
  return Object.fromEntries(keys.map(([name, own]) => [name, [...own, ...(keysLeftOut[name] ?? [])]]));
}

function oldGenerator({ version }: { version: number }): RunError {
  return new RunError({
    problem: 'this draw was begun with the refined generator of an older version',
    expected: `form ${GENERATOR_VERSION}`,
    got: `form ${version}`,
    remedy: 'Begin another draw, with another number of rows or another --seed: its generator is fitted anew.',
  });
}

/** What is known of a shard that is asked of the model: its full part, or one without rows to begin with. */
export async function openShard({ openStore }: Dependencies, input: OfShard): Promise<ShardResult> {
  const store = openStore(input.store);
  const known = await findShard(store, input);
  if (known && (known.part.people ?? known.part.rows) >= input.rows) return known;
  const part = await putPart(store, input, {
    csv: '',
    rows: 0,
    ...(input.people ? { people: 0 } : {}),
    fingerprints: new Uint8Array(),
  });
  return { part, rejections: {}, shortfall: null, spending: nothingSpent };
}

/** Keeps what came of a shard that was asked of the model. */
export async function closeShard({ openStore }: Dependencies, input: CloseShardInput): Promise<void> {
  const { result, ...shard } = input;
  await putShard(openStore(input.store), shard, result);
}

/** Adds a round's rows to those kept, drops what may not be released, and writes the part anew. */
export async function curateRows(
  { openStore, compute }: Dependencies,
  input: CurateRowsInput,
): Promise<CurateRowsResult> {
  const store = openStore(input.store);
  const plan = await getObject<RunPlan>(store, input.plan);
  const [trainRows, kept, stored] = await Promise.all([
    getObject<Row[]>(store, plan.train),
    input.kept ? getObject<Row[]>(store, input.kept) : Promise.resolve([]),
    Promise.all(input.given.map((ref) => getObject<StoredRows>(store, ref))),
  ]);
  const curated = await compute.run('curatePart', {
    schema: widenSchema(plan.schema, input.conditions),
    dialect: plan.dialect,
    trainRows,
    keys: await keysOfData(store, plan),
    kept,
    rows: stored.flatMap(({ rows }) => rows),
    conditions: input.conditions,
    distance: input.distance,
    wanted: input.rows,
    people: input.people ?? false,
    elsewhere: await fingerprintsBefore(store, input),
    first: input.first,
    identifierSeed: input.seed,
    seed: seedOf(input.seed, 'curate', input.shard),
  });
  const { runId, sampleId, shard, round } = input;
  return {
    kept: await putVersion(store, sampleKeys(runId, sampleId).kept(shard, round), curated.kept),
    part: await putPart(store, input, curated.written),
    rejections: curated.rejections,
  };
}

/** The model's rows of a fit with what their prompts showed, those of the best θ first, then newest first. */
async function poolOf(
  store: ObjectStore,
  state: FitState,
  best: number | null,
  limit: number,
): Promise<Required<Pick<RefinementInput, 'modelRows' | 'shown'>>> {
  const newestFirst = [...state.pool].reverse();
  const ordered = [...newestFirst.filter((p) => p.number === best), ...newestFirst.filter((p) => p.number !== best)];
  const rows: PoolRow[] = [];
  for (const { rows: ref } of ordered) {
    if (rows.length >= limit) break;
    rows.push(...poolRows(await getObject<StoredRows>(store, ref)));
  }
  const pool = rows.slice(0, limit);
  return { modelRows: pool.map(({ row }) => row), shown: pool.map(({ shown }) => shown) };
}

interface PoolRow {
  row: Row;
  /** Null in runs of an older version. */
  shown: number[] | null;
}

/** The rows of a group of calls, each with the training rows that its prompt showed. */
function poolRows({ rows, calls }: StoredRows): PoolRow[] {
  if (calls.some((call) => call.rows === undefined)) return rows.map((row) => ({ row, shown: null }));
  let first = 0;
  return calls.flatMap(({ rows: count = 0, unplaced = [], shown }) => {
    const own = [...rows.slice(first, (first += count)), ...unplaced];
    return own.map((row) => ({ row, shown }));
  });
}
