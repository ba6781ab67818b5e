import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withFolderLock } from '../../workers/embedded/folder-lock.js';
import { Interrupted } from '../errors.js';

/** Longest wait for another command at the same run folder: it may be asking slow endpoints, or writing a large table. */
const WAIT_MS = 30 * 60_000;

/**
 * Runs `work` while no other command begins a run in the folder, or writes its results there: of two same commands at
 * once, the second finds the run of the first.
 *
 * @throws Interrupted when the signal aborts while it waits.
 */
export async function inTurn<T>(folder: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const lock = join(folder, '.lock');
  await mkdir(lock, { recursive: true, mode: 0o700 });
  const held = `the run folder ${folder} is in use`;
  let begun = false;
  const mine = (): Promise<T> => {
    begun = true;
    return work();
  };
  return withFolderLock(lock, mine, { waitMs: WAIT_MS, signal, held }).catch((error: unknown) => {
    if (begun || !signal?.aborted) throw error;
    throw new Interrupted({ problem: 'stopped before it began', remedy: 'Run the same command again.' });
  });
}
