import type { FitPage, FitState } from '../mallm/fit/fit-state.js';
import { turnPage, wholeFit } from '../mallm/fit/fit-state.js';
import type { Ref } from '../mallm/reference.js';
import type { BatchPosition } from '../workflows/contract.js';
import { runKeys } from './keys.js';
import { getObject, putVersion } from './object.js';
import type { ObjectStore } from './object-store.js';

/** Writes the state after a step; what no later step looks at goes into a page of its own first. */
export async function putState(
  store: ObjectStore,
  { runId, ...place }: BatchPosition & { runId: string },
  state: FitState,
): Promise<Ref> {
  const keys = runKeys(runId);
  const key = keys.state(place);
  const turned = turnPage(state);
  if (!turned) return putVersion(store, key, state);
  const past = await putVersion(store, keys.page(place), turned.page);
  return putVersion(store, key, { ...turned.state, past });
}

/** A state with all its pages. Reads one object for each, one after the other. */
export async function getWholeFit(store: ObjectStore, ref: Ref): Promise<FitState> {
  const state = await getObject<FitState>(store, ref);
  const pages: FitPage[] = [];
  for (let past = state.past; past; past = pages[0]!.past) pages.unshift(await getObject<FitPage>(store, past));
  return wholeFit(state, pages);
}
