import { proxyActivities } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '1 minute' });

/** So many activities that do nothing, a number of them at a time. */
export async function doNothing(activities: number, atOnce: number): Promise<void> {
  let left = activities;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await nothing();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
