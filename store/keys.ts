/**
 * Every key of the object store is made and read here. A key without an extension is a prefix that a hash completes
 * (`versionKey`, `replyKey`); a key that ends with `/` is a folder to list.
 */
import type { BatchPosition } from '../workflows/contract.js';
import { sampleSteps, stepOf } from '../workflows/contract.js';

/** Hexadecimal digits of the hash of a content, and of that of a request, in a key. */
const CONTENT_DIGITS = 12;
const REQUEST_DIGITS = 20;

/** A prefix completed with the SHA-256 of the content. */
export function versionKey(prefix: string, sha256: string, extension = '.json'): string {
  return `${prefix}-${sha256.slice(0, CONTENT_DIGITS)}${extension}`;
}

/** A prefix completed with the SHA-256 of the request that the reply belongs to. */
export function replyKey(prefix: string, sha256: string): string {
  return `${prefix}-${sha256.slice(0, REQUEST_DIGITS)}.json`;
}

/** Keys of a run: what was fitted, from what, and what was paid for. */
export const runKeys = (runId: string) => ({
  folder: `runs/${runId}/`,
  /** What another machine needs, beside the checkpoint, to go on with the run. */
  record: `runs/${runId}/record.json`,
  plan: `runs/${runId}/plan`,
  train: `runs/${runId}/train`,
  heldOut: `runs/${runId}/held-out`,
  /** The pointer that each step moves on. */
  latest: `runs/${runId}/latest.json`,
  checkpoints: `runs/${runId}/checkpoints/`,
  /** Sorted by step. */
  checkpoint: (step: number) => `runs/${runId}/checkpoints/${digits(step, 6)}`,
  firstState: `runs/${runId}/states/start`,
  state: (place: BatchPosition) => `runs/${runId}/states/${stepOf(place)}`,
  page: (place: BatchPosition) => `runs/${runId}/pages/${stepOf(place)}`,
  theta: (number: number) => `runs/${runId}/thetas/${number}`,
  replies: `runs/${runId}/replies/`,
  /** A reply of the optimizer to its prompt, or to the request to repair its first reply. */
  proposalReply: (place: BatchPosition, variant: number, repair = false) =>
    `runs/${runId}/replies/${stepOf(place)}/propose-${variant}${repair ? '-repair' : ''}`,
  /** A reply of the generator. */
  rowsReply: (step: string, theta: number, call: number) => `runs/${runId}/replies/${step}/t${theta}-c${call}`,
  /** Accepted rows of successive calls. */
  rows: (step: string, theta: number, firstCall: number) => `runs/${runId}/rows/${step}/t${theta}-c${firstCall}`,
  /** Start of the keys of all rows that the model made for a sample. */
  rowsOfSample: (sampleId: string) => `runs/${runId}/rows/${sampleSteps(sampleId)}`,
  refinedGenerator: (stateSha256: string, form: string) =>
    `runs/${runId}/generators/${stateSha256.slice(0, CONTENT_DIGITS)}-${form}.json`,
});

/** Keys of a sample of a run: the parts of a released table, and what came of its shards. */
export const sampleKeys = (runId: string, sampleId: string) => ({
  folder: `runs/${runId}/samples/${sampleId}/`,
  /** Completed with the hash of the part, as `.csv` and as `.fingerprints`. @param round of model calls, if any. */
  part: (shard: number, round?: number) =>
    `runs/${runId}/samples/${sampleId}/part-${digits(shard, 6)}${round === undefined ? '' : `-r${round}`}`,
  /** Rows that a shard keeps after a round of model calls. */
  kept: (shard: number, round: number) => `runs/${runId}/samples/${sampleId}/kept-${shard}-r${round}`,
  shards: `runs/${runId}/samples/${sampleId}/shards/`,
  /** Sorted by first row; another size of shards has other keys. */
  shard: (firstRow: number, rows: number) =>
    `runs/${runId}/samples/${sampleId}/shards/${digits(firstRow, 12)}-${rows}.json`,
  parts: `runs/${runId}/samples/${sampleId}/parts`,
  evaluation: `runs/${runId}/samples/${sampleId}/evaluation`,
});

/** All schedules. */
export const schedulesFolder = 'schedules/';

/** The folder of a new schedule. @param unique keeps apart schedules that had the same name. */
export function schedulePrefix(name: string, unique: string): string {
  return `schedules/${name}-${unique}`;
}

/** Keys of a schedule: what it makes, and what came of its slots. */
export const scheduleKeys = (prefix: string) => ({
  spec: `${prefix}/spec.json`,
  records: `${prefix}/records/`,
  /** Sorted by the time the slot ended. @param endedAt ISO 8601, UTC. */
  record: (endedAt: string, slot: string) =>
    `${prefix}/records/${endedAt.slice(0, 23).replace('T', '_').replace(/[:.]/g, '-')}_${slotName(slot)}.json`,
});

/** A slot's name in file systems and buckets: its time in UTC, without what they refuse; sorts by time. */
export function slotName(slot: string): string {
  return slot.slice(0, 19).replace('T', '_').replaceAll(':', '-');
}

/** The sample that a slot of a schedule draws. @param slot its time or its name. */
export function slotSampleId(schedule: string, slot: string): string {
  return `${schedule}-${slotName(slot)}`;
}

/** The store and the run of the URL of a run's `latest`; undefined for another URL. */
export function runOfLatest(url: string): { store: string; runId: string } | undefined {
  const [, store, runId] = /^(.+)\/runs\/([\w.-]+)\/latest\.json$/.exec(url) ?? [];
  return store === undefined || runId === undefined ? undefined : { store, runId };
}

function digits(number: number, count: number): string {
  return String(number).padStart(count, '0');
}
