import { describe, expect, it } from 'vitest';
import type { FitPage, FitState, Pair } from '../../../mallm/fit/fit-state.js';
import { bestPair, pairsInTheRunning, topPairs, turnPage, wholeFit } from '../../../mallm/fit/fit-state.js';
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
    ...{ score: adjustedScore, adjustedScore, counted },
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

const EMPTY: FitState = {
  version: 1,
  runId: 'r',
  pairs: [],
  heldOut: {},
  discriminator: null,
  feedback: null,
  trajectory: [],
  pool: [],
  hosts: [],
};

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
