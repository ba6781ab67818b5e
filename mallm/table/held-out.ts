import type { Row } from './dataset.js';
import { createRandom, seedOf } from '../random.js';

/** Sets a share of the rows apart for the evaluation, at least one; the same seed and rows give the same split. */
export function splitHeldOut(rows: Row[], share: number, seed: number): { trainRows: Row[]; heldOutRows: Row[] } {
  const order = createRandom(seedOf(seed, 'held-out')).shuffle(rows.map((_, index) => index));
  const count = Math.max(1, Math.round(share * rows.length));
  const out = new Set(order.slice(0, count));
  return {
    trainRows: rows.filter((_, index) => !out.has(index)),
    heldOutRows: rows.filter((_, index) => out.has(index)),
  };
}
