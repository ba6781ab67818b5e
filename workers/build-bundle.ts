/** Bundles the workflow code once, at build time: `node dist/workers/build-bundle.js`. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { encodedFailuresPath } from './payload-codec.js';
import { workflowBundlePath } from './workflow-bundle.js';

for (const sealed of [false, true]) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
    failureConverterPath: sealed ? encodedFailuresPath() : undefined,
    workflowInterceptorModules: sealed ? [refusalPath()] : [],
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(workflowBundlePath(sealed), code);
}

function refusalPath(): string {
  return fileURLToPath(new URL('../workflows/refuse-unsealed.js', import.meta.url));
}
