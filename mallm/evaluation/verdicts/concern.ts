import type { Verdict } from '../result.js';

/** Level of a finding, from best to worst. */
const LEVELS = ['good', 'fair', 'poor'] as const;

export type Level = (typeof LEVELS)[number];

/** A finding that lowers a verdict, with what to do about it. */
export interface Concern {
  level: 'fair' | 'poor';
  finding: string;
  advice: string;
}

/** The worse of two levels. */
export function worse(a: Level, b: Level): Level {
  return LEVELS.indexOf(a) >= LEVELS.indexOf(b) ? a : b;
}

/** The level of what is surely above the first or the second of two marks; null below both. */
export function levelAbove(size: number, [fair, poor]: readonly [number, number]): Concern['level'] | null {
  return size > poor ? 'poor' : size > fair ? 'fair' : null;
}

/** Worst first; equal ones in their order. */
export function worstFirst<T extends { level: Level }>(concerns: readonly T[]): T[] {
  return concerns.toSorted((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
}

/** Each advice once, in order. */
export function adviceOf(concerns: readonly Pick<Concern, 'advice'>[]): string {
  return [...new Set(concerns.map(({ advice }) => advice))].join(' ');
}

export function unknown(finding: string, advice: string): Verdict {
  return { level: 'unknown', finding, advice };
}

export function fixed(value: number): string {
  return value.toFixed(2);
}

export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}
