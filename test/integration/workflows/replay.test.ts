import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { describe, expect, it } from 'vitest';
import * as workflows from '../../../workflows/index.js';
import { logWorkersTo } from '../../../workers/logging.js';
import { workflowBundlePath } from '../../../workers/workflow-bundle.js';
import type { KeptHistory } from '../../histories/histories.js';
import { keptHistories } from '../../histories/histories.js';
import { payloadsOf } from '../../support/payloads.js';
import { SITE_KEY } from '../../support/site.js';

logWorkersTo(resolve(import.meta.dirname, '../../../.cache/replay.log'));

const histories = keptHistories();
const bundle = readFileSync(workflowBundlePath(), 'utf8');

/** What the runs behind the histories went through; without it a replay would prove less than it seems to. */
const THROUGH: Record<string, string[]> = {
  'optimize-theta': ['workflowExecutionSignaled', 'workflowExecutionUpdateCompleted', 'workflowExecutionCompleted'],
  'optimize-theta-blocked': ['activityTaskFailed', 'workflowExecutionSignaled', 'workflowExecutionCompleted'],
  'optimize-theta-cancelled': ['workflowExecutionCancelRequested', 'workflowExecutionCanceled'],
  'optimize-theta-from-checkpoint': ['workflowExecutionCompleted'],
  regenerate: ['childWorkflowExecutionCompleted', 'workflowExecutionCompleted'],
  'regenerate-blocked': ['childWorkflowExecutionFailed', 'workflowExecutionFailed'],
  'regenerate-refitted': ['childWorkflowExecutionCompleted', 'workflowExecutionCompleted'],
  'generate-synthetic-data-shards': ['childWorkflowExecutionCompleted'],
};

describe('a committed history', () => {
  it('cover every workflow', () => {
    const started = new Set(histories.map(typeOf));
    expect(Object.keys(workflows).filter((name) => !started.has(name))).toEqual([]);
  });

  it.each(histories)('replays: $name', async ({ workflowId, history }) => {
    await replay(bundle, { workflowId, history });
  });

  it.each(Object.entries(THROUGH))('shows what it was made for: %s', (name, events) => {
    const text = JSON.stringify(named(name).history.events.map((event) => Object.keys(event)));
    expect(events.filter((event) => !text.includes(`${event}EventAttributes`))).toEqual([]);
  });

  it('holds references only: no key, no prompt, no label of a real row', () => {
    const text = histories.flatMap(({ history }) => [JSON.stringify(history), ...payloadsOf(history)]).join('\n');
    expect(text).toContain('sha256');
    const secrets = [SITE_KEY, '## Real rows', '## Rows to make', 'Prof-specialty', 'Married-civ-spouse'];
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});

describe('a change that its history does not allow', () => {
  it('is refused: another activity in the history', async () => {
    const { workflowId, history } = named('optimize-theta');
    const changed = JSON.parse(JSON.stringify(history).replace('"scoreBatch"', '"saveCheckpoint"')) as typeof history;
    await expect(replay(bundle, { workflowId, history: changed })).rejects.toThrow(DeterminismViolationError);
  });

  it.each(histories.filter(({ name }) => /^optimize-theta(-blocked)?$/.test(name)))(
    'is refused: another activity in the workflow ($name)',
    async (kept) => {
      await expect(replay(changedBundle("'openShard'"), kept)).rejects.toThrow(DeterminismViolationError);
    },
  );

  it('is allowed behind patched(): runs of before go on as before', async () => {
    const patched = `${patchedIn(bundle)}('another-first-step') ? 'openShard' : 'firstTheta'`;
    await replay(changedBundle(patched), named('optimize-theta'));
  });
});

async function replay(code: string, { workflowId, history }: Omit<KeptHistory, 'name'>): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: { code } }, history, workflowId);
}

/** The workflow code with another first activity: its name is the value of an expression. */
function changedBundle(name: string): string {
  const changed = bundle.replace(/\.firstTheta\(/, `[${name}](`);
  expect(changed).not.toBe(bundle);
  return changed;
}

/** How the bundled module of `optimizeTheta` calls what it imports from Temporal. */
function patchedIn(code: string): string {
  const [, imported] = /(_temporalio_workflow__\w+)\.continueAsNew\)\(/.exec(code) ?? [];
  return `(0,${imported}.patched)`;
}

function named(name: string): KeptHistory {
  const found = histories.find((kept) => kept.name === name);
  if (!found) throw new Error(`there is no history ${name}: npm run histories`);
  return found;
}

function typeOf({ history }: KeptHistory): string {
  const { workflowExecutionStartedEventAttributes: started } = history.events[0] as {
    workflowExecutionStartedEventAttributes: { workflowType: { name: string } };
  };
  return started.workflowType.name;
}
