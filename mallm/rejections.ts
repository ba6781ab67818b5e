/** Why rows were not kept: reason → number of rows. */
export type Rejections = Record<string, number>;

/** Rejections added up reason by reason; an empty record when there are none. */
export function sumRejections(...parts: readonly Rejections[]): Rejections {
  const sum: Rejections = {};
  for (const part of parts)
    for (const [reason, count] of Object.entries(part)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}
