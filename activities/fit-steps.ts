import { peopleBatches } from '../mallm/generator/few-shot-batch.js';
import { peopleOf } from '../mallm/table/people.js';
import type { Row } from '../mallm/table/dataset.js';
import type { FitState } from '../mallm/fit/fit-state.js';
import { bestPair, pairsInTheRunning, seenBy, startState } from '../mallm/fit/fit-state.js';
import { graphEditDistance } from '../mallm/theta/causal-structure.js';
import { edgesToBeginWith, firstParts } from '../mallm/fit/plan.js';
import { assertModelRows } from '../mallm/fit/model-yield.js';
import type { RunPlan, StoredRows } from '../mallm/fit/plan.js';
import type { Ref } from '../mallm/reference.js';
import { standingAfter } from '../mallm/fit/standing.js';
import type {
  FirstThetaResult,
  OfRun,
  SaveCheckpointInput,
  ScoreBatchInput,
  ScoreBatchResult,
} from '../workflows/activity-contract.js';
import { runKeys } from '../store/keys.js';
import { saveCheckpoint as putCheckpoint } from '../store/checkpoint.js';
import type { Dependencies } from './dependencies.js';
import { putState } from '../store/fit-pages.js';
import { getObject, putVersion } from '../store/object.js';
import type { ProposedTheta } from './propose-theta.js';
import type { ObjectStore } from '../store/object-store.js';

/** Rows of one θ that are scored again, at most. */
const ROWS_KEPT = 200;

/** The first θ of a fit, with its causal structure, and the empty state. Paper: §3.2.1; Listing 1, L1-3. */
export async function firstTheta(
  { openStore, compute }: Dependencies,
  { runId, store: url, plan: planRef }: OfRun,
): Promise<FirstThetaResult> {
  const store = openStore(url);
  const plan = await getObject<RunPlan>(store, planRef);
  const { options, schema } = plan;
  const edges =
    edgesToBeginWith(plan) ??
    (await compute.run('searchStructure', {
      schema,
      rows: await getObject<Row[]>(store, plan.train),
      seed: options.seed,
    }));
  const theta: ProposedTheta = {
    number: 0,
    parent: null,
    epoch: 0,
    batch: 0,
    ...firstParts(plan, edges),
    told: [],
    calls: [],
  };
  return {
    theta: await putVersion(store, runKeys(runId).theta(0), theta),
    state: await putVersion(store, runKeys(runId).firstState, startState(runId)),
  };
}

/**
 * Scores the candidates of a batch and all pairs in the running, by accuracy or by AUC, and saves a checkpoint. Paper:
 * Listing 1, L8-11.
 * @returns the fit after this step.
 */
export async function scoreBatch(dependencies: Dependencies, input: ScoreBatchInput): Promise<ScoreBatchResult> {
  const { carry } = input;
  const store = dependencies.openStore(input.store);
  const [plan, state] = await Promise.all([
    getObject<RunPlan>(store, input.plan),
    getObject<FitState>(store, carry.state),
  ]);
  const trainRows = await getObject<Row[]>(store, plan.train);
  const { options, schema } = plan;
  const isFirst = input.epoch === 1 && input.batch === 1;
  if (isFirst && !plan.allowWithoutModel) assertModelRows(carry, options);
  const candidates = await Promise.all(input.rows.map((candidate) => loadCandidate(store, state, candidate)));
  const { batchSize, seed } = options;
  const batches = peopleBatches(peopleOf(schema, trainRows), { batchSize, epoch: input.epoch, seed });
  const scored = await dependencies.compute.run('scoreIteration', {
    schema,
    options,
    trainRows,
    batch: batches[input.batch - 1]!.flat(),
    epoch: input.epoch,
    batchNumber: input.batch,
    candidates: candidates.map(({ pair, rows, asked }) => ({ pair, rows, asked })),
    earlier: options.score === 'auc' ? await earlierRows(store, state) : [],
    state,
  });
  const next = withBookkeeping(plan, { before: state, after: scored }, candidates, trainRows.length);
  const { runId, epoch, batch } = input;
  const ref = await putState(store, { runId, epoch, batch }, next);
  const result = { state: ref, ...standingAfter(state, next, carry.withoutGain) };
  await putCheckpoint(store, { ...input, carry: { ...carry, ...result } });
  return result;
}

/** A checkpoint of the fit between two batches. */
export function saveCheckpoint(
  { openStore }: Dependencies,
  { store, ...checkpoint }: SaveCheckpointInput,
): Promise<Ref> {
  return putCheckpoint(openStore(store), checkpoint);
}

interface LoadedCandidate {
  pair: { number: number; parent: number | null; epoch: number; batch: number; theta: Ref };
  proposed: ProposedTheta;
  rows: Row[];
  asked: number;
  stored: StoredRows[];
  refs: Ref[];
}

async function loadCandidate(
  store: ObjectStore,
  state: FitState,
  { theta, rows: refs }: ScoreBatchInput['rows'][number],
): Promise<LoadedCandidate> {
  const proposed = await getObject<ProposedTheta>(store, theta.ref);
  const stored = await Promise.all(refs.map((ref) => getObject<StoredRows>(store, ref)));
  const { number, parent, epoch, batch } = proposed;
  return {
    pair: { number, parent, epoch, batch, theta: theta.ref },
    proposed,
    rows: stored.flatMap(({ rows }) => rows),
    asked: stored.reduce((sum, { asked }) => sum + asked, 0),
    stored,
    refs,
  };
}

/** The newest rows of each θ in the running. */
function earlierRows(store: ObjectStore, { pairs, pool }: FitState): Promise<{ number: number; rows: Row[] }[]> {
  return Promise.all(
    pairsInTheRunning(pairs).map(async ({ number }) => {
      const rows: Row[] = [];
      for (const part of pool.filter((part) => part.number === number).reverse()) {
        if (rows.length >= ROWS_KEPT) break;
        rows.push(...(await getObject<StoredRows>(store, part.rows)).rows);
      }
      return { number, rows: rows.slice(0, ROWS_KEPT) };
    }),
  );
}

/** The pool of the refinement, what hosts have seen, and the distance to the true edges. */
function withBookkeeping(
  { options: { trueEdges } }: RunPlan,
  { before, after }: { before: FitState; after: FitState },
  candidates: LoadedCandidate[],
  trainRows: number,
): FitState {
  let { hosts } = after;
  const pool = [...after.pool];
  for (const { pair, stored, refs, proposed } of candidates) {
    const isNew = !before.pairs.some(({ number }) => number === pair.number);
    hosts = seenBy(
      hosts,
      'generator',
      stored.flatMap(({ calls }) => calls),
      trainRows,
    );
    if (isNew) hosts = seenBy(hosts, 'optimizer', proposed.calls, trainRows);
    const counted = after.pairs.some((scored) => scored.number === pair.number && scored.counted);
    if (counted) pool.push(...refs.map((rows) => ({ number: pair.number, rows })));
  }
  if (trueEdges === null) return { ...after, hosts, pool };
  const best = bestPair(after.pairs);
  const structure = candidates.find(({ pair }) => pair.number === best?.number)?.proposed.causalStructure;
  const distance = structure ? graphEditDistance(structure, trueEdges) : before.trajectory.at(-1)?.graphEditDistance;
  const last = { ...after.trajectory.at(-1)!, ...(distance === undefined ? {} : { graphEditDistance: distance }) };
  return { ...after, hosts, pool, trajectory: [...after.trajectory.slice(0, -1), last] };
}
