/** Where the continued fraction takes over from the power series. */
const SERIES_LIMIT = 3;
/** Beyond this the distribution function is 0 or 1 to double precision. */
const FARTHEST = 8.3;

/** Standard normal distribution function, to about 1e-13. */
export function normalCumulative(z: number): number {
  if (z < 0) return 1 - normalCumulative(-z);
  if (z > FARTHEST) return 1;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return z < SERIES_LIMIT ? 0.5 + density * series(z) : 1 - density * fraction(z);
}

/** Inverse of the distribution function, by bisection to about 1e-12; `probability` in (0, 1). */
export function normalQuantile(probability: number): number {
  let low = -FARTHEST;
  let high = FARTHEST;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (normalCumulative(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** z + z³/3 + z⁵/(3·5) + …: the distribution function over the density, less its value at 0. */
function series(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; term > 1e-17 * sum; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return sum;
}

/** Mills' ratio 1/(z + 1/(z + 2/(z + …))). */
function fraction(z: number): number {
  let value = z;
  for (let k = 60; k >= 1; k--) value = z + k / value;
  return 1 / value;
}
