import { findObject } from '../../store/object.js';
import type { ObjectStore } from '../../store/object-store.js';
import type { StoredRows } from '../../mallm/fit/plan.js';
import type { LoggedCall } from '../support/site.js';
import type { Finished } from './fits.js';

/** Model calls of all fits: what the endpoint says against what the store holds. */
export interface CallCounts {
  /** Replies in the store. */
  stored: number;
  /** Answers that left the endpoint whole: these are paid for. */
  answered: number;
  /** Answers to a request whose earlier answer was lost on the way into the store. */
  lostInFlight: number;
  /** Answers to a request whose reply stood in the store when it was made. */
  paidAgain: number;
  /** Replies whose answer the endpoint was killed before it could log. */
  unlogged: number;
}

/** What differs between a fit and the same fit undisturbed. */
export interface Differences {
  table: boolean;
  thetas: boolean;
  trajectory: boolean;
  /** Released, accepted and rejected rows, calls and tokens. */
  counts: boolean;
  /** Rows of a step, and replies, that only one of the two has. */
  lost: number;
  doubled: number;
}

/** Weighs the endpoint's log against the store of some runs. */
export async function countCalls(store: ObjectStore, runIds: string[], calls: LoggedCall[]): Promise<CallCounts> {
  const storedAt = new Map<string, number>();
  for (const runId of runIds) {
    for await (const { key, modifiedAt } of store.list(`runs/${runId}/replies/`)) {
      const { id } = JSON.parse((await store.get(key))!.body.toString('utf8')) as { id: string };
      storedAt.set(id.replace('chatcmpl-', ''), latestOf(modifiedAt));
    }
  }
  const answered = calls.filter(({ status, delivered }) => status === 200 && delivered);
  const paidAgain = answered.filter(({ hash, time }) => time > (storedAt.get(nameOf(hash)) ?? Infinity)).length;
  const distinct = new Set(answered.map(({ hash }) => nameOf(hash)));
  return {
    stored: storedAt.size,
    answered: answered.length,
    lostInFlight: answered.length - distinct.size - paidAgain,
    paidAgain,
    unlogged: [...storedAt.keys()].filter((name) => !distinct.has(name)).length,
  };
}

/** Holds a fit beside the same fit undisturbed. */
export async function compare(store: ObjectStore, fit: Finished, calm: Finished): Promise<Differences> {
  const [mine, calms] = [await objectsOf(store, fit.runId), await objectsOf(store, calm.runId)];
  const countsOf = ({ manifest: { rows, calls, tokens } }: Finished): string => JSON.stringify([rows, calls, tokens]);
  const trajectoryOf = ({ manifest }: Finished): string => JSON.stringify(manifest.trajectory);
  return {
    table: fit.synthetic !== calm.synthetic,
    thetas: fit.thetas !== calm.thetas,
    trajectory: trajectoryOf(fit) !== trajectoryOf(calm),
    counts: countsOf(fit) !== countsOf(calm),
    lost: [...calms].filter((key) => !mine.has(key)).length,
    doubled: [...mine].filter((key) => !calms.has(key)).length,
  };
}

/**
 * Rows by their step and θ, and keys of replies, which end with the hash of the request. Not keys of rows: how many calls
 * stand in one object depends on how long they took. The counts show that no row counts twice.
 */
async function objectsOf(store: ObjectStore, runId: string): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const { key } of store.list(`runs/${runId}/replies/`)) found.add(key.replace(runId, ''));
  for await (const { key } of store.list(`runs/${runId}/rows/`)) {
    const step = key.slice(key.indexOf('/rows/'), key.lastIndexOf('/'));
    const { theta, rows } = (await findObject<StoredRows>(store, key))!;
    for (const row of rows) found.add(JSON.stringify([step, theta, row]));
  }
  return found;
}

/** The simulated model names a reply by the beginning of its request's hash. */
function nameOf(hash: string): string {
  return hash.slice(0, 24);
}

/** Servers that give whole seconds cut off the rest. */
function latestOf(modifiedAt: Date): number {
  const ms = modifiedAt.getTime();
  return ms % 1000 === 0 ? ms + 999 : ms;
}
