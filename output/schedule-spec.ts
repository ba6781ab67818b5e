import { RunError } from '../mallm/errors.js';
import type { Ref } from '../mallm/reference.js';
import { getObject } from '../store/object.js';
import type { ObjectStore } from '../store/object-store.js';
import type { ScheduleSpec } from '../workflows/schedule-contract.js';

const VERSION: ScheduleSpec['version'] = 1;

/** What a schedule makes. @throws RunError for one that another version of mallm-gan has written. */
export async function getScheduleSpec(store: ObjectStore, ref: Ref): Promise<ScheduleSpec> {
  const spec = await getObject<ScheduleSpec | { version?: unknown; name?: string }>(store, ref);
  if (spec.version === VERSION) return spec as ScheduleSpec;
  throw new RunError({
    problem: `the schedule ${JSON.stringify(spec.name ?? 'without a name')} is of another version of mallm-gan`,
    expected: `version ${VERSION} of its format`,
    got: typeof spec.version === 'number' ? `version ${spec.version}` : 'none',
    remedy:
      'Use workers of the version that made it, or delete it and make it anew: mallm-gan schedule delete, create.',
  });
}
