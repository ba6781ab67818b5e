import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The prebuilt workflow code: in `dist`, also when this file runs from source. */
export function workflowBundlePath(): string {
  const here = fileURLToPath(new URL('./workflow-bundle.cjs', import.meta.url));
  return here.includes('/dist/') || existsSync(here)
    ? here
    : fileURLToPath(new URL('../dist/workers/workflow-bundle.cjs', import.meta.url));
}
