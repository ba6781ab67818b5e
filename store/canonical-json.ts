/**
 * JSON with the keys of each object sorted and no white space, so that equal values give equal bytes.
 * A property that is `undefined` is left out, as in JSON.
 *
 * @throws TypeError for what JSON would silently turn into something else: NaN, an infinite number, a typed array, a
 * Map or a Set, `undefined` in a list.
 */
export function canonicalJson(value: unknown): string {
  const json = JSON.stringify(value, sorted) as string | undefined;
  if (json === undefined) throw new TypeError('undefined is not a JSON value');
  return json;
}

function sorted(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError(`"${key}" is ${value}: not a JSON value`);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    if (value.includes(undefined)) throw new TypeError(`"${key}" holds undefined: not a JSON value`);
    return value;
  }
  if (ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set) {
    throw new TypeError(`"${key}" is a ${value.constructor.name}: not a JSON value`);
  }
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
