import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { getWholeFit } from '../store/fit-pages.js';
import { fit } from '../client/runs/fit.js';
import { requireRunRecord } from '../client/runs/run-folder.js';
import type { Config } from '../config/index.js';
import type { Row } from '../mallm/table/dataset.js';
import type { Rejections } from '../mallm/rejections.js';
import type { TrajectoryPoint } from '../mallm/fit/manifest.js';
import type { FitOptions } from '../mallm/options.js';
import type { RunPlan, StoredTheta } from '../mallm/fit/plan.js';
import { startCluster } from '../test/support/cluster.js';
import { getObject } from '../store/object.js';
import { storeOpener } from '../workers/stores.js';
import type { Split } from './quality-data.js';
import { readRowsOf } from './quality-data.js';

/** Rows of a fit, and its cost. */
export interface Fitted {
  rows: Row[];
  /** While fitting; drawing the released rows comes on top for a model's draw. */
  calls: number;
  tokens: number;
  drawCalls: number;
  drawTokens: number;
  /** Rows of the model that were valid while fitting, and those that were not, by reason. */
  accepted: number;
  rejections: Rejections;
  ended: string;
  trajectory: TrajectoryPoint[];
  context: string;
  /** Every θ that was tried, by its number; 0 is the first. */
  thetas: Map<number, StoredTheta>;
  /** Each θ's score; null where it does not count. */
  scores: Map<number, number | null>;
  winner: number;
}

/** A private Temporal server, a simulated model and a worker, for any number of fits one after another. */
export interface Bench {
  fit(split: Split, options: Partial<FitOptions>): Promise<Fitted>;
  close(): Promise<void>;
}

/**
 * Starts the product as a user's cluster would have it; everything of it is gone after `close`.
 * @param models real endpoints in place of the simulated model; a role without one stays simulated.
 */
export async function openBench(models?: Config['models']): Promise<Bench> {
  const cluster = await startCluster();
  if (models) Object.assign(cluster.config.models, models);
  await cluster.startWorker();
  const openStore = storeOpener(cluster.config);
  let fits = 0;
  return {
    async fit(split, options) {
      const out = join(cluster.folder, `fit-${fits++}`);
      const { manifest } = await fit({
        ...options,
        table: split.path,
        target: split.target,
        out,
        config: cluster.config,
      });
      const { fitted, store, plan } = await requireRunRecord(out);
      const { spending, best, state, ended, accepted, rejections } = fitted!;
      const runStore = openStore(store);
      const { pairs, trajectory } = await getWholeFit(runStore, state);
      const thetas = await Promise.all(pairs.map(({ theta }) => getObject<StoredTheta>(runStore, theta)));
      const tokens = spending.promptTokens + spending.completionTokens;
      const result: Fitted = {
        rows: manifest.rows.released > 0 ? await readRowsOf(split, join(out, 'synthetic.csv')) : [],
        calls: spending.calls,
        tokens,
        drawCalls: manifest.calls - spending.calls,
        drawTokens: manifest.tokens.prompt + manifest.tokens.completion - tokens,
        ...{ accepted, rejections, ended },
        trajectory,
        context: (await getObject<RunPlan>(runStore, plan)).context,
        thetas: new Map(pairs.map(({ number }, place) => [number, thetas[place]!])),
        scores: new Map(pairs.map(({ number, adjustedScore }) => [number, adjustedScore])),
        winner: best.number,
      };
      await rm(out, { recursive: true, force: true });
      return result;
    },
    close: () => cluster.close(),
  };
}
