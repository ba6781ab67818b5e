import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../store/open-store.js';
import type { ObjectStore } from '../../store/object-store.js';
import { createRandom, seedOf } from '../../mallm/random.js';
import { openWorkplace } from '../support/command-line.js';
import { loggedCalls } from '../support/site.js';
import type { CallCounts, Differences } from './audit.js';
import { compare, countCalls } from './audit.js';
import type { Finished, Fit, TableName } from './fits.js';
import { finish } from './fits.js';
import type { Kills } from './killing.js';
import { startKilling } from './killing.js';
import type { Production } from './processes.js';
import { startProduction } from './processes.js';

export interface ChaosOptions {
  tables: TableName[];
  kills: number;
  /** Seed of the first round of fits, and of what is killed when. */
  seed: number;
  latencyMs: number;
  log: (line: string) => void;
}

export interface ChaosResult {
  kills: Kills;
  rounds: number;
  fits: (Fit & { finished: Finished; differences: Differences })[];
  calls: CallCounts;
  seconds: number;
}

/**
 * Fits tables, round by round and all of a round at once, while processes are killed; then each once more undisturbed,
 * on the same servers, and holds the two beside each other. Takes as many rounds as the kills need.
 */
export async function chaos(options: ChaosOptions): Promise<ChaosResult> {
  const place = await openWorkplace();
  const production = await startProduction(place, options.latencyMs);
  try {
    options.log(`S3 server: ${production.s3Kind}`);
    const began = Date.now();
    const killing = startKilling({
      victims: production.victims,
      wanted: options.kills,
      random: createRandom(seedOf(options.seed, 'chaos')),
      answered: () => statSync(production.callLog).size,
    });
    const run = (fit: Fit, under: string): Promise<Finished> => finish(place, fit, production.env, under);
    const disturbed: (Fit & { finished: Finished })[] = [];
    let rounds = 0;
    while (rounds === 0 || killing.made < options.kills) {
      const seed = options.seed + rounds++;
      const fits = options.tables.map((table) => ({ table, seed }));
      disturbed.push(...(await Promise.all(fits.map(async (fit) => ({ ...fit, finished: await run(fit, 'killed') })))));
      options.log(`round ${rounds}: ${JSON.stringify(killing.kills)}, ${Math.round((Date.now() - began) / 1000)} s`);
    }
    await killing.done;
    const seconds = Math.round((Date.now() - began) / 1000);
    const store = storeOf(production);
    const runIds = disturbed.map(({ finished }) => finished.runId);
    const calls = await countCalls(store, runIds, loggedCalls(production.callLog));
    await production.setLatency(0, join(place.folder, 'calm.jsonl'));
    const fits: ChaosResult['fits'] = [];
    for (let first = 0; first < disturbed.length; first += options.tables.length) {
      const ofRound = disturbed.slice(first, first + options.tables.length);
      const calm = await Promise.all(ofRound.map((fit) => run(fit, 'calm')));
      for (const [index, fit] of ofRound.entries())
        fits.push({ ...fit, differences: await compare(store, fit.finished, calm[index]!) });
    }
    return { kills: killing.kills, rounds, fits, calls, seconds };
  } finally {
    await production.close();
    await place.close();
  }
}

function storeOf({ env }: Production): ObjectStore {
  const s3 = {
    endpoint: env.AWS_ENDPOINT_URL_S3!,
    region: env.AWS_REGION!,
    accessKeyId: env.AWS_ACCESS_KEY_ID!,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY!,
  };
  return openStore(env.MALLM_STORE!, { s3 });
}
