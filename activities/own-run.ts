import { RootError } from '../mallm/errors.js';
import type { Ref } from '../mallm/reference.js';

/** What a name of a run may be: it is a part of keys. */
const RUN_ID = /^[\w-][\w.-]*$/;

/**
 * Refuses an input with references to other objects than those of the run it names, or, for a schedule, of schedules: a
 * worker reads the store for whoever may start workflows.
 *
 * @throws RootError, which is never retried.
 */
export function assertOwnRun(input: unknown): void {
  walk(input, undefined, 'input');
}

/** @param runId of the nearest object around the value that names a run. */
function walk(value: unknown, runId: string | undefined, name: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    value.forEach((item) => walk(item, runId, name));
    return;
  }
  if (isRef(value)) {
    assertKey(value.uri, runId, name);
    return;
  }
  const { runId: own, fit } = value as { runId?: unknown; fit?: { runId?: unknown } };
  const named = own ?? fit?.runId ?? runId;
  if (named !== undefined && (typeof named !== 'string' || !RUN_ID.test(named)))
    throw new RootError({
      problem: 'the id of the run is not one',
      expected: 'letters, digits, dashes, underscores and dots',
    });
  // The names in conditions are those of columns.
  for (const [field, content] of Object.entries(value)) if (field !== 'conditions') walk(content, named, field);
}

function assertKey(key: string, runId: string | undefined, name: string): void {
  const prefix = name === 'spec' ? 'schedules/' : runId === undefined ? undefined : `runs/${runId}/`;
  if (prefix !== undefined && key.startsWith(prefix)) return;
  throw new RootError({
    problem: `the reference "${name}" is to an object of something else than what the input is for`,
    expected: prefix === undefined ? 'an input that names its run' : `a key below ${prefix}`,
    got: key.slice(0, 200),
  });
}

function isRef(value: object): value is Ref {
  const { uri, sha256, bytes } = value as Partial<Ref>;
  return typeof uri === 'string' && typeof sha256 === 'string' && typeof bytes === 'number';
}
