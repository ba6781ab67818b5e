import { createHash } from 'node:crypto';
import type { Row } from '../mallm/table/dataset.js';
import type { RunPlan } from '../mallm/fit/plan.js';
import { fitDistanceRule } from '../mallm/refinement/row-distance.js';
import { addSpending } from '../mallm/fit/spending.js';
import { sumRejections } from '../mallm/rejections.js';
import type { AssembleTableInput, AssembleTableResult, OfShard } from '../workflows/activity-contract.js';
import type { Part, ShardResult } from '../workflows/contract.js';
import type { WrittenRows } from './compute-tasks.js';
import type { Dependencies } from './dependencies.js';
import { countRepeats, fingerprintSet, fingerprintsOf } from './fingerprints.js';
import { sampleKeys, versionKey } from '../store/keys.js';
import { findObject, getBytes, getObject, putBytes, putVersion } from '../store/object.js';
import type { ObjectStore } from '../store/object-store.js';

/** Small objects read at once. */
const READ_AT_ONCE = 16;
/** Most reasons of a shortfall that are named. */
const MOST_REASONS = 3;

/** Writes the rows of a shard as a part. */
export async function putPart(
  store: ObjectStore,
  { runId, sampleId, shard, round }: Omit<OfShard, 'store' | 'plan' | 'first' | 'rows'> & { round?: number },
  { csv, rows, people, fingerprints, rules }: WrittenRows,
): Promise<Part> {
  const content = Buffer.from(csv);
  const hash = createHash('sha256').update(content).digest('hex');
  const key = sampleKeys(runId, sampleId).part(shard, round);
  const [ref, marks] = await Promise.all([
    putBytes(store, versionKey(key, hash, '.csv'), content),
    putBytes(store, versionKey(key, hash, '.fingerprints'), Buffer.from(fingerprints)),
  ]);
  const counted = people === undefined ? {} : { people };
  return { ref, rows, ...counted, fingerprints: marks, ...(rules && { rules }) };
}

/** Stores the result of a shard: asked for again, on any server, it is taken from the store. */
export async function putShard(store: ObjectStore, shard: OfShard, result: ShardResult): Promise<void> {
  await store.put(shardKey(shard), Buffer.from(JSON.stringify(result)));
}

/** What came of a shard, if it was drawn before. */
export async function findShard(store: ObjectStore, shard: OfShard): Promise<ShardResult | undefined> {
  return findObject<ShardResult>(store, shardKey(shard));
}

/** References of the fingerprints of all shards before this one. */
export async function fingerprintsBefore(store: ObjectStore, shard: OfShard): Promise<Uint8Array[]> {
  const { shards } = sampleKeys(shard.runId, shard.sampleId);
  const all: Uint8Array[] = [];
  for await (const { key } of store.list(shards)) {
    if (key >= shardKey(shard)) break;
    const earlier = await findObject<ShardResult>(store, key);
    if (earlier) all.push(await getBytes(store, earlier.part.fingerprints));
  }
  return all;
}

/**
 * Puts the parts of a table in order and takes stock of it from what is stored: rows, reasons, copies of training rows,
 * rows that occur in it twice, also across parts. Memory does not grow with the number of rows.
 */
export async function assembleTable(
  { openStore }: Dependencies,
  input: AssembleTableInput,
): Promise<AssembleTableResult> {
  const store = openStore(input.store);
  const results = await shardResults(store, input);
  const plan = await getObject<RunPlan>(store, input.plan);
  const trainRows = await getObject<Row[]>(store, plan.train);
  const parts = results.map(({ part }) => part);
  const repeats = await countRepeats(
    parts.map(({ rows, fingerprints }) => ({ rows, read: () => getBytes(store, fingerprints) })),
    fingerprintSet([fingerprintsOf(plan.schema, trainRows)]),
  );
  const released = parts.reduce((sum, { rows }) => sum + rows, 0);
  const counted = parts.reduce((sum, { rows, people }) => sum + (people ?? rows), 0);
  return {
    parts: await putVersion(store, sampleKeys(input.runId, input.sampleId).parts, parts),
    asked: input.people ? released : input.rows,
    released,
    rejections: sumRejections(...results.map(({ rejections }) => rejections)),
    shortfall: counted < input.rows ? shortfallOf(results, counted, input) : null,
    repeats: { ...repeats, byNature: fitDistanceRule(plan.schema, trainRows, 'off').repeatsByNature },
    spending: addSpending(...results.map(({ spending }) => spending)),
  };
}

async function shardResults(store: ObjectStore, input: AssembleTableInput): Promise<ShardResult[]> {
  const { rows, rowsPerShard, shards, ...table } = input;
  const results: ShardResult[] = [];
  for (let from = 0; from < shards; from += READ_AT_ONCE) {
    const next = Array.from({ length: Math.min(READ_AT_ONCE, shards - from) }, (_, i) => from + i);
    const read = next.map((shard) => {
      const first = shard * rowsPerShard;
      return findShard(store, { ...table, shard, first, rows: Math.min(rowsPerShard, rows - first) });
    });
    for (const [i, result] of (await Promise.all(read)).entries()) {
      if (!result) throw new Error(`part ${next[i]} of the table is not in the store`);
      results.push(result);
    }
  }
  return results;
}

/** Why rows are missing: each reason once, with the number of parts that it held for. */
function shortfallOf(
  results: readonly ShardResult[],
  counted: number,
  { rows, people, stopped }: AssembleTableInput,
): string {
  const missing = people ? `${rows - counted} of ${rows} people are missing: ` : '';
  const parts = new Map<string, number>();
  for (const { shortfall } of results) if (shortfall !== null) parts.set(shortfall, (parts.get(shortfall) ?? 0) + 1);
  if (parts.size === 0 && stopped) return `${missing}stopped on request`;
  const told = [...parts].slice(0, MOST_REASONS);
  const reasons = told.map(([reason, count]) =>
    results.length > 1 ? `${reason} (${count} of ${results.length} parts)` : reason,
  );
  if (parts.size > told.length) reasons.push(`${parts.size - told.length} more reasons`);
  return missing + reasons.join('; ');
}

function shardKey({ runId, sampleId, first, rows }: OfShard): string {
  return sampleKeys(runId, sampleId).shard(first, rows);
}
