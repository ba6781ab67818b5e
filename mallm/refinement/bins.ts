import { countUpTo } from './number-scores.js';

/** Training rows to a bin, and bins, of a number whose distribution is judged. */
const ROWS_A_BIN = 8;
const BINS = { least: 3, most: 8 };

/** How the cells of a column are counted: labels by themselves, numbers in bins. */
export interface Bins {
  count: number;
  /** Borders of bins of scores, ascending; null for labels. */
  edges: Float64Array | null;
}

/** Bins of a column's codes: its labels, or bins of about as many training rows each. */
export function binsOf(codes: Float64Array, classes: number, real: number): Bins {
  if (classes > 0) return { count: classes, edges: null };
  const wanted = Math.min(BINS.most, Math.max(BINS.least, Math.floor(real / ROWS_A_BIN)));
  const edges = edgesOf(codes.subarray(0, real), wanted);
  return { count: edges.length + 1, edges };
}

export function binOf({ edges }: Bins, code: number): number {
  return edges ? countUpTo(edges, code) : code;
}

/**
 * Borders half-way between distinct scores, so that each bin has at least one row in `wanted`; a point mass is a bin of
 * its own.
 */
export function edgesOf(scores: Float64Array, wanted: number): Float64Array {
  const sorted = scores.map((score) => Math.round(score * 1e9) / 1e9).sort();
  const edges: number[] = [];
  let held = 0;
  for (let i = 0; i + 1 < sorted.length; i++) {
    held++;
    if (sorted[i] === sorted[i + 1] || held < sorted.length / wanted) continue;
    edges.push((sorted[i]! + sorted[i + 1]!) / 2);
    held = 0;
  }
  if (edges.length > 0 && held + 1 < sorted.length / wanted / 2) edges.pop();
  if (edges.length === 0) edges.push(sorted.reduce((sum, score) => sum + score, 0) / Math.max(1, sorted.length));
  return Float64Array.from(edges);
}
