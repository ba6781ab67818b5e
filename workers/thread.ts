import { startCompute } from '../activities/compute.js';
import type { Compute } from '../activities/compute.js';

/**
 * Long computations in a thread of their own, so that Ctrl-C, timers and progress stay alive meanwhile; the thread ends
 * with the work.
 */
export async function withThread<Result>(work: (run: Compute['run']) => Promise<Result>): Promise<Result> {
  const { run, close } = startCompute(1);
  try {
    return await work(run);
  } finally {
    await close();
  }
}
