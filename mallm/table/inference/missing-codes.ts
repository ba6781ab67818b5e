/** Numbers that stand for a missing value: 9, 99, -99, 999.9, …, as questionnaires and registries code it. */
const CODE = /^-?(?:6+|7+|8+|9+)(?:\.[0]+)?$|^-?9+\.9+$|^-?9[6-9]$|^-?99[4-9]$|^-1$/;
/** A code is in at least so many rows. */
const FEWEST_ROWS = 2;
/** −1 may be a measurement: as a code it is in more of the rows. */
const SHARE_OF_MINUS_ONE = 0.05;
/** Fewest different values beside the codes. */
const FEWEST_VALUES = 3;

/**
 * The numbers of a column that are codes for missing, by their isolation: a number that codes are written as, at least
 * twice, farther from all other values than these are from each other (a single digit twice as far); or, where nothing else is below zero, a negative one.
 */
export function missingCodes(values: readonly number[]): Set<number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const isCandidate = (value: number): boolean =>
    CODE.test(String(value)) &&
    counts.get(value)! >= (value === -1 ? Math.max(FEWEST_ROWS, SHARE_OF_MINUS_ONE * values.length) : FEWEST_ROWS);
  const codes = new Set<number>();
  const sorted = [...counts.keys()].sort((a, b) => a - b);
  for (const fromEnd of [true, false]) {
    const order = fromEnd ? sorted.toReversed() : sorted;
    // From the outside inwards: what is left after the codes found so far is what the next one is compared with.
    let last = order.findIndex((value) => !isCandidate(value));
    if (last < 0) last = order.length;
    for (let place = last - 1; place >= 0; place--) {
      const rest = sorted.filter(
        (value) => (fromEnd ? value <= order[place + 1]! : value >= order[place + 1]!) && !codes.has(value),
      );
      if (isIsolated(order[place]!, rest)) {
        for (const code of order.slice(0, place + 1)) codes.add(code);
        break;
      }
    }
  }
  return sorted.length - codes.size >= FEWEST_VALUES ? codes : new Set();
}

/** @param rest the values on the inner side, ascending. */
function isIsolated(value: number, rest: readonly number[]): boolean {
  const [low, high] = [rest[0], rest.at(-1)];
  if (low === undefined || high === undefined) return false;
  if (value < 0 && low >= 0) return true;
  const gap = value > high ? value - high : low - value;
  return gap > (high - low) * (Math.abs(value) < 10 ? 2 : 1);
}
