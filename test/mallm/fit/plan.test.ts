import { describe, expect, it } from 'vitest';
import type { RunPlan } from '../../../mallm/fit/plan.js';
import { edgesToBeginWith, firstParts, thetaOf } from '../../../mallm/fit/plan.js';
import { parseFitOptions } from '../../../mallm/options.js';
import { clinicSchema } from '../../support/clinic-schema.js';

const edges = [{ from: 'age', to: 'smoker' }];
const planOf = (options: object, more: Partial<RunPlan> = {}): RunPlan => ({
  ...{ version: 1, runId: 'r', name: 'clinic', schema: clinicSchema, heldOut: null },
  ...{ dialect: { delimiter: ',', newline: '\n', bom: false }, train: { uri: 't', sha256: 't', bytes: 1 } },
  ...{ context: 'Patients.', taskInstruction: 'Make rows.', causalStructure: null, givenColumns: null },
  options: parseFitOptions(options),
  ...more,
});

describe('the edges that a fit begins with', () => {
  it('are searched in the training rows unless something else is asked for', () => {
    expect(edgesToBeginWith(planOf({ structure: 'hill-climbing' }))).toBeNull();
  });

  it('are those given as an option, or none', () => {
    expect(edgesToBeginWith(planOf({ structure: 'given', edges }))).toEqual(edges);
    expect(edgesToBeginWith(planOf({ structure: 'none' }))).toEqual([]);
  });

  it('are those of a θ given by hand, whatever the option says, even if it has none', () => {
    for (const structure of ['hill-climbing', 'none'])
      expect(edgesToBeginWith(planOf({ structure }, { causalStructure: edges }))).toEqual(edges);
    expect(edgesToBeginWith(planOf({ structure: 'hill-climbing' }, { causalStructure: [] }))).toEqual([]);
  });
});

describe('the first θ', () => {
  it('has the edges, the task, and as given columns the target and the roots', () => {
    expect(firstParts(planOf({ partialRows: true }), edges)).toEqual({
      causalStructure: edges,
      taskInstruction: 'Make rows.',
      givenColumns: ['smoker', 'age'],
    });
  });

  it('has the given columns of a θ given by hand', () => {
    const plan = planOf({ partialRows: true }, { givenColumns: ['sex'] });
    expect(firstParts(plan, edges).givenColumns).toEqual(['sex']);
  });

  it('has no given columns without partial rows', () => {
    expect(firstParts(planOf({ partialRows: false }), edges)).not.toHaveProperty('givenColumns');
    const plan = planOf({ partialRows: false }, { givenColumns: ['sex'] });
    expect(firstParts(plan, edges)).not.toHaveProperty('givenColumns');
  });
});

it('a stored θ is read with the context and the schema of its plan', () => {
  const stored = { number: 3, parent: 1, epoch: 1, batch: 2, told: ['x'], causalStructure: edges };
  expect(thetaOf(planOf({}), { ...stored, taskInstruction: 'Other task.' })).toEqual({
    ...{ context: 'Patients.', schema: clinicSchema, causalStructure: edges, taskInstruction: 'Other task.' },
  });
});
