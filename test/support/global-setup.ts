import { temporalCli } from './temporal.js';

/** Runs once before the integration tests: a fresh machine downloads the Temporal CLI here, not in the first test's time. */
export async function setup(): Promise<void> {
  await temporalCli((line) => console.log(line));
}
