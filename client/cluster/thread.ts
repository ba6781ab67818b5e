import { withThread } from '../../workers/thread.js';
import { Interrupted } from '../errors.js';
import type { Watcher } from '../runs/fit.js';

/** How a computation of this process is followed and stopped. */
export type OfThread = Pick<Watcher, 'onNotice' | 'signal'>;

/**
 * Computes off the event loop, until the signal aborts.
 * @throws Interrupted then.
 */
export async function inThread<Result>({ signal }: OfThread, work: (run: Run) => Promise<Result>): Promise<Result> {
  try {
    return await withThread((run) => work((name, input) => run(name, input, signal)));
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new Interrupted({
      problem: 'stopped before the end',
      remedy: 'Nothing was written. Run the same command again for the whole.',
    });
  }
}

type Run = Parameters<Parameters<typeof withThread>[0]>[0];
