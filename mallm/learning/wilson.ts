/**
 * Centre and half width of Wilson's score interval of a proportion of so many trials.
 *
 * @param z normal quantile: 1.96 for 95 %.
 */
export function wilson(proportion: number, trials: number, z: number): { centre: number; half: number } {
  const spread = 1 + z ** 2 / trials;
  const centre = (proportion + z ** 2 / (2 * trials)) / spread;
  const variance = Math.max(0, proportion * (1 - proportion)) / trials;
  return { centre, half: (z / spread) * Math.sqrt(variance + z ** 2 / (4 * trials ** 2)) };
}
