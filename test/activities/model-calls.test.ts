import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dependencies } from '../../activities/dependencies.js';
import { generateRows } from '../../activities/generate-rows.js';
import { proposeThetas } from '../../activities/propose-theta.js';
import type { FitState, Pair } from '../../mallm/fit/fit-state.js';
import type { RunPlan, StoredRows, StoredTheta } from '../../mallm/fit/plan.js';
import { parseFitOptions } from '../../mallm/options.js';
import type { FitOptions } from '../../mallm/options.js';
import type { ChatModel, ChatRequest } from '../../models/chat-model.js';
import { folderStore } from '../../store/folder-store.js';
import { getObject, putObject } from '../../store/object.js';
import type { FinalPass } from '../../workflows/activity-contract.js';
import { clinicRows, clinicSchema } from '../support/clinic-schema.js';

/** What the activities ask of the model, request by request; the model itself replies with nothing of use. */
const ROWS = 12;
const trainRows = Array.from({ length: ROWS }, (_, row) => clinicRows[row % 2]!.with(1, 20 + row));

let folder: string;
let requests: ChatRequest[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mallm-calls-'));
  requests = [];
});
afterEach(() => rm(folder, { recursive: true }));

function dependencies(): Dependencies {
  const store = folderStore(folder);
  const model: ChatModel = {
    host: 'model.test',
    defaultModel: () => Promise.resolve('m'),
    complete: (request) => {
      requests.push(request);
      const tokens = { promptTokens: 1, completionTokens: 1 };
      return Promise.resolve({ text: '[]', finish: 'stop', model: 'm', simulated: false, ...tokens });
    },
  };
  return { openStore: () => store, generator: model, optimizer: model } as Partial<Dependencies> as Dependencies;
}

async function stored(given: Partial<FitOptions>) {
  const store = folderStore(folder);
  const plan: RunPlan = {
    ...{ version: 1, runId: 'r', name: 'clinic', schema: clinicSchema, heldOut: null },
    options: parseFitOptions({ preset: 'paper', ...given }),
    dialect: { delimiter: ',', newline: '\n', bom: false },
    ...{ context: '', taskInstruction: '', causalStructure: [], givenColumns: null },
    train: await putObject(store, 'train', trainRows),
  };
  const thetaOf = (taskInstruction: string, number = 0): StoredTheta => ({
    ...{ number, parent: null, epoch: 1, batch: 1, told: [] },
    ...{ causalStructure: [], taskInstruction },
  });
  return { store, plan: await putObject(store, 'plan', plan), thetaOf };
}

/** Runs an activity where it finds the context that a worker would give it. */
function inActivity<Inputs extends unknown[], Result>(
  activity: (...inputs: Inputs) => Promise<Result>,
  ...inputs: Inputs
): Promise<Result> {
  return new MockActivityEnvironment().run<Inputs, Result, typeof activity>(activity, ...inputs);
}

/** Indexes of the training rows that each call of a step shows. */
async function shownBy(given: Partial<FitOptions>, calls: number, finalPass?: FinalPass): Promise<number[][]> {
  const { store, plan, thetaOf } = await stored(given);
  const theta = { number: 0, ref: await putObject(store, 'theta', thetaOf('Make rows.')) };
  const result = await inActivity(generateRows, dependencies(), {
    ...{
      runId: 'r',
      store: '',
      plan,
      step: `s${finalPass?.callsBefore}`,
      epoch: 1,
      batch: 1,
      parallel: 1,
      conditions: {},
    },
    thetas: [
      {
        theta,
        rowsOfStep: calls,
        calls: Array.from({ length: calls }, (_, index) => ({ index, first: index, rows: 1 })),
      },
    ],
    ...(finalPass ? { finalPass } : {}),
  });
  const rows = await getObject<StoredRows>(store, result.rows[0]!.ref);
  return rows.calls.map(({ shown }) => shown);
}

describe('the examples of a call', () => {
  it('are rows of its batch alone, in a fit', async () => {
    const shown = await shownBy({ batchSize: 6 }, 8);
    expect(new Set(shown.flat()).size).toBe(6);
    expect(shown[6]).toEqual(shown[0]);
  });

  it('walk all training rows in the final pass, from step to step and round again', async () => {
    const first = await shownBy({ batchSize: 6, examplesPerPrompt: 2 }, 4, { seed: 5, callsBefore: 0 });
    const second = await shownBy({ batchSize: 6, examplesPerPrompt: 2 }, 4, { seed: 5, callsBefore: 4 });
    const walk = [...first, ...second].flat();
    expect(walk).toHaveLength(16);
    expect(walk.slice(0, ROWS).sort((a, b) => a - b)).toEqual(trainRows.map((_, row) => row));
    expect(walk.slice(ROWS)).toEqual(walk.slice(0, 4));
  });

  it('are walked in another order with another seed', async () => {
    const [one, other] = [
      await shownBy({}, ROWS, { seed: 5, callsBefore: 0 }),
      await shownBy({}, ROWS, { seed: 6, callsBefore: 0 }),
    ];
    expect(other.flat().sort()).toEqual(one.flat().sort());
    expect(other).not.toEqual(one);
  });
});

describe('what is asked of the model', () => {
  const temperatures = { generatorTemperature: 0.3, optimizerTemperature: 1.3 };

  it("has the generator's temperature and prompts", async () => {
    await shownBy(temperatures, 2);
    expect(requests.map(({ temperature }) => temperature)).toEqual([0.3, 0.3]);
    expect(requests[0]!.messages[0]!.content).toContain('50 %');
  });

  it("has the optimizer's temperature, prompts, and the best pairs with the best last", async () => {
    const { store, plan, thetaOf } = await stored(temperatures);
    const pairs = await Promise.all(
      [0.7, 0.9, 0.6, 0.8].map(async (adjustedScore, number): Promise<Pair> => ({
        ...{
          number,
          parent: null,
          epoch: 1,
          batch: 1,
          interval: null,
          adjustedInterval: null,
          validShare: 1,
          counted: true,
        },
        ...{
          score: 0.5,
          adjustedScore,
          theta: await putObject(store, `t${number}`, thetaOf(`Task ${number}.`, number)),
        },
      })),
    );
    const state: FitState = {
      ...{ version: 1, runId: 'r', pairs, heldOut: {}, discriminator: null, feedback: null },
      ...{ pool: [], hosts: [] },
      trajectory: [{ epoch: 1, batch: 2, score: 0.6, best: 0.6, bestTheta: 2, theta: 2, accepted: 1, rejected: 0 }],
    };
    const { candidates } = await inActivity(proposeThetas, dependencies(), {
      ...{ runId: 'r', store: '', plan, state: await putObject(store, 'state', state), epoch: 2, batch: 1 },
      ...{ first: 4, count: 1, parallel: 1, rows: null },
    });
    // The first reply is of no use, and the one that mends it neither: the best θ so far stays.
    expect(requests.map(({ temperature }) => temperature)).toEqual([1.3, 1.3]);
    const [system, user] = requests[0]!.messages;
    expect(system!.content).toContain('\n3. Write the new task');
    expect(user!.content.match(/^### Trial .*|^Task \d/gm)).toEqual([
      '### Trial 1: the classifier was right in 80.0 % of cases',
      'Task 3',
      '### Trial 2: the classifier was right in 70.0 % of cases',
      'Task 0',
      '### Trial 3: the classifier was right in 60.0 % of cases',
      'Task 2',
    ]);
    const kept = await getObject<StoredTheta>(store, candidates[0]!.ref);
    expect(kept).toMatchObject({ number: 4, parent: 2, taskInstruction: 'Task 2.' });
  });
});
