/** A bound on the time of one operation. */
export interface Deadline {
  /** Aborted when the time has passed, or when the other signal is. */
  signal: AbortSignal;
  /** Whether the time has passed. */
  passed(): boolean;
  /** Starts the time anew. */
  renew(): void;
  /** To be called when the operation has ended. */
  end(): void;
}

/**
 * What `AbortSignal.timeout` and `AbortSignal.any` are for, but that it can be ended: these hold what listens to them (a
 * request with its reply) in memory until the time has passed, minutes after the operation.
 */
export function deadline(ms: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController();
  let passed = false;
  const timer = setTimeout(() => {
    passed = true;
    controller.abort();
  }, ms).unref();
  const abort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    passed: () => passed,
    renew: () => void timer.refresh(),
    end: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}
