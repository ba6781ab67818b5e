import { Interrupted, NoModelRowsError } from '../client/errors.js';
import { redacted } from '../config/secrets.js';
import type { Progress } from '../client/index.js';

/** Options of every command for its output. */
export interface OutputOptions {
  quiet?: boolean;
  json?: boolean;
}

/** Where a command writes: progress to stderr, results to stdout. */
export interface Terminal {
  notice(line: string): void;
  progress(progress: Progress): void;
  /** The result: lines for people, or one JSON object with --json. */
  result(lines: string[], json: unknown): void;
  /** Ends a progress line that is redrawn. */
  done(): void;
}

/** Exit code of a fit whose table has no model's part. */
export const WITHOUT_MODEL = 4;
const PLAIN_EVERY_MS = 10_000;
/** Control characters but line feed and tab, and those that embed or isolate a direction. */
const UNPRINTABLE = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu;

/** A terminal redraws one progress line; a file or a pipe gets plain lines, one for each step and every ten seconds. */
export function openTerminal({ quiet = false, json = false }: OutputOptions): Terminal {
  const startedAt = Date.now();
  const redraw = process.stderr.isTTY && !json;
  let drawn = false;
  let lastStep = '';
  let lastAt = 0;
  const clear = (): void => {
    if (drawn) process.stderr.write('\r\u001b[2K');
    drawn = false;
  };
  return {
    notice: (line) => {
      if (quiet || json) return;
      clear();
      process.stderr.write(`${printable(line)}\n`);
    },
    progress: (progress) => {
      if (quiet) return;
      const line = progressLine(progress, (Date.now() - startedAt) / 1000);
      if (redraw) {
        process.stderr.write(`\r\u001b[2K${printable(line).slice(0, (process.stderr.columns || 100) - 1)}`);
        drawn = true;
        return;
      }
      const step = `${progress.phase} ${progress.epoch}.${progress.batch} ${progress.status}`;
      if (step === lastStep && Date.now() - lastAt < PLAIN_EVERY_MS) return;
      lastStep = step;
      lastAt = Date.now();
      process.stderr.write(json ? `${redacted(JSON.stringify({ progress }))}\n` : `${printable(line)}\n`);
    },
    result: (lines, value) => {
      clear();
      if (json) process.stdout.write(`${redacted(JSON.stringify(value, null, 2))}\n`);
      else if (!quiet) process.stdout.write(`${printable(lines.join('\n'))}\n`);
    },
    done: clear,
  };
}

/** One line: where the run is, the scores, what was made and paid, and the time. */
export function progressLine(progress: Progress, elapsed: number): string {
  const { phase, status, epoch, epochs, batch, batches, score, best, accepted, rejected, spending, done, rows } =
    progress;
  const state = status === 'running' ? phase : `${phase} ${status}`;
  const left = done > 0.02 && done < 1 ? ` · ${duration((elapsed * (1 - done)) / done)} left` : '';
  const tokens = spending.promptTokens + spending.completionTokens;
  if (phase === 'evaluate')
    return `evaluate · ${rows?.asked ?? 0} rows and four simple generators · ${duration(elapsed)}`;
  if (rows) return rowsLine(state, rows, spending.calls, elapsed);
  const parts = [
    `${state} · epoch ${epoch}/${epochs} batch ${batch}/${batches}`,
    `score ${percent(score)} best ${percent(best)}`,
    `rows ${accepted} ok ${rejected} rejected`,
    `${spending.calls} calls ${compact(tokens)} tokens`,
    `${duration(elapsed)}${left}`,
  ];
  return parts.join(' · ');
}

function rowsLine(state: string, rows: NonNullable<Progress['rows']>, calls: number, elapsed: number): string {
  const { asked, released, perSecond } = rows;
  const parts = [state, `${released} of ${asked} rows`];
  if (calls > 0) parts.push(`${calls} calls`);
  if (perSecond !== null) parts.push(`${Math.round(perSecond)} rows/s`);
  if (elapsed > 0) parts.push(duration(elapsed));
  if (perSecond && released < asked) parts.push(`${duration((asked - released) / perSecond)} left`);
  return parts.join(' · ');
}

/** Runs a command: one clear message and an exit code when it fails, and a first Ctrl-C that leaves a resumable run. */
export async function runCommand(command: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  let stops = 0;
  const stop = (): void => {
    stops += 1;
    if (stops > 1) process.exit(130);
    process.stderr.write('\nstopping; once more to stop at once\n');
    controller.abort();
  };
  // A terminal that is closed sends this, and takes no more text.
  const hangUp = (): void => {
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', hangUp);
  try {
    await command(controller.signal);
  } catch (error) {
    process.stderr.write(`\n${printable(await messageOf(error))}\n`);
    process.exitCode = exitCodeOf(error);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    process.off('SIGHUP', hangUp);
  }
}

/** The exit code of a command that failed. */
export function exitCodeOf(error: unknown): number {
  if (Interrupted.isInstance(error)) return 130;
  return NoModelRowsError.isInstance(error) ? WITHOUT_MODEL : 1;
}

async function messageOf(error: unknown): Promise<string> {
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  if (isOurs(error)) return `error: ${error.message}`;
  const { showsStacks } = await import('../config/index.js');
  if (showsStacks()) return `error: ${error.stack}`;
  return `error: ${error.message}\n(unexpected; with MALLM_DEBUG=1 the stack is shown)`;
}

/**
 * A text without known secrets, and without the characters that would command a terminal or turn its direction of
 * writing: names of columns, a model's reply and the record of a run may hold them. They are written as escapes, `\u001b`.
 */
export function printable(text: string): string {
  return redacted(text).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Errors thrown on purpose carry their parts; their message says what to do. */
function isOurs(error: Error): boolean {
  return 'parts' in error || 'remedy' in error || error.name === 'ConfigError';
}

export function percent(value: number | null): string {
  return value === null ? '–' : `${(100 * value).toFixed(1)} %`;
}

export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function compact(count: number): string {
  return count < 10_000 ? String(count) : count < 1e6 ? `${(count / 1e3).toFixed(0)}k` : `${(count / 1e6).toFixed(1)}M`;
}
