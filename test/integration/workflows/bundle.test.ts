import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { workflowBundlePath } from '../../../workers/workflow-bundle.js';

describe('the workflow bundle', () => {
  const code = readFileSync(workflowBundlePath(), 'utf8');

  it.each(['zod', 'openai', 'ml-matrix', 'ml-logistic-regression', 'umap-js', 'csv-parse', '@aws-sdk', 'pure-rand'])(
    'does not hold %s',
    (library) => expect(code).not.toContain(`node_modules/${library}/`),
  );

  it('holds our workflows', () => {
    for (const name of ['optimizeTheta', 'generateSyntheticData', 'generateShard', 'evaluateSyntheticData']) {
      expect(code).toContain(name);
    }
  });
});
