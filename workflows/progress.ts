import { nothingSpent } from '../mallm/workflow.js';
import type { Rejections } from '../mallm/workflow.js';
import type { FitCarry, Progress } from './contract.js';

/** Progress of a fit as it stands at the start of a run of the workflow. */
export function fitProgress(carry: FitCarry): Progress {
  const progress: Progress = {
    phase: 'fit',
    status: 'running',
    blocked: null,
    epoch: 1,
    epochs: carry.shape.epochs,
    batch: 1,
    batches: carry.shape.batchesPerEpoch,
    score: null,
    best: null,
    accepted: 0,
    rejected: 0,
    spending: carry.spending,
    done: 0,
  };
  showStep(progress, carry);
  showBatch(progress, carry);
  return progress;
}

/** Progress of a table of `rows` rows before the first is made. */
export function sampleProgress(rows: number): Progress {
  return {
    phase: 'sample',
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
    rows: { asked: rows, released: 0 },
  };
}

/** Before the rows of a step are generated. */
export function showStep(progress: Progress, { step, shape }: FitCarry): void {
  progress.epoch = Math.min(shape.epochs, Math.floor(step / shape.batchesPerEpoch) + 1);
  progress.batch = (step % shape.batchesPerEpoch) + 1;
  progress.done = step / (shape.epochs * shape.batchesPerEpoch);
}

/** After the rows of a step were scored. */
export function showBatch(progress: Progress, carry: FitCarry): void {
  progress.score = carry.lastScore ?? null;
  progress.best = carry.bestScores.at(-1) ?? null;
  progress.accepted = carry.accepted;
  progress.rejected = carry.rejected;
  progress.spending = carry.spending;
}

/** Markdown for the Temporal UI. */
export function progressDetails(progress: Progress): string {
  const percent = (value: number | null): string => (value === null ? 'none yet' : `${(100 * value).toFixed(1)} %`);
  const { epoch, epochs, batch, batches, accepted, rejected, spending, status, blocked } = progress;
  const lines = [
    `**${status}** · epoch ${epoch} of ${epochs} · batch ${batch} of ${batches}`,
    `score ${percent(progress.score)} · best ${percent(progress.best)} (lower is better)`,
    `${accepted} rows accepted · ${rejected} rejected`,
    `${spending.calls} calls · ${spending.promptTokens + spending.completionTokens} tokens`,
  ];
  if (blocked) lines.push(`blocked: ${blocked}`);
  return lines.join('  \n');
}

export function sumRejections(...parts: readonly Rejections[]): Rejections {
  const sum: Rejections = {};
  for (const part of parts)
    for (const [reason, count] of Object.entries(part)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}
