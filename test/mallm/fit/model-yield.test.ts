import { describe, expect, it } from 'vitest';
import { assertModelRows, commonReasons, poorYield } from '../../../mallm/fit/model-yield.js';
import { NoModelRowsError } from '../../../mallm/errors.js';
import { defaultPreset } from '../../../mallm/options.js';

const rejections = { 'out-of-range': 1, 'partial-row-not-kept': 6, 'not-in-reply': 42, 'not-a-date': 1 };

function run(accepted: number, reasons: Record<string, number>, options: Partial<typeof defaultPreset> = {}) {
  const rejected = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  return {
    rows: { asked: 50, released: 50, accepted, rejected },
    rejections: reasons,
    options: { ...defaultPreset, ...options },
    draw: 'refined' as const,
  };
}

describe('commonReasons', () => {
  it('names the most frequent first', () => {
    expect(commonReasons(rejections)).toBe('not-in-reply 42, partial-row-not-kept 6, out-of-range 1');
    expect(commonReasons({})).toBe('');
  });
});

describe('poorYield', () => {
  it('is silent where enough rows were valid for a θ to count, and where none was asked for', () => {
    expect(poorYield(run(40, { 'out-of-range': 10 }))).toBeNull();
    expect(poorYield(run(0, {}))).toBeNull();
  });

  it('says how few were valid, why, whose rows are released, and what to do', () => {
    const told = poorYield(run(1, rejections));
    expect(told).toContain('only 2 %');
    expect(told).toContain('not-in-reply 42');
    expect(told).toContain('owe more to the training rows');
    expect(told).toContain('--rows-per-request 5');
    expect(poorYield({ ...run(1, rejections), draw: 'model' })).not.toContain('training rows');
  });

  it('advises only what is not already so', () => {
    const unkept = { 'partial-row-not-kept': 30 };
    expect(poorYield(run(1, unkept))).toContain('--no-partial-rows');
    expect(poorYield(run(1, unkept, { partialRows: false }))).toMatch(/Try a stronger model\.$/);
  });
});

describe('assertModelRows', () => {
  const after = (accepted: number, reasons: Record<string, number>) => () =>
    assertModelRows({ ...run(accepted, reasons).rows, rejections: reasons }, defaultPreset);

  it('lets a fit go on whose model gave some valid rows, or was asked for none', () => {
    expect(after(3, { prose: 37 })).not.toThrow();
    expect(after(0, {})).not.toThrow();
  });

  it('stops one whose model gave hardly any, with the reason in words and what to do', () => {
    expect(after(1, { 'only-thoughts': 50, 'out-of-range': 2 })).toThrow(NoModelRowsError);
    expect(after(0, { 'only-thoughts': 50 })).toThrow(/no valid row of 50 asked.*thoughts used up.*--reasoning-effort/);
    expect(after(0, { 'unknown-label': 50 })).toThrow(/its rows were not valid \(unknown-label 50\)/);
  });
});
