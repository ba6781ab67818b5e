import type { Row, TableSchema } from '../table/dataset.js';
import { startDiscriminator, updateDiscriminator } from '../discriminator/discriminator.js';
import type { DiscriminatorState } from '../discriminator/discriminator.js';
import { fitEncoder } from '../discriminator/encoding.js';
import type { Encoder } from '../discriminator/encoding.js';
import { compareRows } from '../optimizer/feedback.js';
import { batchesOf } from '../generator/few-shot-batch.js';
import type { FitState, HeldOut, Pair } from './fit-state.js';
import { bestPair, pairsInTheRunning } from './fit-state.js';
import type { FitOptions } from '../options.js';
import { createRandom, seedOf } from '../random.js';
import { accuracyScore, outOfFoldScores } from '../discriminator/score.js';

/** Fewest synthetic rows that can be scored. */
const FEWEST_ROWS = 5;

/** Rows that a candidate θ gave in this iteration. A θ may be asked again in a later one. */
export interface ScoredCandidate {
  pair: Pick<Pair, 'number' | 'parent' | 'epoch' | 'batch' | 'theta'>;
  rows: Row[];
  asked: number;
}

export interface Iteration {
  schema: TableSchema;
  options: FitOptions;
  trainRows: Row[];
  /** The batch's real rows, by index into the training rows. */
  batch: number[];
  epoch: number;
  batchNumber: number;
  candidates: ScoredCandidate[];
  /** Rows of earlier iterations that `score: 'auc'` scores again, a θ an entry. */
  earlier: { number: number; rows: Row[] }[];
  state: FitState;
}

/**
 * One pass of Listing 1, L8-11: the discriminator learns from this batch, every candidate is scored by it, and all
 * earlier pairs that are still in the running are scored again on their own held-out rows.
 *
 * With `score: 'auc'` all of them are scored out of fold by one classifier, on all their rows, against all training rows.
 * Departs: on 20 rows the published score has a standard deviation of 0.10.
 */
export function scoreIteration(iteration: Iteration): FitState {
  const { options, state, candidates } = iteration;
  const counted = candidates.map(
    ({ rows, asked }) => rows.length >= Math.max(FEWEST_ROWS, options.minValidShare * asked),
  );
  const encoder = fitEncoder(iteration.schema, iteration.trainRows);
  const next =
    options.score === 'auc' ? scoreTogether(iteration, encoder, counted) : scoreOnHeldOut(iteration, encoder, counted);
  const best = bestPair(next.pairs);
  const isNew = ({ number }: { number: number }): boolean => !state.pairs.some((pair) => pair.number === number);
  const fresh = candidates.filter(({ pair }) => isNew(pair) || candidates.length === 1);
  const score = bestPair(next.pairs.filter(({ number }) => fresh.some(({ pair }) => number === pair.number)));
  const point = {
    epoch: iteration.epoch,
    batch: iteration.batchNumber,
    score: score?.score ?? 1,
    ...(score?.interval ? { interval: score.interval } : {}),
    best: best?.adjustedScore ?? 1,
    bestTheta: best?.number ?? fresh[0]?.pair.number ?? 0,
    theta: score?.number ?? fresh[0]?.pair.number ?? 0,
    accepted: sum(candidates.map(({ rows }) => rows.length)),
    rejected: sum(candidates.map(({ rows, asked }) => Math.max(0, asked - rows.length))),
  };
  return { ...next, feedback: feedbackOf(iteration, next, best), trajectory: [...state.trajectory, point] };
}

/** One score for all the rows of each θ, by the same classifier. A round that does not count leaves a θ as it stood. */
function scoreTogether(iteration: Iteration, encoder: Encoder, counted: boolean[]): FitState {
  const { candidates, earlier, state, options, trainRows } = iteration;
  const rowsOf = new Map(earlier.map(({ number, rows }) => [number, rows]));
  const pairs = [...state.pairs];
  candidates.forEach(({ pair, rows, asked }, index) => {
    if (counted[index]) rowsOf.set(pair.number, [...(rowsOf.get(pair.number) ?? []), ...rows]);
    else if (rowsOf.has(pair.number)) return;
    addPair(pairs, { ...pair, ...scored(null), validShare: rows.length / asked, counted: counted[index]! });
  });
  const seed = seedOf(options.seed, 'score', stepOf(iteration));
  const numbers = [...rowsOf.keys()].sort((a, b) => a - b);
  const groups = numbers.map((number) => rowsOf.get(number)!);
  const scores = outOfFoldScores(options.discriminator, encoder, trainRows, groups, seed);
  const before = new Map(state.pairs.map(({ number, score }) => [number, score]));
  const rescoredPairs = pairs.map((pair): Pair => {
    const score = scores[numbers.indexOf(pair.number)];
    // A pair whose rows are no longer kept is out of the running for good.
    if (!score) return { ...pair, adjustedScore: null };
    return { ...pair, ...scored(score), score: before.get(pair.number) ?? score.value };
  });
  return { ...state, pairs: rescoredPairs };
}

/** Steps before this one. */
function stepOf({ options, trainRows, epoch, batchNumber }: Iteration): number {
  return (epoch - 1) * batchesOf(trainRows.length, options.batchSize) + batchNumber - 1;
}

function scoreOnHeldOut(iteration: Iteration, encoder: Encoder, counted: boolean[]): FitState {
  const { candidates, state, options, trainRows, batch } = iteration;
  const splits = candidates.map((candidate) => splitCandidate(candidate, batch, options));
  let discriminator =
    state.discriminator ?? startDiscriminator(options.discriminator, encoder, seedOf(options.seed, 'discriminator'));
  splits.forEach(({ train }, index) => {
    if (!counted[index]) return;
    discriminator = updateDiscriminator(discriminator, rowsAt(trainRows, train.real), train.synthetic);
  });
  const heldOut: Record<number, HeldOut> = { ...state.heldOut };
  const pairs = state.pairs.map((pair) => rescored(pair, heldOut[pair.number], discriminator, trainRows));
  candidates.forEach(({ pair, rows, asked }, index) => {
    const { test } = splits[index]!;
    const score = counted[index] ? accuracyScore(discriminator, rowsAt(trainRows, test.real), test.synthetic) : null;
    if (score) heldOut[pair.number] = test;
    addPair(pairs, { ...pair, ...scored(score), validShare: rows.length / asked, counted: counted[index]! });
  });
  return { ...state, pairs, discriminator, heldOut: keptHeldOut(heldOut, pairs) };
}

/** 80 % of the batch to learn from, 20 % to be scored on, real and synthetic alike. */
function splitCandidate(
  { pair, rows }: ScoredCandidate,
  batch: number[],
  { discriminatorTestShare, seed }: FitOptions,
): { train: HeldOut; test: HeldOut } {
  const random = createRandom(seedOf(seed, 'split', pair.epoch, pair.batch, pair.number));
  const real = random.shuffle(batch);
  const synthetic = random.shuffle(rows);
  const realTest = Math.max(1, Math.round(discriminatorTestShare * real.length));
  const syntheticTest = Math.max(1, Math.round(discriminatorTestShare * synthetic.length));
  return {
    test: { real: real.slice(0, realTest), synthetic: synthetic.slice(0, syntheticTest) },
    train: { real: real.slice(realTest), synthetic: synthetic.slice(syntheticTest) },
  };
}

function rescored(pair: Pair, heldOut: HeldOut | undefined, discriminator: DiscriminatorState, trainRows: Row[]): Pair {
  if (!pair.counted) return pair;
  // A pair whose held-out rows are no longer kept is out of the running for good.
  if (!heldOut) return { ...pair, adjustedScore: null };
  const { value } = accuracyScore(discriminator, rowsAt(trainRows, heldOut.real), heldOut.synthetic);
  return { ...pair, adjustedScore: value };
}

function keptHeldOut(heldOut: Record<number, HeldOut>, pairs: Pair[]): Record<number, HeldOut> {
  const kept = pairsInTheRunning(pairs).flatMap(({ number }) => (heldOut[number] ? [[number, heldOut[number]]] : []));
  return Object.fromEntries(kept) as Record<number, HeldOut>;
}

function feedbackOf(
  { options, schema, trainRows, candidates, earlier }: Iteration,
  state: FitState,
  best: Pair | null,
): FitState['feedback'] {
  // Only the optimizer is told.
  if (!options.feedback || !options.optimizer || best === null) return null;
  const before = earlier.find(({ number }) => number === best.number)?.rows ?? [];
  const rows = [...before, ...(candidates.find(({ pair }) => pair.number === best.number)?.rows ?? [])];
  return rows.length > 0 ? { of: best.number, feedback: compareRows(schema, trainRows, rows) } : state.feedback;
}

/** A θ that is generated from again replaces its own pair. */
function addPair(pairs: Pair[], pair: Pair): void {
  const index = pairs.findIndex(({ number }) => number === pair.number);
  if (index < 0) pairs.push(pair);
  else pairs[index] = pair;
}

function scored(
  score: { value: number; interval: [number, number] } | null,
): Pick<Pair, 'score' | 'adjustedScore' | 'interval'> {
  return { score: score?.value ?? null, adjustedScore: score?.value ?? null, interval: score?.interval ?? null };
}

function rowsAt(rows: Row[], indexes: number[]): Row[] {
  return indexes.map((index) => rows[index]!);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
