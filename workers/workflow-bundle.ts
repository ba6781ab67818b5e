import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The prebuilt workflow code: in `dist`, also when this file runs from source.
 * @param encodedFailures the one whose failures are for the codec to encrypt.
 */
export function workflowBundlePath(encodedFailures = false): string {
  const file = encodedFailures ? 'workflow-bundle-encoded-failures.cjs' : 'workflow-bundle.cjs';
  const here = fileURLToPath(new URL(`./${file}`, import.meta.url));
  return here.includes('/dist/') || existsSync(here)
    ? here
    : fileURLToPath(new URL(`../dist/workers/${file}`, import.meta.url));
}
