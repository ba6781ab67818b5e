import type { Row, TableSchema } from '../table/dataset.js';
import { fitEncoder } from '../discriminator/encoding.js';
import type { Difference, Score } from '../discriminator/score.js';
import { accuracyDifference, scoreByAccuracy } from '../discriminator/score-by-accuracy.js';
import { scoreByAuc } from '../discriminator/score-by-auc.js';
import { compareRows } from '../optimizer/feedback.js';
import { batchesOf } from '../generator/few-shot-batch.js';
import type { FitState, Pair } from './fit-state.js';
import { bestPair, firstPair, pairsInTheRunning } from './fit-state.js';
import type { FitOptions } from '../options.js';
import { seedOf } from '../random.js';

/** Fewest synthetic rows that can be scored. */
const FEWEST_ROWS = 5;

/** Rows of a candidate θ that are new in this iteration. A θ may be generated from again in a later one. */
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

/** What either strategy says of an iteration. */
interface Outcome {
  /** By number of θ, all by the same classifier; empty when that was blind for every candidate. */
  scores: ReadonlyMap<number, Score>;
  /** Candidates that a blind classifier left without a score. */
  blind: ReadonlySet<number>;
  difference(from: number, to: number): Difference;
  /** What the strategy carries to the next iteration. */
  carried: Partial<Pick<FitState, 'discriminator' | 'heldOut'>>;
}

/**
 * One pass of Listing 1, L8-11: the candidates are scored, and all earlier pairs in the running are scored again by the
 * same classifier: by accuracy, as published, or by AUC. When the classifier was blind, earlier scores stay as they are
 * and the candidates do not count.
 */
export function scoreIteration(iteration: Iteration): FitState {
  const { options, state, candidates } = iteration;
  const scorable = candidates.filter(
    ({ rows, asked }) => rows.length >= Math.max(FEWEST_ROWS, options.minValidShare * asked),
  );
  const outcome = options.score === 'auc' ? byAuc(iteration, scorable) : byAccuracy(iteration, scorable);
  const pairs = scoredPairs(iteration, outcome, scorable);
  const next = {
    ...state,
    scoredBy: options.score,
    ...outcome.carried,
    pairs,
    firstAndBest: outcome.scores.size > 0 ? compareFirstAndBest(pairs, outcome) : (state.firstAndBest ?? null),
  };
  return {
    ...next,
    heldOut: keptHeldOut(next),
    feedback: feedbackOf(iteration, next),
    trajectory: [...state.trajectory, pointOf(iteration, pairs, outcome)],
  };
}

function byAccuracy({ options, schema, trainRows, batch, state }: Iteration, scorable: ScoredCandidate[]): Outcome {
  const { discriminator, heldOut, scores, blind } = scoreByAccuracy({
    kind: options.discriminator,
    encoder: fitEncoder(schema, trainRows),
    testShare: options.discriminatorTestShare,
    seed: options.seed,
    ...{ schema, trainRows, batch, discriminator: state.discriminator, heldOut: state.heldOut },
    candidates: scorable.map(({ pair: { number, epoch, batch }, rows }) => ({ number, epoch, batch, rows })),
  });
  return {
    ...{ scores, blind, carried: { discriminator, heldOut } },
    difference: (from, to) => accuracyDifference(scores.get(from)!, scores.get(to)!),
  };
}

/** New rows of a θ join its earlier ones. */
function byAuc(iteration: Iteration, scorable: ScoredCandidate[]): Outcome {
  const { options, schema, trainRows, earlier } = iteration;
  const rowsOf = new Map(earlier.map(({ number, rows }) => [number, rows]));
  for (const { pair, rows } of scorable) rowsOf.set(pair.number, [...(rowsOf.get(pair.number) ?? []), ...rows]);
  const numbers = [...rowsOf.keys()].sort((a, b) => a - b);
  const { scores, blind, difference } = scoreByAuc({
    kind: options.discriminator,
    encoder: fitEncoder(schema, trainRows),
    real: trainRows,
    schema,
    groups: numbers.map((number) => rowsOf.get(number)!),
    seed: seedOf(options.seed, 'score', stepOf(iteration)),
  });
  return {
    scores: new Map(blind ? [] : numbers.map((number, place) => [number, scores[place]!])),
    blind: new Set(blind ? scorable.map(({ pair }) => pair.number) : []),
    difference: (from, to) => difference(numbers.indexOf(from), numbers.indexOf(to)),
    carried: {},
  };
}

/** Steps before this one. */
function stepOf({ options, trainRows, epoch, batchNumber }: Iteration): number {
  return (epoch - 1) * batchesOf(trainRows.length, options.batchSize) + batchNumber - 1;
}

/**
 * The pairs with their new scores. A pair without one, its rows being no longer kept, is out of the running for good. A
 * θ that counts is left as it is by a second round that does not.
 */
function scoredPairs({ state, candidates }: Iteration, outcome: Outcome, scorable: ScoredCandidate[]): Pair[] {
  const { scores, blind } = outcome;
  const pairs = state.pairs.map((pair) => (scores.size > 0 ? withScore(pair, scores.get(pair.number)) : pair));
  for (const candidate of candidates) {
    const { pair, rows, asked } = candidate;
    const isScored = scorable.includes(candidate) && !blind.has(pair.number);
    const score = isScored ? scores.get(pair.number) : undefined;
    const place = pairs.findIndex(({ number }) => number === pair.number);
    const known = pairs[place];
    if (!score && known?.counted) continue;
    const first = { score: known?.score ?? score?.value ?? null, interval: known?.interval ?? score?.interval ?? null };
    const lapse = blind.has(pair.number) ? { blind: true as const } : {};
    const round = { ...pair, ...first, validShare: rows.length / asked, counted: score !== undefined, ...lapse };
    pairs.splice(place < 0 ? pairs.length : place, place < 0 ? 0 : 1, withScore(round, score));
  }
  return pairs;
}

function withScore(pair: Omit<Pair, 'adjustedScore' | 'adjustedInterval'>, score: Score | undefined): Pair {
  return { ...pair, adjustedScore: score?.value ?? null, adjustedInterval: score?.interval ?? null };
}

function compareFirstAndBest(pairs: readonly Pair[], { difference }: Outcome): FitState['firstAndBest'] {
  const [first, best] = [firstPair(pairs), bestPair(pairs)];
  if (!first || !best) return null;
  const named = ({ number, adjustedScore, adjustedInterval }: Pair) => ({
    ...{ theta: number, score: adjustedScore!, interval: adjustedInterval! },
  });
  const { value, interval } = first === best ? { value: 0, interval: null } : difference(first.number, best.number);
  return { first: named(first), best: named(best), difference: value, interval };
}

function keptHeldOut({ pairs, heldOut }: Pick<FitState, 'pairs' | 'heldOut'>): FitState['heldOut'] {
  const kept = pairsInTheRunning(pairs).flatMap(({ number }) => (heldOut[number] ? [[number, heldOut[number]]] : []));
  return Object.fromEntries(kept) as FitState['heldOut'];
}

/** The iteration in figures; its score is that of the best θ that is new in it, or of the only one. */
function pointOf(iteration: Iteration, pairs: readonly Pair[], { blind }: Outcome): FitState['trajectory'][number] {
  const { state, candidates, epoch, batchNumber } = iteration;
  const isNew = ({ number }: { number: number }): boolean => !state.pairs.some((pair) => pair.number === number);
  const fresh = candidates.filter(({ pair }) => isNew(pair) || candidates.length === 1).map(({ pair }) => pair.number);
  const scored = bestPair(pairs.filter(({ number }) => fresh.includes(number) && !blind.has(number)));
  const best = bestPair(pairs);
  return {
    epoch,
    batch: batchNumber,
    score: scored?.adjustedScore ?? null,
    ...(scored?.adjustedInterval ? { interval: scored.adjustedInterval } : {}),
    best: best?.adjustedScore ?? null,
    bestTheta: best?.number ?? fresh[0] ?? 0,
    theta: scored?.number ?? fresh[0] ?? 0,
    accepted: sum(candidates.map(({ rows }) => rows.length)),
    rejected: sum(candidates.map(({ rows, asked }) => Math.max(0, asked - rows.length))),
    ...(blind.size > 0 ? { blind: true as const } : {}),
  };
}

/** For the optimizer only: what separates the rows of the best θ from the real ones. */
function feedbackOf(
  { options, schema, trainRows, candidates, earlier }: Iteration,
  state: Pick<FitState, 'pairs' | 'feedback'>,
): FitState['feedback'] {
  const best = bestPair(state.pairs);
  if (!options.feedback || !options.optimizer || best === null) return null;
  const before = earlier.find(({ number }) => number === best.number)?.rows ?? [];
  const rows = [...before, ...(candidates.find(({ pair }) => pair.number === best.number)?.rows ?? [])];
  return rows.length > 0 ? { of: best.number, feedback: compareRows(schema, trainRows, rows) } : state.feedback;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
