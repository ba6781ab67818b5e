import { createHash } from 'node:crypto';
import { StoreError } from '../mallm/errors.js';
import type { RunPlan } from '../mallm/fit/plan.js';
import type { Ref } from '../mallm/reference.js';
import type { FitCarry } from '../workflows/contract.js';
import { canonicalJson } from './canonical-json.js';
import { runKeys } from './keys.js';
import { findObject, getObject, putVersion } from './object.js';
import type { ObjectStore } from './object-store.js';
import { StoreDamagedError } from './object-store.js';

const VERSION = 2;

/** The content of a checkpoint: enough to go on with the fit on another cluster. */
export interface Checkpoint {
  version: typeof VERSION;
  runId: string;
  plan: Ref;
  carry: FitCarry;
  /** Of the rest as canonical JSON. */
  sha256: string;
}

/**
 * An immutable checkpoint for this step, and `latest.json` moved on to it by compare-and-swap, never back. Of the older
 * ones as many stay as the options say.
 *
 * @throws PreconditionFailed when another writer moved it meanwhile: trying again sees what it wrote.
 */
export async function saveCheckpoint(
  store: ObjectStore,
  { runId, plan, carry }: Pick<Checkpoint, 'runId' | 'plan' | 'carry'>,
): Promise<Ref> {
  const content: Omit<Checkpoint, 'sha256'> = { version: VERSION, runId, plan, carry };
  const checkpoint: Checkpoint = { ...content, sha256: hashOf(content) };
  const ref = await putVersion(store, runKeys(runId).checkpoint(carry.step), checkpoint);
  const key = runKeys(runId).latest;
  const current = await store.get(key);
  if (current && parsed(current.body, key, runId).carry.step > carry.step) return ref;
  await store.put(
    key,
    Buffer.from(JSON.stringify(checkpoint)),
    current ? { ifMatch: current.etag } : { ifAbsent: true },
  );
  await prune(store, checkpoint);
  return ref;
}

/**
 * The latest checkpoint of a run, with its state known to be whole; undefined before the first.
 *
 * @throws StoreError when it is damaged, of another run, or of another version.
 */
export async function latestCheckpoint(store: ObjectStore, runId: string): Promise<Checkpoint | undefined> {
  const key = runKeys(runId).latest;
  const object = await store.get(key);
  if (!object) return undefined;
  const checkpoint = parsed(object.body, key, runId);
  await getObject(store, checkpoint.carry.state);
  return checkpoint;
}

function parsed(body: Buffer, key: string, runId: string): Checkpoint {
  const checkpoint = parse(body);
  if (checkpoint === undefined) throw damaged(key, 'something else');
  const { sha256, ...content } = checkpoint;
  if (content.version !== VERSION) throw otherVersion(key, content.version);
  if (hashOf(content) !== sha256) throw damaged(key, 'its SHA-256 is another');
  if (content.runId === runId) return checkpoint;
  throw new StoreError({
    problem: `the checkpoint ${key} belongs to another run`,
    expected: runId,
    got: content.runId,
    remedy: 'Restore the object from a backup of this run.',
  });
}

function parse(body: Buffer): Checkpoint | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && 'version' in value ? (value as Checkpoint) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Removes old checkpoints with their states. What `latest` needs is never among them, nor the step before it, which a
 * repeated activity reads. A store that does not let us delete keeps them: that is no reason to end a fit.
 */
async function prune(store: ObjectStore, { runId, plan, carry }: Checkpoint): Promise<void> {
  try {
    const { options } = await getObject<RunPlan>(store, plan);
    const keys = runKeys(runId);
    const oldest = keys.checkpoint(Math.max(0, carry.step - options.keepCheckpoints + 1));
    for await (const { key } of store.list(keys.checkpoints)) {
      if (key >= oldest) return;
      const old = await findObject<Checkpoint>(store, key);
      if (old && old.carry.state.uri !== carry.state.uri) await store.delete(old.carry.state.uri);
      await store.delete(key);
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}

function hashOf(content: Omit<Checkpoint, 'sha256'>): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

function damaged(key: string, got: string): StoreDamagedError {
  return new StoreDamagedError({
    problem: `the checkpoint ${key} is damaged`,
    expected: 'the checkpoint that was written',
    got,
    remedy: 'Restore the object from a backup, or copy the last of the numbered checkpoints over it.',
  });
}

function otherVersion(key: string, version: unknown): StoreError {
  return new StoreError({
    problem: `the checkpoint ${key} is of another version`,
    expected: `version ${VERSION}`,
    got: typeof version === 'number' ? `version ${version}` : 'none',
    remedy: 'Go on with the version of mallm-gan that wrote it.',
  });
}
