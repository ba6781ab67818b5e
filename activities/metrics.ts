import { Context } from '@temporalio/activity';
import type { Rejections } from '../mallm/rejections.js';

/**
 * What a worker counts beside Temporal's own metrics, for Prometheus. Labels are hosts, kinds and reasons from fixed lists:
 * nothing of a row, a prompt or a key. Inside activities only; where no metrics are asked for, nothing happens.
 */
export const metrics = {
  /** A call that the endpoint answered, and what it took. */
  answered(host: string, seconds: number, tokens: { prompt: number; completion: number }): void {
    count('mallm_model_calls', 'Model calls that reached the endpoint', { host, outcome: 'answered' });
    for (const [kind, amount] of Object.entries(tokens))
      count('mallm_model_tokens', 'Tokens of answered calls', { host, kind }, amount);
    took('mallm_model_call_duration', 'Time of an answered model call', { host }, seconds);
  },

  /** A call that the endpoint refused or did not answer. */
  failed(host: string, outcome: string): void {
    count('mallm_model_calls', 'Model calls that reached the endpoint', { host, outcome });
  },

  /** Time a call was held back for the endpoint's limits, or for its turn. */
  heldBack(host: string, seconds: number): void {
    took('mallm_rate_limit_wait', 'Time a model call was held back', { host }, seconds);
  },

  /** A reply that had been stored before and was not paid again. */
  replyFound(): void {
    count('mallm_stored_replies_used', 'Replies taken from the store instead of being paid again', {});
  },

  rows(accepted: number, rejections: Rejections): void {
    count('mallm_rows', 'Rows of model replies', { outcome: 'accepted', reason: '' }, accepted);
    for (const [reason, rows] of Object.entries(rejections))
      count('mallm_rows', 'Rows of model replies', { outcome: 'rejected', reason }, rows);
  },

  /** An activity that runs for the second time or more. */
  retried(): void {
    count('mallm_activity_retries', 'Activities that were tried again', {});
  },

  /** A run that now waits for a person to act: quota, key, a full disk. */
  blocked(): void {
    count('mallm_runs_blocked', 'Times a run came to wait for a person to act: quota, key, store', {});
  },
};

function count(name: string, description: string, tags: Record<string, string>, amount = 1): void {
  if (amount > 0) Context.current().metricMeter.createCounter(name, undefined, description).add(amount, tags);
}

function took(name: string, description: string, tags: Record<string, string>, seconds: number): void {
  Context.current().metricMeter.createHistogram(name, 'float', 'seconds', description).record(seconds, tags);
}
