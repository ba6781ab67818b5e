/** Pairs of step and gradient change remembered. */
const MEMORY = 10;
const MAX_STEPS = 500;

/** Fills `gradient` at `point` and returns the value there. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

interface Move {
  step: Float64Array;
  change: Float64Array;
  /** 1 / (step · change). */
  rho: number;
}

/** Minimises a smooth convex function by L-BFGS with backtracking, until the gradient is 1e-7 of its first length. */
export function minimize(start: Float64Array, objective: Objective): Float64Array {
  let point = start;
  let gradient: Float64Array = new Float64Array(start.length);
  let value = objective(point, gradient);
  const enough = 1e-7 * Math.max(1, length(gradient));
  const moves: Move[] = [];
  for (let step = 0; step < MAX_STEPS && length(gradient) > enough; step++) {
    const direction = directionOf(gradient, moves);
    const next = backtrack(point, value, gradient, direction, objective);
    if (!next) break;
    const move = next.point.map((entry, j) => entry - point[j]!);
    const change = next.gradient.map((entry, j) => entry - gradient[j]!);
    const curvature = dot(move, change);
    if (curvature > 1e-14) moves.push({ step: move, change, rho: 1 / curvature });
    if (moves.length > MEMORY) moves.shift();
    ({ point, value, gradient } = next);
  }
  return point;
}

/** The two loops of L-BFGS: minus the inverse curvature times the gradient. */
function directionOf(gradient: Float64Array, moves: readonly Move[]): Float64Array {
  const direction = gradient.map((entry) => -entry);
  const shares: number[] = [];
  for (const { step, change, rho } of moves.toReversed()) {
    const share = rho * dot(step, direction);
    shares.push(share);
    for (let j = 0; j < direction.length; j++) direction[j]! -= share * change[j]!;
  }
  const last = moves.at(-1);
  const scale = last ? 1 / (last.rho * dot(last.change, last.change)) : 1 / Math.max(1, length(gradient));
  for (let j = 0; j < direction.length; j++) direction[j]! *= scale;
  for (const { step, change, rho } of moves) {
    const share = shares.pop()! - rho * dot(change, direction);
    for (let j = 0; j < direction.length; j++) direction[j]! += share * step[j]!;
  }
  return direction;
}

function backtrack(
  point: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
  objective: Objective,
): { point: Float64Array; value: number; gradient: Float64Array } | null {
  const slope = dot(gradient, direction);
  const nextGradient = new Float64Array(point.length);
  for (let reach = 1; reach > 1e-12; reach /= 2) {
    const next = point.map((entry, j) => entry + reach * direction[j]!);
    const nextValue = objective(next, nextGradient);
    if (nextValue <= value + 1e-4 * reach * slope) return { point: next, value: nextValue, gradient: nextGradient };
  }
  return null;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

function length(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}
