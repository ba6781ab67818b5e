import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The prebuilt workflow code: in `dist`, also when this file runs from source.
 * @param sealed the one for workers with keys: failures are for the codec to encrypt, and what is not sealed is refused.
 */
export function workflowBundlePath(sealed = false): string {
  const file = sealed ? 'workflow-bundle-sealed.cjs' : 'workflow-bundle.cjs';
  const here = fileURLToPath(new URL(`./${file}`, import.meta.url));
  return here.includes('/dist/') || existsSync(here)
    ? here
    : fileURLToPath(new URL(`../dist/workers/${file}`, import.meta.url));
}
