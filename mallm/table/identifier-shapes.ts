import { patternOf } from './identifier-pattern.js';

/** A shape that fewer of the keys have is no shape of its own. */
const LEAST_SHARE = 0.05;
const MOST_SHAPES = 6;

/** The shape of keys, or several with their shares: keys of the same runs of letters and digits, as long as each other. */
export function shapesOf(keys: readonly string[]): { pattern: string; shapes?: { pattern: string; share: number }[] } {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const shape = key
      .replace(/\d/g, '9')
      .replace(/\p{Ll}/gu, 'a')
      .replace(/\p{Lu}/gu, 'A');
    groups.set(shape, [...(groups.get(shape) ?? []), key]);
  }
  const common = [...groups.values()].filter((group) => group.length >= LEAST_SHARE * keys.length && group.length > 1);
  const covered = common.reduce((sum, group) => sum + group.length, 0);
  const whole = patternOf([...new Set(keys)]);
  if (
    common.length < 2 ||
    common.length > MOST_SHAPES ||
    covered < (1 - LEAST_SHARE) * keys.length ||
    isOneRun(common)
  ) {
    return { pattern: whole };
  }
  const shapes = common
    .sort((a, b) => b.length - a.length)
    .map((group) => ({ pattern: patternOf([...new Set(group)]), share: group.length / covered }));
  return { pattern: shapes[0]!.pattern, shapes };
}

/** Numbers that only grow longer are of one shape: 8, 9, 10, 11. */
function isOneRun(groups: readonly string[][]): boolean {
  const shape = (key: string): string => key.replace(/\d+/g, '9');
  const first = shape(groups[0]![0]!);
  return groups.every((group) => shape(group[0]!) === first);
}
