import { describe, expect, it } from 'vitest';
import { assertOwnRun } from '../../activities/own-run.js';
import { toApplicationFailure } from '../../activities/failures.js';
import { RootError } from '../../mallm/errors.js';

const ref = (uri: string) => ({ uri, sha256: '0'.repeat(64), bytes: 1 });

describe('the references of an input', () => {
  it.each([
    {
      what: 'of its run',
      input: { runId: 'a', plan: ref('runs/a/plan-1.json'), rows: [{ theta: { ref: ref('runs/a/thetas/0') } }] },
    },
    {
      what: 'of the fit of a slot',
      input: { fit: { runId: 'a', plan: ref('runs/a/plan') }, drawn: { parts: ref('runs/a/samples/x/parts') } },
    },
    {
      what: 'of schedules, and of the runs that its record names',
      input: {
        spec: ref('schedules/nightly-1/spec.json'),
        record: {
          state: { fit: { runId: 'a', plan: ref('runs/a/plan') }, refit: { runId: 'a-1', plan: ref('runs/a-1/plan') } },
        },
      },
    },
    { what: 'beside columns with any name', input: { runId: 'a', conditions: { runId: 5, uri: { in: ['x'] } } } },
  ])('are taken: $what', ({ input }) => {
    expect(() => assertOwnRun(input)).not.toThrow();
  });

  it.each([
    { what: 'of another run', input: { runId: 'a', plan: ref('runs/b/plan') } },
    { what: 'of a run whose name begins alike', input: { runId: 'a', plan: ref('runs/ab/plan') } },
    { what: 'of no run', input: { plan: ref('runs/a/plan') } },
    { what: 'deep within', input: { runId: 'a', carry: { candidates: [{ number: 0, ref: ref('secrets/key') }] } } },
    { what: 'of a schedule that is none', input: { spec: ref('runs/a/plan') } },
    { what: 'with a run that is a path', input: { runId: '../x', plan: ref('runs/../x/plan') } },
    { what: 'with a run that is no name', input: { runId: { $: 1 } } },
  ])('are refused, and never tried again: $what', ({ input }) => {
    let refusal: unknown;
    try {
      assertOwnRun(input);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(RootError);
    expect(toApplicationFailure(refusal)).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
  });
});
