/** A JSON Schema without bounds on the length of its lists; a property may be called like such a bound. */
export function withoutCounts(schema: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(schema).filter(([keyword]) => keyword !== 'minItems' && keyword !== 'maxItems');
  return Object.fromEntries(
    kept.map(([keyword, value]) => {
      if (!isSchema(value)) return [keyword, value];
      return [keyword, keyword === 'properties' ? eachWithoutCounts(value) : withoutCounts(value)];
    }),
  );
}

function eachWithoutCounts(schemas: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, isSchema(schema) ? withoutCounts(schema) : schema]),
  );
}

function isSchema(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
