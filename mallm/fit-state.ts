import type { Row } from './dataset.js';
import type { DiscriminatorState } from './discriminator.js';
import type { Feedback } from './feedback.js';
import type { Exposure, TrajectoryPoint } from './manifest.js';
import type { StoredCall } from './plan.js';
import type { Ref } from './reference.js';

const IN_THE_RUNNING = 10;

/** A pair of the paper: a θ and its score, with what is needed to score it again. */
export interface Pair {
  number: number;
  parent: number | null;
  epoch: number;
  batch: number;
  theta: Ref;
  /** As first scored, and as scored by the newest discriminator; null when the θ does not count. */
  score: number | null;
  adjustedScore: number | null;
  interval: [number, number] | null;
  validShare: number;
  counted: boolean;
}

/** Held-out rows of a pair: real ones by index into the training rows. Paper: Listing 1, L10. */
export interface HeldOut {
  real: number[];
  synthetic: Row[];
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
  /** Of the best pairs only: bounded, however long the fit. */
  heldOut: Record<number, HeldOut>;
  discriminator: DiscriminatorState | null;
  /** Why the best θ's rows are told from real ones; null before the first score. */
  feedback: { of: number; feedback: Feedback } | null;
  trajectory: TrajectoryPoint[];
  /** Rows of every θ that counted, for the refinement. */
  pool: { number: number; rows: Ref }[];
  hosts: HostSeen[];
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

/**
 * The pairs that are still in the running, best first: their rows are scored again in each iteration. Ten of them, newer
 * ones first where scores are the same.
 */
export function pairsInTheRunning(pairs: readonly Pair[]): Pair[] {
  return pairs
    .filter((pair) => pair.adjustedScore !== null)
    .sort((a, b) => a.adjustedScore! - b.adjustedScore! || b.number - a.number)
    .slice(0, IN_THE_RUNNING);
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
