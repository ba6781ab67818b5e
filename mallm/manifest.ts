import type { FitOptions } from './options.js';

/** Why a row of a model's reply, or a drawn row, was not released. */
export type Rejections = Record<string, number>;

/** One point of a fit: the score of θ after this epoch and batch. Lower is better, in [0, 1]. */
export interface TrajectoryPoint {
  epoch: number;
  batch: number;
  score: number;
  /** 95 % interval of the score, where the score has one. */
  interval?: [number, number];
  /** Best adjusted score so far. */
  best: number;
  /** Which θ was scored: the number under which it stands in `theta.json`. */
  theta: number;
  /** Rows accepted and rejected in this iteration. */
  accepted: number;
  rejected: number;
  /** Graph edit distance to the true edges, when they were given. Paper: Table 9. */
  graphEditDistance?: number;
}

/** One host that was asked, and what it saw. */
export interface Exposure {
  host: string;
  role: 'generator' | 'optimizer';
  model: string;
  calls: number;
  promptTokens: number;
  completionTokens: number;
  /** Distinct real rows sent to this host, and how many times a real row was sent in all. */
  realRows: number;
  realRowsSent: number;
}

/** `manifest.json` of a run folder; described by docs/manifest.schema.json. */
export interface Manifest {
  version: 1;
  name: string;
  runId: string;
  createdAt: string;
  finishedAt: string;
  /** True when any row or θ came from the simulated model. */
  simulated: boolean;
  models: { generator: string; optimizer: string };
  seed: number;
  options: FitOptions;
  table: { file: string; rows: number; columns: number; target: string };
  rows: { asked: number; released: number; accepted: number; rejected: number };
  /** Why fewer rows were released than asked, or null. */
  shortfall: string | null;
  rejections: Rejections;
  calls: number;
  tokens: { prompt: number; completion: number };
  cost: { amount: number; currency: string } | null;
  trajectory: TrajectoryPoint[];
  exposure: Exposure[];
  /** How the rows were drawn, and how near a row may come to a real one. */
  draw: 'refined' | 'model';
  distance: 'off' | 'mild' | 'strict';
  store: string;
  /** File name → sha256. */
  files: Record<string, string>;
}
