import { StoreError } from '../mallm/errors.js';

/**
 * Refuses a key that a folder or a bucket would take for another one.
 *
 * @throws StoreError when a segment is empty, `.` or `..`, or the key holds a control character.
 */
export function checkedKey(key: string): string {
  const segments = key.split('/');
  if (!/[\u0000-\u001f\\]/.test(key) && !segments.some((segment) => /^\.{0,2}$/.test(segment))) return key;
  throw new StoreError({
    problem: 'a key of the store is not well formed',
    expected: 'names separated by "/", none of them empty, "." or ".."',
    got: JSON.stringify(key),
  });
}
