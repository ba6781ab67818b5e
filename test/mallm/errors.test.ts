import { describe, expect, it, vi } from 'vitest';
import { MallmError, OptionError, StoreError, TableError } from '../../mallm/errors.js';
import { StoreUnavailableError } from '../../store/object-store.js';

const parts = { problem: 'it is not right' };

describe('an error of this package', () => {
  it('is one of its class and of those above it', () => {
    const error = new StoreUnavailableError(parts);
    expect(StoreUnavailableError.isInstance(error)).toBe(true);
    expect(StoreError.isInstance(error)).toBe(true);
    expect(MallmError.isInstance(error)).toBe(true);
    expect(TableError.isInstance(error)).toBe(false);
    expect(StoreUnavailableError.isInstance(new StoreError(parts))).toBe(false);
  });

  it.each([undefined, null, 'text', parts, new Error('another')])('is not %j', (value) => {
    expect(MallmError.isInstance(value)).toBe(false);
  });

  it('is recognised when it comes from another copy of the package', async () => {
    vi.resetModules();
    const copy = await import('../../mallm/errors.js');
    const error = new copy.OptionError(parts);
    expect(error).not.toBeInstanceOf(OptionError);
    expect(OptionError.isInstance(error)).toBe(true);
    expect(MallmError.isInstance(error)).toBe(true);
    vi.resetModules();
  });

  it('shows its parts and no more when it is printed or made JSON', () => {
    expect(Object.keys(new TableError(parts)).toSorted()).toEqual(['name', 'parts']);
  });
});
