import { temporalCli } from './temporal.js';

/** Runs once before all tests: on a fresh machine the Temporal CLI is downloaded here, not in the first test's time. */
export async function setup(): Promise<void> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  await temporalCli((line) => console.log(line));
}
