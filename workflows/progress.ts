import { nothingSpent } from '../mallm/workflow.js';
import type { FitCarry, FitShape, Progress } from './contract.js';

/** Shards over which the pace is taken: it follows a change, and does not jump from one to the next. */
const PACE_SHARDS = 16;

const NOTHING_DONE = {
  status: 'running',
  blocked: null,
  epoch: 0,
  epochs: 0,
  batch: 0,
  batches: 0,
  score: null,
  best: null,
  accepted: 0,
  rejected: 0,
  spending: nothingSpent,
  done: 0,
} as const;

/** Progress of a fit at the start of a run of the workflow; before the first θ there is no carry. */
export function fitProgress({ epochs, batchesPerEpoch }: FitShape, carry?: FitCarry): Progress {
  const phase = carry ? 'fit' : 'structure';
  const progress: Progress = { ...NOTHING_DONE, phase, epoch: 1, epochs, batch: 1, batches: batchesPerEpoch };
  if (carry) {
    showBatch(progress, carry);
    showScores(progress, carry);
  }
  return progress;
}

/** Progress of a table of `rows` rows before the first is made. */
export function sampleProgress(rows: number): Progress {
  return { ...NOTHING_DONE, phase: 'sample', rows: { asked: rows, released: 0, perSecond: null } };
}

/** Rows a second over the last shards, from when each of them was done. */
export class Pace {
  private readonly marks: { at: number; released: number }[];

  /** @param at milliseconds; @param released rows that were there then. */
  constructor(at: number, released: number) {
    this.marks = [{ at, released }];
  }

  /** @returns rows a second, or null while no time has passed. */
  note(at: number, released: number): number | null {
    this.marks.push({ at, released });
    if (this.marks.length > PACE_SHARDS + 1) this.marks.shift();
    const seconds = (at - this.marks[0]!.at) / 1000;
    return seconds > 0 ? (released - this.marks[0]!.released) / seconds : null;
  }
}

/** Before the rows of a batch are generated. */
export function showBatch(progress: Progress, carry: FitCarry): void {
  progress.phase = 'fit';
  progress.epoch = Math.min(carry.shape.epochs, carry.epoch);
  progress.batch = carry.batch;
  progress.done = shareDone(carry);
}

/** After the rows of a batch were scored. */
export function showScores(progress: Progress, carry: FitCarry): void {
  progress.score = carry.lastScore;
  progress.best = carry.bestScore;
  progress.accepted = carry.accepted;
  progress.rejected = carry.rejected;
  progress.spending = carry.spending;
  progress.done = shareDone(carry);
}

function shareDone({ step, shape }: FitCarry): number {
  return step / (shape.epochs * shape.batchesPerEpoch);
}

/** Markdown for the Temporal UI. */
export function progressDetails(progress: Progress): string {
  const { epoch, epochs, batch, batches, accepted, rejected, spending, status, blocked, rows } = progress;
  const head = rows
    ? `**${status}** · ${rows.released} of ${rows.asked} rows`
    : `**${status}** · epoch ${epoch} of ${epochs} · batch ${batch} of ${batches}`;
  const lines = [head];
  if (blocked !== null) lines.push(`**blocked:** ${blocked}`);
  if (!rows) {
    lines.push(`score ${percent(progress.score)} · best ${percent(progress.best)} (lower is better)`);
    lines.push(`${accepted} rows accepted · ${rejected} rejected`);
  }
  lines.push(`${spending.calls} calls · ${spending.promptTokens + spending.completionTokens} tokens`);
  return lines.join('  \n');
}

function percent(value: number | null): string {
  return value === null ? 'none yet' : `${(100 * value).toFixed(1)} %`;
}
