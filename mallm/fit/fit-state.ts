import type { DiscriminatorState } from '../discriminator/discriminator.js';
import type { Interval } from '../discriminator/score.js';
import type { HeldOut } from '../discriminator/score-by-accuracy.js';
import type { Feedback } from '../optimizer/feedback.js';
import type { Exposure, TrajectoryPoint } from './manifest.js';
import type { StoredCall } from './plan.js';
import type { Ref } from '../reference.js';
import type { FitOptions } from '../options.js';
import type { FirstAndBest } from '../theta/theta-file.js';

const IN_THE_RUNNING = 10;

/** A pair of the paper: a θ and its score, with what is needed to score it again. */
export interface Pair {
  number: number;
  parent: number | null;
  epoch: number;
  batch: number;
  theta: Ref;
  /** As first scored, with its 95 % interval; null when the θ does not count. */
  score: number | null;
  interval: Interval | null;
  /** As scored by the newest classifier, with its 95 % interval; null when the θ does not count or is out of the running. */
  adjustedScore: number | null;
  adjustedInterval: Interval | null;
  /** Valid rows of those asked, in [0, 1]. */
  validShare: number;
  counted: boolean;
  /** It does not count because the classifier was blind: its score is no evidence. */
  blind?: true;
}

/** What one host was sent, so far. */
export interface HostSeen extends Omit<Exposure, 'realRows' | 'realRowsSent'> {
  simulated: boolean;
  /** How often each training row was sent, by index. */
  sent: number[];
}

/** State of a fit after an iteration: one immutable object in the store. */
export interface FitState {
  version: 1;
  runId: string;
  pairs: Pair[];
  /** How the pairs were scored; absent before the first iteration. */
  scoredBy?: FitOptions['score'];
  /** Score by accuracy only: rows the discriminator did not learn from, of the pairs in the running, and f_i. */
  heldOut: Record<number, HeldOut>;
  discriminator: DiscriminatorState | null;
  /** The first θ that counted and the best one under one classifier; null while none counts. */
  firstAndBest?: FirstAndBest | null;
  /** What separates the best θ's rows from the real ones; null before the first score. */
  feedback: { of: number; feedback: Feedback } | null;
  trajectory: TrajectoryPoint[];
  /** Rows of every θ that counted, for the refinement. */
  pool: { number: number; rows: Ref }[];
  hosts: HostSeen[];
  /** The last page of what no step looks at any more; absent in the first steps. */
  past?: Ref;
}

/** The state before the first iteration. */
export function startState(runId: string): FitState {
  return {
    version: 1,
    runId,
    pairs: [],
    heldOut: {},
    discriminator: null,
    feedback: null,
    trajectory: [],
    pool: [],
    hosts: [],
  };
}

/** Pairs, points and pool of steps long past, in their order: kept apart, so that the state of a long fit stays small. */
export interface FitPage extends Pick<FitState, 'pairs' | 'trajectory' | 'pool'> {
  /** The page before this one. */
  past?: Ref;
}

/** Points after which a page is filled, and entries of one θ's pool that stay in the state. */
const PAGE_POINTS = 20;
const ENTRIES_KEPT = 40;

/**
 * Takes out of a state what no later step looks at: all but the last point, pairs out of the running, and their pool.
 * @returns the state without it, and the page; null while there is too little for one.
 */
export function turnPage(state: FitState): { state: FitState; page: FitPage } | null {
  if (state.trajectory.length <= PAGE_POINTS) return null;
  const { pairs, trajectory, pool, past } = state;
  const isKept = (pair: Pair): boolean => pair.adjustedScore !== null || pair === pairs.at(-1);
  const kept = pairs.filter(isKept);
  const page = {
    pairs: pairs.filter((pair) => !isKept(pair)),
    trajectory: trajectory.slice(0, -1),
    pool,
    ...(past ? { past } : {}),
  };
  const rest = { ...state, pairs: kept, trajectory: trajectory.slice(-1), pool: kept.flatMap(newestOf(pool)) };
  return { state: rest, page };
}

/** A state with its pages, the oldest first: the whole fit. */
export function wholeFit(state: FitState, pages: readonly FitPage[]): FitState {
  const all = [...pages, state];
  // Pool entries still in use are also in a page; the page keeps their order.
  const pool = new Map(all.flatMap((part) => part.pool).map((entry) => [entry.rows.uri, entry]));
  return {
    ...state,
    pairs: all.flatMap(({ pairs }) => pairs).sort((a, b) => a.number - b.number),
    trajectory: all.flatMap(({ trajectory }) => trajectory),
    pool: [...pool.values()],
  };
}

function newestOf(pool: FitState['pool']): (pair: Pair) => FitState['pool'] {
  return ({ number }) => pool.filter((entry) => entry.number === number).slice(-ENTRIES_KEPT);
}

/** The pair with the lowest adjusted score among those that count; the first in case of a tie. */
export function bestPair(pairs: readonly Pair[]): Pair | null {
  let best: Pair | null = null;
  for (const pair of pairs) {
    if (pair.adjustedScore === null) continue;
    if (best === null || pair.adjustedScore < best.adjustedScore!) best = pair;
  }
  return best;
}

/** The first θ that counted: it never drops out of the running. */
export function firstPair(pairs: readonly Pair[]): Pair | null {
  return pairs.find(({ adjustedScore }) => adjustedScore !== null) ?? null;
}

/**
 * The pairs in the running, best first: their rows are scored again in each iteration. They are the ten best, newer ones
 * first where scores are the same, and the first pair, so that the best can be compared with it under one classifier.
 */
export function pairsInTheRunning(pairs: readonly Pair[]): Pair[] {
  const ranked = pairs
    .filter((pair) => pair.adjustedScore !== null)
    .sort((a, b) => a.adjustedScore! - b.adjustedScore! || b.number - a.number);
  const first = firstPair(pairs);
  return ranked.filter((pair, place) => place < IN_THE_RUNNING || pair === first);
}

/** The k best pairs, worst first and best last, as the optimizer sees them. Paper: §3.2.3. */
export function topPairs(pairs: readonly Pair[], k: number): Pair[] {
  return pairs
    .filter((pair) => pair.adjustedScore !== null)
    .sort((a, b) => b.adjustedScore! - a.adjustedScore! || a.number - b.number)
    .slice(-k);
}

/** Adds calls to what their hosts have seen. */
export function seenBy(
  hosts: readonly HostSeen[],
  role: Exposure['role'],
  calls: readonly StoredCall[],
  trainRows: number,
): HostSeen[] {
  const result = hosts.map((host) => ({ ...host, sent: [...host.sent] }));
  for (const call of calls) {
    let host = result.find((seen) => seen.host === call.host && seen.model === call.model && seen.role === role);
    if (!host) {
      const { host: name, model, simulated } = call;
      host = {
        host: name,
        role,
        model,
        simulated,
        calls: 0,
        promptTokens: 0,
        completionTokens: 0,
        sent: Array<number>(trainRows).fill(0),
      };
      result.push(host);
    }
    host.calls += 1;
    host.promptTokens += call.promptTokens;
    host.completionTokens += call.completionTokens;
    for (const index of call.shown) host.sent[index] = (host.sent[index] ?? 0) + 1;
  }
  return result;
}

/** The exposure lines of the manifest. */
export function exposureOf(hosts: readonly HostSeen[]): Exposure[] {
  return hosts.map(({ host, role, model, calls, promptTokens, completionTokens, sent }) => ({
    host,
    role,
    model,
    calls,
    promptTokens,
    completionTokens,
    realRows: sent.filter((times) => times > 0).length,
    realRowsSent: sent.reduce((sum, times) => sum + times, 0),
  }));
}
