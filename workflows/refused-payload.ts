/**
 * What a worker hands on in place of a payload that it does not take: not sealed, sealed for another run, or damaged.
 * Failing to decode would fail the workflow task, again and again: one signal of a stranger would stop a run for good.
 */
export interface RefusedPayload {
  'mallm-gan refused': true;
  /** Why, in a sentence; also where a failure has its message. */
  message: string;
  /** It is sealed with a key that this process lacks and another one may have. */
  keyMissing: boolean;
}

export function refusedPayload(message: string, keyMissing: boolean): RefusedPayload {
  return { 'mallm-gan refused': true, message, keyMissing };
}

/** The first value that was refused. */
export function refusedAmong(values: readonly unknown[]): RefusedPayload | undefined {
  return values.find(
    (value) => (value as Partial<RefusedPayload> | null | undefined)?.['mallm-gan refused'] === true,
  ) as RefusedPayload | undefined;
}
