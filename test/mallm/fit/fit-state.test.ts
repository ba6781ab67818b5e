import { describe, expect, it } from 'vitest';
import type { FitPage, FitState, Pair } from '../../../mallm/fit/fit-state.js';
import {
  bestPair,
  exposureOf,
  firstPair,
  pairsInTheRunning,
  seenBy,
  startState,
  topPairs,
  turnPage,
  wholeFit,
} from '../../../mallm/fit/fit-state.js';
import { createRandom } from '../../../mallm/random.js';

const STEPS = 130;
const SHOWN = 3;
const ref = (uri: string) => ({ uri, sha256: uri, bytes: 1 });

/**
 * A step as the scoring makes it: what is out of the running loses its score, a θ is added, and the best one is asked
 * again now and then. In every third step the θ does not count; scores tie often.
 */
function stepOf(state: FitState, number: number, score: number): FitState {
  const counted = number % 3 !== 2;
  const adjustedScore = counted ? score : null;
  const inTheRunning = new Set(pairsInTheRunning(state.pairs));
  const before = state.pairs.map((pair) => (inTheRunning.has(pair) ? pair : { ...pair, adjustedScore: null }));
  const at = { number, epoch: 1, batch: number + 1 };
  const pair: Pair = {
    ...{ ...at, parent: null, theta: ref(`theta-${number}`), validShare: 1, interval: null },
    ...{ score: adjustedScore, adjustedScore, adjustedInterval: null, counted },
  };
  const again = number % 4 === 3 ? bestPair(before)!.number : null;
  const rowsOf = [...(again === null ? [] : [again]), ...(counted ? [number] : [])];
  const of = { bestTheta: 0, theta: number, accepted: 1, rejected: 0 };
  return {
    ...state,
    pairs: [...before, pair],
    trajectory: [...state.trajectory, { epoch: 1, batch: number + 1, score, best: score, ...of }],
    pool: [...state.pool, ...rowsOf.map((theta) => ({ number: theta, rows: ref(`rows-${theta}-${number}`) }))],
  };
}

/** What a step looks at in the pool: the rows of each θ in the running, newest first. */
function rowsInTheRunning({ pairs, pool }: FitState): string[][] {
  return pairsInTheRunning(pairs).map(({ number }) => {
    const newestFirst = pool.filter((entry) => entry.number === number).reverse();
    return newestFirst.slice(0, 10).map(({ rows }) => rows.uri);
  });
}

const EMPTY = startState('r');

/** The same fit kept whole, and with pages. */
function bothFits(): { whole: FitState; paged: FitState; pages: FitPage[]; largest: number }[] {
  const random = createRandom(5);
  const seen = [];
  let [whole, paged, largest] = [EMPTY, EMPTY, 0];
  const pages: FitPage[] = [];
  for (let number = 0; number < STEPS; number++) {
    const score = 0.5 + Math.max(0, random.integer(20) - 4) / 40;
    whole = stepOf(whole, number, score);
    paged = stepOf(paged, number, score);
    const turned = turnPage(paged);
    if (turned) {
      pages.push(turned.page);
      paged = { ...turned.state, past: ref(`page-${pages.length}`) };
    }
    largest = Math.max(largest, paged.pairs.length, paged.trajectory.length, paged.pool.length);
    seen.push({ whole, paged, pages: [...pages], largest });
  }
  return seen;
}

describe('pages of a long fit', () => {
  it('show each step the same pairs and rows as the whole fit does', () => {
    for (const { whole, paged } of bothFits()) {
      expect(topPairs(paged.pairs, SHOWN)).toEqual(topPairs(whole.pairs, SHOWN));
      expect(bestPair(paged.pairs)).toEqual(bestPair(whole.pairs));
      expect(rowsInTheRunning(paged)).toEqual(rowsInTheRunning(whole));
      expect(paged.trajectory.at(-1)).toEqual(whole.trajectory.at(-1));
    }
  });

  it('keep the state as small as its first page', () => {
    const { largest, pages } = bothFits().at(-1)!;
    expect(pages.length).toBeGreaterThan(4);
    expect(largest).toBeLessThan(80);
  });

  it('together with the state are the whole fit', () => {
    const { whole, paged, pages } = bothFits().at(-1)!;
    expect({ ...wholeFit(paged, pages), past: undefined }).toEqual({ ...whole, past: undefined });
    expect(pages[0]!.past).toBeUndefined();
    expect(pages.at(-1)!.past).toEqual(ref(`page-${pages.length - 1}`));
  });
});

describe('pairs', () => {
  /** Pairs numbered in order; null is one that does not count or is out of the running. */
  const pairsOf = (...scores: (number | null)[]): Pair[] =>
    scores.map((adjustedScore, number) => ({
      ...{ number, parent: null, epoch: 1, batch: 1, theta: ref(`theta-${number}`), validShare: 1, counted: true },
      ...{ score: adjustedScore, interval: null, adjustedScore, adjustedInterval: null },
    }));
  const numbers = (pairs: readonly Pair[]): number[] => pairs.map(({ number }) => number);

  it('that the optimizer sees are the k best, best last', () => {
    expect(numbers(topPairs(pairsOf(0.9, 0.6, null, 0.7, 0.8), 3))).toEqual([4, 3, 1]);
    expect(numbers(topPairs(pairsOf(0.9, 0.6), 3))).toEqual([0, 1]);
  });

  it('with the same score are shown in the order of their numbers', () => {
    expect(numbers(topPairs(pairsOf(0.7, 0.6, 0.7), 3))).toEqual([0, 2, 1]);
  });

  it('have as their best the lowest score, and the older θ where scores are the same', () => {
    expect(bestPair(pairsOf(null, 0.9, 0.6, 0.6, 0.7))!.number).toBe(2);
    expect(bestPair(pairsOf(null))).toBeNull();
    expect(bestPair([])).toBeNull();
  });

  it('have as their first the oldest that has a score', () => {
    expect(firstPair(pairsOf(null, 0.9, 0.6))!.number).toBe(1);
    expect(firstPair(pairsOf(null))).toBeNull();
  });

  it('stay in the running as the ten best, best first, newer ones first where scores are the same', () => {
    const worse = Array.from({ length: 12 }, (_, place) => 0.6 + place / 100);
    expect(numbers(pairsInTheRunning(pairsOf(0.5, ...worse)))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(numbers(pairsInTheRunning(pairsOf(0.7, 0.6, 0.7, null)))).toEqual([1, 2, 0]);
  });

  it('keep the first in the running, however bad: first and best are always scored by one classifier', () => {
    const better = Array.from({ length: 12 }, (_, place) => 0.6 + place / 100);
    const running = numbers(pairsInTheRunning(pairsOf(null, 0.99, ...better)));
    expect(running).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1]);
  });
});

describe('what hosts have seen', () => {
  const call = {
    host: 'a.example',
    model: 'm',
    simulated: false,
    promptTokens: 10,
    completionTokens: 4,
    shown: [0, 2],
  };

  it('is counted by host, model and role: calls, tokens, and how often each row was sent', () => {
    const once = seenBy([], 'generator', [call, { ...call, shown: [2] }], 4);
    const twice = seenBy(once, 'generator', [call, { ...call, host: 'b.example' }, { ...call, model: 'n' }], 4);
    const all = seenBy(twice, 'optimizer', [{ ...call, shown: [] }], 4);
    const of = { promptTokens: 10, completionTokens: 4, calls: 1, realRows: 2, realRowsSent: 2 };
    expect(exposureOf(all)).toEqual([
      {
        host: 'a.example',
        model: 'm',
        role: 'generator',
        calls: 3,
        promptTokens: 30,
        completionTokens: 12,
        realRows: 2,
        realRowsSent: 5,
      },
      { ...of, host: 'b.example', model: 'm', role: 'generator' },
      { ...of, host: 'a.example', model: 'n', role: 'generator' },
      { ...of, host: 'a.example', model: 'm', role: 'optimizer', realRows: 0, realRowsSent: 0 },
    ]);
    expect(all.map(({ simulated }) => simulated)).toEqual([false, false, false, false]);
    expect(all[0]!.sent).toEqual([2, 0, 3, 0]);
  });

  it('does not change what was counted before', () => {
    const once = seenBy([], 'generator', [call], 4);
    const copy = structuredClone(once);
    seenBy(once, 'generator', [call], 4);
    expect(once).toEqual(copy);
  });
});
