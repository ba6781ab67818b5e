import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { baselineRows } from '../mallm/baselines/baseline.js';
import type { Rejections } from '../mallm/rejections.js';
import { seedOf } from '../mallm/random.js';
import type { Split } from './quality-data.js';
import { figuresOf } from './quality-figures.js';
import type { Figures } from './quality-figures.js';
import type { Bench } from './quality-fit.js';
import type { Method } from './quality-methods.js';

/** One cell of the benchmark: a table, a size, a method, a seed, and what was measured. */
export interface Cell {
  table: string;
  size: number;
  method: string;
  seed: number;
  /** Null where the method made no row. */
  figures: Figures | null;
  /** Of fits only. */
  calls?: number;
  tokens?: number;
  drawCalls?: number;
  drawTokens?: number;
  accepted?: number;
  rejections?: Rejections;
  ended?: string;
  /** Best adjusted score, and score of the iteration, one an iteration. */
  bestScores?: number[];
  scores?: number[];
  /** Number of the θ that won. */
  theta?: number;
  seconds: number;
  /** The day it was measured. */
  on: string;
}

export type CellKey = Pick<Cell, 'table' | 'size' | 'method' | 'seed'>;

/** Cells measured before, from a file with a JSON object a line; none where there is no file. */
export async function readCells(path: string): Promise<Cell[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Cell);
}

export async function appendCell(path: string, cell: Cell): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await appendFile(path, `${JSON.stringify(cell)}\n`);
}

export function isSameCell(a: CellKey, b: CellKey): boolean {
  return a.table === b.table && a.size === b.size && a.method === b.method && a.seed === b.seed;
}

/** As many synthetic rows as training rows, by this method with this seed, measured. @param bench opened only where a fit is needed */
export async function measureCell(
  split: Split,
  { name, method, seed }: { name: string; method: Method; seed: number },
  bench: () => Promise<Bench>,
): Promise<Cell> {
  const start = performance.now();
  const { rows, ...spent } = await rowsOf(split, method, seed, bench);
  const figures = rows.length > 0 ? figuresOf(split, rows, seed) : null;
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  const on = new Date().toISOString().slice(0, 16);
  return { table: split.name, size: split.size, method: name, seed, figures, ...spent, seconds, on };
}

async function rowsOf(split: Split, method: Method, seed: number, bench: () => Promise<Bench>) {
  const { schema, train } = split;
  if (method.kind === 'real') return { rows: train };
  if (method.kind === 'baseline') {
    const ask = { schema, rows: train, count: train.length, seed: seedOf('bench', method.method, seed) };
    return { rows: baselineRows(method.method, ask) };
  }
  const fitted = await (await bench()).fit(split, { ...method.options, seed });
  const { rows, trajectory, calls, tokens, drawCalls, drawTokens, accepted, rejections, ended, winner } = fitted;
  return {
    ...{ rows, calls, tokens, drawCalls, drawTokens, accepted, rejections, ended },
    bestScores: trajectory.map((point) => point.best ?? 1),
    scores: trajectory.map((point) => point.score ?? 1),
    theta: winner,
  };
}
