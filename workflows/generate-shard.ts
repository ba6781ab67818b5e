import { computeActivities } from './activity-proxies.js';
import type { RefinedShardInput, ShardResult } from './contract.js';

/** One shard of a generated table, drawn from the refined generator. */
export async function generateShard(input: RefinedShardInput): Promise<ShardResult> {
  const { store, runId, sampleId, plan, generator, shard, first, rows, people, conditions, seed } = input;
  return computeActivities().drawShard({
    ...{ store, runId, sampleId, plan, generator },
    ...{ shard, first, rows, conditions, seed, ...(people ? { people } : {}) },
  });
}
