import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as workflows from '../../../workflows/index.js';
import { workflowBundlePath } from '../../../workers/workflow-bundle.js';

describe('the workflow bundle', () => {
  const code = readFileSync(workflowBundlePath(), 'utf8');

  it.each(['zod', 'openai', 'ml-matrix', 'ml-logistic-regression', 'umap-js', 'csv-parse', '@aws-sdk', 'pure-rand'])(
    'does not contain %s',
    (library) => expect(code).not.toContain(`node_modules/${library}/`),
  );

  it('contains every workflow', () => {
    const names = Object.keys(workflows);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !code.includes(`async function ${name}(`))).toEqual([]);
  });
});
