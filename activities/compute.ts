import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type * as tasks from './compute-tasks.js';

type ComputeTasks = typeof tasks;
type TaskName = keyof ComputeTasks;

/** Heap of a thread for what is short-lived: the tasks make much of it, and V8 would let it grow to three times this. */
const YOUNG_MB = 6;

/** Long computations, off the event loop, so that heartbeats and polls go on. */
export interface Compute {
  /** @param signal aborting it ends the task's thread at once. */
  run<Name extends TaskName>(
    name: Name,
    input: Parameters<ComputeTasks[Name]>[0],
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<ComputeTasks[Name]>>>;
  close(): Promise<void>;
}

/**
 * A pool of worker threads that runs the tasks of compute-tasks.ts.
 * @param threads at most so many at once; idle ones end after some seconds.
 */
export function startCompute(threads: number): Compute {
  const pool = new Piscina({
    filename: tasksFile(),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 10_000,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  return {
    run: async (name, input, signal) => pool.run(input, { name, ...(signal ? { signal } : {}) }) as never,
    close: async () => pool.close({ force: true }),
  };
}

/** The compiled tasks; beside this file, or in `dist` when this file runs from source. */
function tasksFile(): string {
  const beside = fileURLToPath(new URL('./compute-tasks.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../dist/activities/compute-tasks.js', import.meta.url));
}
