import type { SimulatorOptions } from '../../simulator/index.js';
import { parseSimulatorOptions, startSimulator } from '../../simulator/index.js';
import { OptionError } from '../../mallm/errors.js';

/**
 * Serves the simulated model over the OpenAI protocol until the signal aborts.
 * @throws OptionError for an option out of range, or a port that is taken.
 */
export async function runSimulator(
  /** Numbers may come as text. */
  options: { [Name in keyof SimulatorOptions]: SimulatorOptions[Name] | string },
  { signal, onNotice }: { signal: AbortSignal; onNotice(line: string): void },
): Promise<void> {
  const settings = parseSimulatorOptions({ ...options });
  const simulator = await startSimulator(settings).catch((error: unknown) => {
    throw new OptionError({
      problem: `cannot listen on ${settings.host}:${settings.port}`,
      got: (error as NodeJS.ErrnoException).code ?? String(error),
      remedy: 'Choose another --port; 0 takes a free one.',
    });
  });
  onNotice(`simulated model at ${simulator.url}`);
  onNotice(
    `  OPENAI_BASE_URL=${simulator.url} OPENAI_API_KEY=${settings.requireKey ?? 'any'} mallm-gan fit TABLE.csv --target COLUMN`,
  );
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await simulator.close();
}
