import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { TelemetryOptions } from '@temporalio/worker';
import { redacted } from '../config/index.js';

let installed = false;

/**
 * Sends what the Temporal worker logs to a file: a person at the terminal sees our own lines only. While a server is
 * away, the core alone logs hundreds of lines. Once a process; later calls change nothing.
 * @param metricsAddress where Temporal's runtime gives out metrics for Prometheus; left out, it keeps none.
 */
export function logWorkersTo(file: string, metricsAddress?: string): void {
  if (installed) return;
  installed = true;
  mkdirSync(dirname(file), { recursive: true });
  const stream = createWriteStream(file, { flags: 'a' });
  stream.on('error', () => undefined);
  const logger = new DefaultLogger('WARN', ({ level, timestampNanos, message, meta }) => {
    const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
    stream.write(redacted(`${time} ${level} ${message} ${meta ? JSON.stringify(meta, plainErrors) : ''}\n`));
  });
  const filter = makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' });
  const metrics: TelemetryOptions['metrics'] = metricsAddress
    ? {
        prometheus: {
          bindAddress: metricsAddress,
          countersTotalSuffix: true,
          unitSuffix: true,
          useSecondsForDurations: true,
        },
      }
    : undefined;
  Runtime.install({ logger, telemetryOptions: { logging: { filter, forward: {} }, metrics }, shutdownSignals: [] });
}

function plainErrors(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Error ? `${value.name}: ${value.message}` : value;
}
