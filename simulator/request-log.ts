import { closeSync, openSync, writeSync } from 'node:fs';

/** One attempt at a call. Holds no prompt, no reply and no key. */
export interface LoggedCall {
  /** When it came and when it was done with, milliseconds since 1970. */
  time: number;
  ended: number;
  /** Hash of the request: equal for equal requests. */
  hash: string;
  /** How often this request has come, this time included. */
  attempt: number;
  /** HTTP status; 0 where the connection was closed without one. */
  status: number;
  /** Wait asked of the caller, milliseconds from `time`; null when none. */
  retryAfterMs: number | null;
  /** Whether the whole answer left for the caller. */
  delivered: boolean;
}

/** A log of calls as a file of JSON lines, each written before the next is handled. */
export interface RequestLog {
  write(call: LoggedCall): void;
  close(): void;
}

/** Opens the log for appending; without a file nothing is kept. */
export function openRequestLog(file: string | null): RequestLog {
  if (file === null) return { write: () => undefined, close: () => undefined };
  const descriptor = openSync(file, 'a');
  return {
    write: (call) => {
      writeSync(descriptor, `${JSON.stringify(call)}\n`);
    },
    close: () => closeSync(descriptor),
  };
}
