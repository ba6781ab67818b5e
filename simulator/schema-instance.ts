/** The smallest value that a JSON Schema allows, as far as type, enum, required and minItems say. */
export function smallestInstance(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return {};
  const {
    type,
    enum: values,
    const: only,
    properties,
    required,
    items,
    minItems,
    anyOf,
    minimum,
  } = schema as {
    type?: string | string[];
    enum?: unknown[];
    const?: unknown;
    properties?: Record<string, unknown>;
    required?: string[];
    items?: unknown;
    minItems?: number;
    anyOf?: unknown[];
    minimum?: number;
  };
  if (only !== undefined) return only;
  if (values !== undefined) return values[0];
  if (anyOf !== undefined) return smallestInstance(anyOf[0]);
  switch (Array.isArray(type) ? type[0] : type) {
    case 'array':
      return Array.from({ length: minItems ?? 0 }, () => smallestInstance(items));
    case 'string':
      return '';
    case 'boolean':
      return true;
    case 'number':
    case 'integer':
      return minimum ?? 0;
    case 'null':
      return null;
    default:
      return Object.fromEntries((required ?? []).map((name) => [name, smallestInstance(properties?.[name])]));
  }
}
